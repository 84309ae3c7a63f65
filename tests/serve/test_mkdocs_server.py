"""Private names of MkDocs' server: in one module, and there in the MkDocs that is installed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from broadsheet import serve
from mkdocs.livereload import LiveReloadServer

MODULES = sorted(Path(str(serve.__file__)).parent.glob("*.py"))


def list_private_names(module: Path) -> set[str]:
    """The private attributes that a module uses of anything but `self`."""
    attributes = [node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Attribute)]
    return {
        node.attr
        for node in attributes
        if node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_only_one_module_uses_private_names_of_others(module: Path) -> None:
    assert bool(list_private_names(module)) == (module.stem == "mkdocs_server")


def test_the_server_of_mkdocs_has_the_names_that_the_engine_uses() -> None:
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, ".")
    names = set().union(*map(list_private_names, MODULES))
    assert [name for name in sorted(names) if not hasattr(server, name)] == []
    server.server_close()
