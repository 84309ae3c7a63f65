"""Mending: HTML that the cleaner has written made valid, where writers wrote what HTML no longer knows or never did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

# Exact, as they only ever meet what the cleaner has written.
_TAG = re.compile(r'<(/?)(a|center|h[1-6]|source|td|th|tr|tt)((?: [\w:-]+="[^"]*")*)>')
# Looks ahead, so that one that stands in the value of another is found too.
_ANCHOR = re.compile(r' (?=(id|name)="([^"]*)")')
_NAME = re.compile(r' name="([^"]*)"')
_ADDRESS = re.compile(r' (href|src)="([^"]*)"')
_ROLE = re.compile(r' role="[^"]*"')
_RENAMED = {"tt": ("code", ""), "center": ("div", ' style="text-align:center"')}
# What no address may hold, as it stands between quotation marks.
_ILLEGAL = re.compile(r"[ \\{}|^`]|&lt;|&gt;|&quot;")
_CODES = {"&lt;": "%3C", "&gt;": "%3E", "&quot;": "%22"}


def repair_html(html: str) -> str:
    r"""Mend obsolete elements, old anchors, addresses with spaces, sources of nothing, and headings that skip a level.

    >>> repair_html('<h3>x</h3><a name="y">y</a> <tt>z</tt>')
    '<h2>x</h2><a id="y">y</a> <code>z</code>'
    >>> repair_html('<a href="https://a.example/b c\\d">x</a>')
    '<a href="https://a.example/b%20c%5Cd">x</a>'
    """
    above: list[tuple[int, int]] = []
    levels: list[int] = []
    anchors = Counter(_ANCHOR.findall(html)) if " name=" in html else Counter[tuple[str, str]]()

    def mend(tag: re.Match[str]) -> str:
        closing, name, attributes = tag.groups()
        if name in _RENAMED:
            name, more = _RENAMED[name]
            return f"<{closing}{name}{'' if closing else attributes + more}>"
        if name[0] == "h":
            if closing:
                return f"</h{levels.pop()}>"
            levels.append(_find_level(int(name[1]), above))
            return f"<h{levels[-1]}{attributes}>"
        if closing:
            return tag[0]
        if name == "source":
            return f"<source{_mend_addresses(attributes)}>" if " src=" in attributes else ""
        if name == "a":
            return f"<a{_mend_addresses(_mend_name(attributes, anchors))}>"
        return f"<{name}{_ROLE.sub('', attributes)}>"

    return _TAG.sub(mend, html)


def _find_level(level: int, above: list[tuple[int, int]]) -> int:
    """The level that a heading gets: one below the one it belongs to, and the headline is the first."""
    while above and above[-1][0] >= level:
        above.pop()
    above.append((level, above[-1][1] + 1 if above else 2))
    return above[-1][1]


def _mend_name(attributes: str, anchors: Mapping[tuple[str, str], int]) -> str:
    """An anchor of old is an id today, unless the text has that one; `anchors` counts the text's ids and names."""
    found = _NAME.search(attributes)
    if not found:
        return attributes
    taken = " id=" in attributes or ("id", found[1]) in anchors or anchors["name", found[1]] > 1
    return attributes.replace(found[0], "" if taken else f' id="{found[1]}"')


def _mend_addresses(attributes: str) -> str:
    def mend(attribute: re.Match[str]) -> str:
        scheme, colon, rest = attribute[2].rpartition("mailto:")
        address, mark, fragment = (scheme + colon + (rest.strip() if colon else rest)).partition("#")
        whole = f"{address}{mark}{fragment.replace('#', '%23')}"
        return f' {attribute[1]}="{_ILLEGAL.sub(lambda one: _CODES.get(one[0]) or f"%{ord(one[0]):02X}", whole)}"'

    return _ADDRESS.sub(mend, attributes)
