"""Material: its documented syntax, and that of extensions which users add, comes out as in Python-Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import markdown
import pymdownx.superfences
import pytest
import yaml
from broadsheet.rendering.commonmark import add_commonmark
from fidelity import normalize

_CASES = yaml.safe_load((Path(__file__).parents[1] / "golden/material.yml").read_text(encoding="utf-8"))
_EXTENSIONS = [
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc", "wikilinks"),
    *(f"pymdownx.blocks.{name}" for name in ("admonition", "caption", "definition", "details", "html", "tab")),
    *("pymdownx.arithmatex", "pymdownx.caret", "pymdownx.critic", "pymdownx.details", "pymdownx.emoji"),
    *("pymdownx.highlight", "pymdownx.inlinehilite", "pymdownx.keys", "pymdownx.magiclink", "pymdownx.mark"),
    *("pymdownx.smartsymbols", "pymdownx.snippets", "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.tasklist"),
    "pymdownx.tilde",
]
_DIAGRAM = {"name": "mermaid", "class": "mermaid", "format": pymdownx.superfences.fence_code_format}


def convert(text: str, *, ours: bool, snippets: Path = Path()) -> list[str]:
    configs: dict[str, dict[str, Any]] = {
        "pymdownx.arithmatex": {"generic": True},
        "pymdownx.snippets": {"base_path": [str(snippets)]},
        "pymdownx.superfences": {"custom_fences": [_DIAGRAM]},
        "pymdownx.tabbed": {"alternate_style": True},
        "pymdownx.tasklist": {"custom_checkbox": True},
    }
    names = list(_EXTENSIONS)
    if ours:
        names, configs = add_commonmark(names, configs, quotes=False, dashes=False, ellipses=False)
    html = markdown.Markdown(extensions=names, extension_configs=configs).convert(text)
    return normalize(html, all_attributes=True)


@pytest.mark.parametrize("name", _CASES)
def test_material_syntax_comes_out_as_in_python_markdown(name: str) -> None:
    assert convert(_CASES[name], ours=True) == convert(_CASES[name], ours=False)


def test_a_snippet_is_read_as_if_it_stood_there(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("A *note*.\n\n- one\n", encoding="utf-8")
    text = '--8<-- "note.md"\n\n1. two\n'
    assert convert(text, ours=True, snippets=tmp_path) == convert("A *note*.\n\n- one\n\n1. two\n", ours=True)


@pytest.mark.parametrize("head", ["/// note | Title\n    nosuch: true", "/// nosuch | Title", r"*[a\b]: c"])
def test_what_an_extension_refuses_is_text(head: str) -> None:
    text = f"{head}\n\nSome *text*.\n///\n"
    assert "<em>" in convert(text, ours=True)
    assert head.split("\n", maxsplit=1)[0] in " ".join(convert(text, ours=True))


def test_a_line_break_of_nl2br_stays() -> None:
    names, configs = add_commonmark(["nl2br"], {})
    text = "one\ntwo  \nthree"
    expected = ["<p>", "one", "<br>", "two", "<br>", "three", "</p>"]
    assert normalize(markdown.markdown(text, extensions=names, extension_configs=configs)) == expected
