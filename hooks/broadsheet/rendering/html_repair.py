"""HTML repair: make sanitized HTML valid, where writers wrote obsolete elements or nested them wrongly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from broadsheet.core import Tag, find_tags, replace_tags

# These patterns only see the sanitizer's output, where attributes are quoted and every element is closed.
_REPAIRED = "a|center|h[1-6]|source|strike|td|th|tr|tt"
# A lookahead finds an attribute in the value of another too.
_ANCHOR = re.compile(r' (?=(id|name)="([^"]*)")')
_NAME = re.compile(r' name="([^"]*)"')
_ADDRESS = re.compile(r' (href|src)="([^"]*)"')
_ROLE = re.compile(r' role="[^"]*"')
_LISTS = frozenset({"menu", "ol", "ul"})
_VOID = frozenset({"br", "col", "hr", "img", "input", "source", "wbr"})
_RENAMED = {"tt": ("code", ""), "strike": ("s", ""), "center": ("div", ' style="text-align:center"')}
# Characters that no address may have, as the sanitizer writes them in an attribute.
_ILLEGAL = re.compile(r"[ \\{}|^`]|&lt;|&gt;|&quot;")
_CODES = {"&lt;": "%3C", "&gt;": "%3E", "&quot;": "%22"}


def repair_html(html: str) -> str:
    r"""Repair obsolete elements and anchors, addresses with spaces, empty sources, and headings that skip a level.

    The words of a link without an address stay, without a link.

    >>> repair_html('<h3>x</h3><a name="y">y</a> <tt>z</tt>')
    '<h2>x</h2><a id="y">y</a> <code>z</code>'
    >>> repair_html('<a href="https://a.example/b c\\d">x</a>')
    '<a href="https://a.example/b%20c%5Cd">x</a>'
    """
    above: list[tuple[int, int]] = []
    open_levels: list[int] = []
    kept_anchors: list[bool] = []
    anchors = Counter(_ANCHOR.findall(html)) if " name=" in html else Counter[tuple[str, str]]()

    def repair(tag: Tag) -> str:
        closing, name, attributes = "/" * tag.closing, tag.name, tag.attributes
        if name in _RENAMED:
            name, style = _RENAMED[name]
            return f"<{closing}{name}{'' if closing else attributes + style}>"
        if name[0] == "h":
            if closing:
                return f"</h{open_levels.pop()}>"
            open_levels.append(_find_level(int(name[1]), above))
            return f"<h{open_levels[-1]}{attributes}>"
        if closing:
            return tag.source if name != "a" or kept_anchors.pop() else ""
        if name == "source":
            return f"<source{_repair_addresses(attributes)}>" if " src=" in attributes else ""
        if name == "a":
            attributes = _replace_name(attributes, anchors)
            # Without an address it would look like a link, and tell that something is hidden.
            kept_anchors.append(" href=" in attributes or " id=" in attributes)
            return f"<a{_repair_addresses(attributes)}>" if kept_anchors[-1] else ""
        return f"<{name}{_ROLE.sub('', attributes)}>"

    return replace_tags(html, _REPAIRED, repair)


def _find_level(level: int, above: list[tuple[int, int]]) -> int:
    """Return the new level of a heading: one below its parent heading, or 2, as the headline has level 1.

    `above` has the written and the new level of each heading that the heading may belong to.
    """
    while above and above[-1][0] >= level:
        above.pop()
    above.append((level, above[-1][1] + 1 if above else 2))
    return above[-1][1]


def _replace_name(attributes: str, anchors: Mapping[tuple[str, str], int]) -> str:
    """Replace the obsolete `name` of an anchor by an id, unless the text has that id.

    `anchors` counts the ids and names of the text.
    """
    written = _NAME.search(attributes)
    if not written:
        return attributes
    taken = " id=" in attributes or ("id", written[1]) in anchors or anchors["name", written[1]] > 1
    return attributes.replace(written[0], "" if taken else f' id="{written[1]}"')


def _repair_addresses(attributes: str) -> str:
    def repair(attribute: re.Match[str]) -> str:
        scheme, colon, rest = attribute[2].rpartition("mailto:")
        address, mark, fragment = (scheme + colon + (rest.strip() if colon else rest)).partition("#")
        whole = f"{address}{mark}{fragment.replace('#', '%23')}"
        return f' {attribute[1]}="{_ILLEGAL.sub(lambda match: _CODES.get(match[0]) or f"%{ord(match[0]):02X}", whole)}"'

    return _ADDRESS.sub(repair, attributes)


def nest_lists(html: str) -> str:
    """Put list items that stand in no list into a `menu`, and other content of a list into an item.

    Browsers show both forms alike; to them and to screen readers a `menu` is a list like `ul` (HTML Standard, 4.4.7).

    >>> nest_lists("<div><li>one</li> <li>two</li><p>x</p></div>")
    '<div><menu><li>one</li> <li>two</li></menu><p>x</p></div>'
    >>> nest_lists("<ul><li>one</li><ul><li>below</li></ul></ul>")
    '<ul><li>one<ul><li>below</li></ul></li></ul>'
    """
    if "<li" not in html and "<ul" not in html and "<ol" not in html:
        return html
    nester = _ListNester()
    end = 0
    for tag in find_tags(html):
        nester.add_text(html[end : tag.start])
        end = tag.start + len(tag.source)
        if tag.closing:
            nester.close(tag.source)
        else:
            nester.open(tag.name, tag.source)
    nester.add_text(html[end:])
    return nester.finish()


class _ListNester:
    """The repaired HTML so far, and the names of the open elements; those that were added begin with `+`."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []

    def add_text(self, text: str) -> None:
        if text.strip():
            self._make_room()
        if text:
            self._parts.append(text)

    def open(self, name: str, tag: str) -> None:
        if name == "li":
            self._end_added("+li")
            if self._parent.lstrip("+") not in _LISTS:
                self._start("menu")
        else:
            self._make_room()
        self._parts.append(tag)
        if name not in _VOID:
            self._open.append(name)

    def close(self, tag: str) -> None:
        self._end_added("+li", "+menu")
        if self._open:
            self._open.pop()
        self._parts.append(tag)

    def finish(self) -> str:
        self._end_added("+li", "+menu")
        return "".join(self._parts)

    @property
    def _parent(self) -> str:
        return self._open[-1] if self._open else ""

    def _make_room(self) -> None:
        """Prepare for content that is no item: end an added list, or go on in the last item of a written one."""
        self._end_added("+menu")
        if self._parent not in _LISTS:
            return
        last = next((index for index in range(len(self._parts) - 1, -1, -1) if self._parts[index].strip()), 0)
        if self._parts[last] == "</li>":
            del self._parts[last]
            self._open.append("+li")
        else:
            self._start("li")

    def _start(self, name: str) -> None:
        self._parts.append(f"<{name}>")
        self._open.append(f"+{name}")

    def _end_added(self, *names: str) -> None:
        while self._parent in names:
            self._parts.append(f"</{self._open.pop()[1:]}>")
