"""The engine's modules: what may import what, and who may touch MkDocs and the clock."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path

import pytest
from sites import ROOT

ENGINE = ROOT / "hooks" / "broadsheet"
# From the lowest to the highest: a module imports only from layers below its own. The one place to edit.
LAYERS = [
    ["problems", "addresses", "packing", "workers", "limits", "alarm"],
    ["slugs", "urls", "moments", "cache", "site_files", "site_lock", "wording", "mending", "nesting"],
    ["images.avif", "images.responsive"],
    ["images.strip_metadata"],
    ["images.inspect"],
    ["images.resize"],
    ["images"],
    ["site_swap", "file_store", "own_code", "phrases", "finishing"],
    ["quoting", "lines", "inlining"],
    ["yaml_faults"],
    ["nodes"],
    ["fields"],
    ["article"],
    ["article_fields"],
    ["article_file"],
    ["registers"],
    ["source"],
    ["library"],
    ["edition"],
    ["listings", "frontpage", "timelines", "redirects", "dates", "coverage"],
    ["calendars"],
    ["links"],
    ["sanitising", "plain_text"],
    ["body"],
    ["related.model", "related.sharing", "related.tokens"],
    ["related.features", "related.shingles"],
    ["related.weights"],
    ["related.scoring"],
    ["related.corpus"],
    ["related.duplicates", "related.phrases"],
    ["related.reasons"],
    ["related.ranking"],
    ["related.explain"],
    ["related"],
    ["comparing"],
    ["plan"],
    ["bodies"],
    ["rankings", "developing"],
    ["press", "new_article"],
    ["imprints", "revising"],
    ["records", "bundle_store"],
    ["pagefind_program"],
    ["search_index"],
]
# These know MkDocs, and nothing else does.
EDGE = [
    ["own_templates", "material_loader"],
    ["exposure"],
    ["settings", "furniture", "surroundings", "fingerprint", "progress", "press_files", "mishaps"],
    ["cluster"],
    ["pages"],
    ["tools", "withheld", "navigation", "templating", "printing", "serving", "noticeboard"],
    ["newsroom"],
    ["observing", "proofs"],
    ["publishing", "watching"],
    ["newsroom", "navigation", "templating", "search_desk"],
    ["events", "cli_related"],
    ["cli_build"],
    ["cli"],
]
RANKS = {name: rank for rank, layer in enumerate([*LAYERS, *EDGE]) for name in layer}
MKDOCS = {"mkdocs", "material", "jinja2"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ENGINE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(ENGINE.rglob("*.py")) if path != ENGINE / "__init__.py"}


def parse(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name: str) -> set[str]:
    """The modules that a module imports, those of the engine without its name."""
    found: set[str] = set()
    for node in ast.walk(parse(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: relative import"
            # `from broadsheet import body` imports a module too.
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {one.removeprefix("broadsheet.") for one in found}


def test_every_module_has_its_layer() -> None:
    assert set(RANKS) == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_from_layers_below(name: str) -> None:
    assert [one for one in sorted(imports(name) & set(RANKS)) if RANKS[one] >= RANKS[name]] == []


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] == "related"])
def test_related_headlines_are_a_room_of_their_own(name: str) -> None:
    ours = imports(name) & set(RANKS)
    assert {one for one in ours if one.split(".")[0] != "related"} == set()


@pytest.mark.parametrize("name", [name for layer in LAYERS for name in layer])
def test_only_the_edge_knows_mkdocs(name: str) -> None:
    assert {one for one in imports(name) if one.split(".")[0] in MKDOCS} == set()


@pytest.mark.parametrize("name", [name for name in MODULES if name != "newsroom"])
def test_only_the_newsroom_tells_the_time(name: str) -> None:
    clocks = {"now", "utcnow", "today", "get_build_datetime", "get_build_timestamp", "get_build_date", "st_mtime"}
    # Processor time, which `limits` reads, is no time of the day.
    assert imports(name) & {"time", "time.thread_time"} <= ({"time", "time.thread_time"} if name == "limits" else set())
    # Called or handed on, it tells the time all the same.
    named = {node.attr for node in ast.walk(parse(name)) if isinstance(node, ast.Attribute)}
    assert sorted((named | {one.rpartition(".")[2] for one in imports(name)}) & clocks) == []


@pytest.mark.parametrize("name", MODULES)
def test_all_that_is_public_says_what_it_is(name: str) -> None:
    tree = parse(name)
    assert ast.get_docstring(tree), name
    public = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_"]
    owned = [node for one in public if isinstance(one, ast.ClassDef) for node in one.body]
    for node in (*public, *owned):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_":
            assert ast.get_docstring(node), f"{name}.{node.name}"


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(f"broadsheet.{name}")
    assert doctest.testmod(module).failed == 0


def test_the_entry_only_binds_events() -> None:
    text = (ROOT / "hooks" / "entry.py").read_text(encoding="utf-8")
    assert text.count("\n") <= 20
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.If | ast.For | ast.FunctionDef)]
