"""The engine's packages: which may import which, what each offers, and who may know MkDocs and the clock."""

from __future__ import annotations

import ast
import doctest
import importlib

import pytest
from sites import ROOT

ENGINE = ROOT / "hooks" / "broadsheet"
# From the lowest to the highest: a package imports only from those above it in this list.
PACKAGES = [
    "core",
    "images",
    "related",
    "content",
    "rendering",
    "edition",
    "search",
    "theme",
    "mkdocs_site",
    "serve",
    "cli",
    "hooks",
]
EDGE = {"mkdocs", "jinja2"}
ALLOWED = {"theme": {"jinja2"}, "mkdocs_site": EDGE, "serve": EDGE, "cli": EDGE, "hooks": EDGE}
"""Which packages may import MkDocs and Jinja; Material is imported by none."""
MODULES = {
    ".".join(path.relative_to(ENGINE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ENGINE.rglob("*.py"))
    if path != ENGINE / "__init__.py"
}


def parse(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def list_imports(name: str) -> set[tuple[str, str]]:
    """The imports of a module: the module that it imports from, and the name, '' where the whole is imported."""
    imports: set[tuple[str, str]] = set()
    for node in ast.walk(parse(name)):
        if isinstance(node, ast.Import):
            imports |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: relative import"
            imports |= {(str(node.module), alias.name) for alias in node.names}
    return imports


def list_engine_imports(name: str) -> set[tuple[str, str]]:
    """The same for imports from other packages of the engine, without the engine's name."""
    own = name.partition(".")[0]
    imports = set()
    for module, attribute in list_imports(name):
        if module == "broadsheet" and attribute in PACKAGES:
            imports.add((attribute, ""))
        elif module.startswith("broadsheet."):
            imports.add((module.removeprefix("broadsheet."), attribute))
    return {(module, attribute) for module, attribute in imports if module.partition(".")[0] != own}


def test_every_module_lies_in_a_package() -> None:
    assert {name.partition(".")[0] for name in MODULES} == set(PACKAGES)


@pytest.mark.parametrize("name", MODULES)
def test_a_package_imports_only_from_lower_ones(name: str) -> None:
    rank = PACKAGES.index(name.partition(".")[0])
    packages = {module.partition(".")[0] for module, _ in list_engine_imports(name)}
    assert sorted(package for package in packages if PACKAGES.index(package) >= rank) == []


@pytest.mark.parametrize("name", MODULES)
def test_a_package_imports_from_others_only_what_they_offer(name: str) -> None:
    for module, attribute in list_engine_imports(name):
        assert "." not in module, f"{name} imports from broadsheet.{module}, not from its package"
        offered = importlib.import_module(f"broadsheet.{module}").__all__
        assert not attribute or attribute in offered, f"broadsheet.{module} does not offer {attribute}"


def test_related_headlines_need_nothing_of_the_newspaper() -> None:
    names = [name for name in MODULES if name.partition(".")[0] == "related"]
    assert {module for name in names for module, _ in list_engine_imports(name)} <= {"core"}


@pytest.mark.parametrize("name", MODULES)
def test_only_the_edge_knows_mkdocs_and_jinja(name: str) -> None:
    foreign = {module.partition(".")[0] for module, _ in list_imports(name)} & {"mkdocs", "material", "jinja2"}
    assert foreign <= ALLOWED.get(name.partition(".")[0], set())


@pytest.mark.parametrize("name", [name for name in MODULES if name != "mkdocs_site.project"])
def test_one_module_reads_the_clock(name: str) -> None:
    clocks = {"now", "utcnow", "today", "get_build_datetime", "get_build_timestamp", "get_build_date", "st_mtime"}
    imports = list_imports(name)
    # Processor time is no time of the day.
    assert {attribute for module, attribute in imports if module == "time"} <= {"thread_time"}
    # A clock that is passed on is read all the same.
    named = {node.attr for node in ast.walk(parse(name)) if isinstance(node, ast.Attribute)}
    assert sorted((named | {attribute for _, attribute in imports}) & clocks) == []


@pytest.mark.parametrize("name", MODULES)
def test_all_that_is_public_has_a_docstring(name: str) -> None:
    tree = parse(name)
    assert ast.get_docstring(tree), name
    public = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_"]
    members = [node for owner in public if isinstance(owner, ast.ClassDef) for node in owner.body]
    for node in (*public, *members):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_":
            assert ast.get_docstring(node), f"{name}.{node.name}"


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"broadsheet.{name}")).failed == 0


def test_the_entry_only_binds_events() -> None:
    text = (ROOT / "hooks" / "entry.py").read_text(encoding="utf-8")
    assert text.count("\n") <= 20
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.If | ast.For | ast.FunctionDef)]
