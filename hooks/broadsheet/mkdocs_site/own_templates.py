"""Own templates: those in a site's own directory, read; and the kinds of page that each may be part of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from broadsheet.edition import KINDS
from broadsheet.mkdocs_site.own_code import list_files

BY_TEMPLATE: Mapping[str, frozenset[str]] = {
    **{f"broadsheet/{kind}.html": frozenset({kind}) for kind in KINDS},
    # MkDocs prints these at every build.
    **dict.fromkeys(("404.html", "broadsheet/missing.html", "sitemap.xml"), frozenset[str]()),
}
"""The templates that begin pages, each with the kind of its pages; any other may be part of any page."""
_EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
_NO_TEMPLATES = frozenset(
    {".avif", ".css", ".gif", ".ico", ".jpeg", ".jpg", ".js", ".json", ".map", ".mjs", ".png", ".svg", ".webp"}
    | {".woff", ".woff2"}
)


def read_templates(folder: Path, filters: Iterable[str]) -> Iterator[tuple[str, nodes.Template | None]]:
    """The templates of a directory by path; None for one that only an extension of Jinja's can read."""
    env = Environment(extensions=_EXTENSIONS, autoescape=True)
    # Jinja looks for names only where it knows the filters.
    env.filters |= {name: str for name in filters if name not in env.filters}
    for path in list_files(folder):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "{{" not in text and "{%" not in text:
            continue
        try:
            yield path.relative_to(folder).as_posix(), env.parse(text)
        except TemplateSyntaxError:
            # A script with braces is nothing.
            if path.suffix.lower() not in _NO_TEMPLATES:
                yield path.relative_to(folder).as_posix(), None


def find_names(tree: nodes.Template) -> set[str]:
    """The templates that one extends, includes or imports; '' for one whose name is worked out."""
    named = [node.template for node in tree.find_all(nodes.Extends)]
    named += [node.template for node in tree.find_all(nodes.Include)]
    named += [node.template for node in tree.find_all(nodes.Import)]
    named += [node.template for node in tree.find_all(nodes.FromImport)]
    return {name for one in named for name in _read_names(one)}


def find_kinds(named: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """The kinds of page that each template may be part of.

    Args:
        named: the templates that each template names, by path, as `find_names` gives them.

    """
    kinds = {path: BY_TEMPLATE.get(path, KINDS) for path in named}
    # Each round leads one step further down.
    for _ in named:
        for path, names in named.items():
            for name in kinds if "" in names else names & kinds.keys():
                kinds[name] |= kinds[path]
    return kinds


def _read_names(named: nodes.Expr) -> Iterator[str]:
    for name in named.items if isinstance(named, nodes.List | nodes.Tuple) else [named]:
        first = name.nodes[0] if isinstance(name, nodes.Concat) else name
        text = str(first.value) if isinstance(first, nodes.Const) else ""
        # The beginning tells enough of `".icons/" ~ icon ~ ".svg"`.
        open_ = first is not name and any(path.startswith(text) for path in BY_TEMPLATE)
        yield "" if open_ else text
