"""Exposure: what a site's own templates may show beyond what the imprints of pages tell of, found in their code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from broadsheet.edition import Exposure
from broadsheet.mkdocs_site.own_templates import BY_TEMPLATE, find_kinds, find_names, read_templates

_JINJA = Environment(autoescape=True)


def _list(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What every template has whose value is in a page's imprint, or in the stamp of the site.
_NAMES = (_JINJA.globals.keys() - {"lipsum"}) | _list("""
    article base_url build_date_utc caller class config direction edition extra_css extra_javascript features font icon
    keep kwargs lang language listing mkdocs_version nav once page palette paper picture searchable section_url self
    site_url spread super title varargs words
""")
_EVERYTHING = _list("edition entries pages press")
_REGISTERS = _list("authors stories topics")
# Below these everything is: settings, words of the theme, keys of front matter.
_OPEN = _list("config extra lang paper self words")
# What these are called is what they are, as long as a template gives the name to nothing else.
_FIXED = _list("config extra lang loop nav page paper self words")
_ARGUMENT = "image"
"""What the engine's macros call the picture that they are given."""
_LOOP = _list("changed cycle depth depth0 first index index0 last length revindex revindex0")
_PICTURES = _list("spread.image_url page.spread.image_url page.view.portrait page.view.spread.image_url")
"""Whose size and renditions are in the imprint of the page that has them."""
_KEYS = _list("""
    abs_url active alt ancestors append article at author authors bars canonical_url caption children corrections count
    credit date dateline day description earlier edit_url email endswith entry expires features first first_weekday
    following format front get homepage hour id image image_url is_homepage is_link is_page is_section iso isoformat
    items join key keys kicker kind language last later latest lead length level listing locale lower minute month name
    newer newer_url next next_page number older older_url page parent parts path peak portrait previous previous_page
    reasons related removeprefix removesuffix replace role second section sections slug sources split spread src start
    startswith story strftime strip summary super text timeline title topic topics total type unit update update_date
    updated upper url values view weeks word year
""")
_OF_THE_PAGE = _list("content file is_index is_top_level markdown meta toc")
_COUNTED = _list("count coverage length")
"""What tells no more of a list than how many articles it has, and of when they are."""
_FILTERS = (_JINJA.filters.keys() - {"random", "attr"}) | _list("""
    calendar coverage day direction finished framed lang link moment month month_name period script_tag url weekday
    weekdays why
""")
_BY_KEY = _list("groupby map max min rejectattr selectattr sort sum unique")
_MOMENTS = {"build_date_utc": "", "edition": "at", "press": "edition"}
"""What a moment is read from, and where it is there."""
_PARTS = {"year": "%Y", "month": "%m", "day": "%d"}


def examine_templates(folder: str | None) -> Exposure:
    """What the templates in a site's own directory may show of the edition, and of the moment of the build.

    Names are known to be harmless, or may show anything: it is the other way round that pages would become stale.
    What `broadsheet/front.html` shows is shown by the front page alone, as long as no other template names it.
    """
    whole, moments = set[str](), set[tuple[str, str]]()
    templates = dict(read_templates(Path(folder), _FILTERS)) if folder else {}
    named = {path: find_names(tree) if tree else set() for path, tree in templates.items()}
    shown = find_kinds(named)
    for path, tree in templates.items():
        if tree is None or not _is_covered(tree) or named[path] & BY_TEMPLATE.keys() - {path}:
            whole |= shown[path]
        if tree is not None:
            moments |= {(kind, form) for kind in shown[path] for form in _find_moments(tree)}
    return Exposure(frozenset(whole), frozenset(moments))


def _is_covered(tree: nodes.Template) -> bool:
    """Whether the imprints tell of everything that a template may show."""
    if any(node.name not in _FILTERS for node in tree.find_all(nodes.Filter)):
        return False
    if any(node.name not in _JINJA.tests for node in tree.find_all(nodes.Test)):
        return False
    # What a template sets by itself is known in its blocks, too.
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} - _EVERYTHING
    if not find_undeclared_variables(tree) <= _NAMES | own:
        return False
    if any(node.ctx != "load" and node.name in _FIXED for node in tree.find_all(nodes.Name)):
        return False
    if _ARGUMENT in own or not all(map(_is_pictured, tree.find_all(nodes.Call))):
        return False
    counted = {id(node.node) for node in tree.find_all(nodes.Filter) if node.name in _COUNTED}
    shown, registered = _find_pages(tree), _find_registered(tree)
    if any(node.name == "edition" and id(node) not in registered for node in tree.find_all(nodes.Name)):
        return False
    for node in _find_lookups(tree):
        if id(node) in registered or (id(node) in counted and _name(node) == "articles"):
            continue
        if not _is_known(node, shown):
            return False
    return all(_are_known(_find_keys(node)) for node in tree.find_all(nodes.Filter) if node.name in _BY_KEY)


def _find_registered(tree: nodes.Template) -> set[int]:
    """Where a template takes from the edition what the registers alone decide: sections, and the topic of an article.

    All topics together are not among it: one that is in no register is there as long as an article names it.
    """
    loops = [loop for loop in tree.find_all(nodes.For) if isinstance(loop.target, nodes.Name)]
    over = {id(loop.target) for loop in loops if _name(loop.iter) in _REGISTERS}
    bound = [node for node in tree.find_all(nodes.Name) if node.ctx != "load"]
    names = {node.name for node in bound if id(node) in over} - {node.name for node in bound if id(node) not in over}
    found = set[int]()
    for node in _find_lookups(tree):
        owner = node.node
        if _write(node) in ("edition.at", "edition.sections"):
            found |= {id(node), id(owner)}
        elif isinstance(node, nodes.Getitem) and _write(owner) in {f"edition.{name}" for name in _REGISTERS}:
            key = node.arg.node if isinstance(node.arg, nodes.Getitem) else node.arg
            if _name(key) in {"id", "key", "story", *_REGISTERS} or getattr(key, "name", "") in names:
                found |= {id(node), id(owner), id(getattr(owner, "node", None))}
    return found


def _find_lookups(tree: nodes.Template) -> list[nodes.Getattr | nodes.Getitem]:
    return [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]


def _find_pages(tree: nodes.Template) -> set[str]:
    """The names that a template gives to its page of a list, and to nothing else."""
    given: dict[str, set[bool]] = {}
    for node in tree.find_all(nodes.Assign):
        if isinstance(node.target, nodes.Name):
            given.setdefault(node.target.name, set()).add(_write(node.node) == "page.view.page")
    taken = {node.name for loop in tree.find_all(nodes.For) for node in loop.target.find_all(nodes.Name)}
    taken |= {one.target.name for one in tree.find_all(nodes.For) if isinstance(one.target, nodes.Name)}
    taken |= {argument.name for macro in tree.find_all(nodes.Macro) for argument in macro.args}
    return {name for name, pages in given.items() if pages == {True}} - taken


def _is_known(node: nodes.Getattr | nodes.Getitem, shown: set[str]) -> bool:
    """Whether what an expression takes out of another is in the imprint of every page that can show it."""
    name, owner = _name(node), node.node
    if _is_open(owner):
        return True
    if name is None:
        return isinstance(node, nodes.Getitem) and _is_place(node.arg)
    if _write(owner) == "loop":
        return name in _LOOP
    if name == "articles":
        return _write(owner) == "page.view.page" or _write(owner) in shown
    if name in _OF_THE_PAGE:
        return _write(owner) == "page"
    return name in _KEYS or name in _OPEN


def _is_pictured(call: nodes.Call) -> bool:
    """Whether it shows no picture, or one that the page has; the engine's macros are given such ones."""
    if any(one.key == _ARGUMENT for one in call.kwargs):
        return False
    if _write(call.node) != "picture" or not call.args:
        return _write(call.node) != "picture"
    return _write(call.args[0]) in {_ARGUMENT, *_PICTURES}


def _is_open(node: nodes.Node) -> bool:
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Call):
        if isinstance(node, nodes.Getattr | nodes.Getitem) and _name(node) == "extra":
            return True
        node = node.node
    return isinstance(node, nodes.Name) and node.name in _OPEN


def _is_place(node: nodes.Node) -> bool:
    """Whether it is a number in a list, or some of it."""
    number = node.node if isinstance(node, nodes.Neg) else node
    return isinstance(node, nodes.Slice) or (isinstance(number, nodes.Const) and isinstance(number.value, int))


def _name(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None


def _write(node: nodes.Node) -> str:
    """`page.view.page` for such an expression; '' for any other."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr | nodes.Getitem) and (name := _name(node)):
        owner = _write(node.node)
        return f"{owner}.{name}" if owner else ""
    return ""


def _find_keys(node: nodes.Filter) -> Iterator[str | None]:
    """The keys by which a filter takes values out of others; None for one that is worked out."""
    for argument in (*node.args[:1], *(one.value for one in node.kwargs if one.key in ("attribute", "by"))):
        if not isinstance(argument, nodes.Const):
            yield None
        elif isinstance(argument.value, str):
            yield from argument.value.replace(",", ".").split(".")


def _are_known(keys: Iterable[str | None]) -> bool:
    return all(key is not None and (key in _KEYS or key.isdecimal() or key in _FILTERS) for key in keys)


def _find_moments(tree: nodes.Template) -> set[str]:
    """In which forms a template may show the moment of a build; '' stands for the whole of it."""
    forms = {id(node.node): node.args[0] for node in tree.find_all(nodes.Call) if node.args}
    days = {id(node.node) for node in tree.find_all(nodes.Filter) if node.name == "weekday"}
    found, understood = set[str](), 0
    for node in _find_lookups(tree):
        name, owner = _name(node), _write(node.node)
        if name == "update_date":
            # Of a page that is no article, MkDocs says the day of the build.
            found.add("%Y-%m-%d")
        if name is None or owner not in _MOMENTS:
            continue
        understood += 1
        form = forms.get(id(node))
        if owner == "build_date_utc" and name == "strftime" and isinstance(form, nodes.Const):
            found.add(str(form.value))
        elif owner == "build_date_utc":
            found.add(_PARTS.get(name, ""))
        elif name == _MOMENTS[owner]:
            found.add("%Y-%m-%d" if id(node) in days and owner == "edition" else "")
    named = sum(node.name in _MOMENTS for node in tree.find_all(nodes.Name))
    return found | ({""} if named > understood else set())
