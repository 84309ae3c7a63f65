"""Nesting: items that stand in no list put into one, and what stands between the items of a list put into an item."""

from __future__ import annotations

import re

# Exact, as it only ever meets what the cleaner has written, where every element that is opened is closed.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?: [\w:-]+="[^"]*")*>')
_LISTS = frozenset({"ol", "ul"})
_EMPTY = frozenset({"br", "col", "hr", "img", "input", "source", "wbr"})


def nest_lists(html: str) -> str:
    """Give lists the only content that HTML knows for them, as browsers show them alike already.

    >>> nest_lists("<div><li>one</li> <li>two</li><p>x</p></div>")
    '<div><ul><li>one</li> <li>two</li></ul><p>x</p></div>'
    >>> nest_lists("<ul><li>one</li><ul><li>below</li></ul></ul>")
    '<ul><li>one<ul><li>below</li></ul></li></ul>'
    """
    if "<li" not in html and "<ul" not in html and "<ol" not in html:
        return html
    nest = _Nest()
    place = 0
    for tag in _TAG.finditer(html):
        nest.add_text(html[place : tag.start()])
        place = tag.end()
        if tag[1]:
            nest.close(tag[0])
        else:
            nest.open(tag[2], tag[0])
    nest.add_text(html[place:])
    return nest.finish()


class _Nest:
    """HTML as it is put together, with what is open; of that, what was added stands with a `+`."""

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
                self._start("ul")
        else:
            self._make_room()
        self._parts.append(tag)
        if name not in _EMPTY:
            self._open.append(name)

    def close(self, tag: str) -> None:
        self._end_added("+li", "+ul")
        if self._open:
            self._open.pop()
        self._parts.append(tag)

    def finish(self) -> str:
        self._end_added("+li", "+ul")
        return "".join(self._parts)

    @property
    def _parent(self) -> str:
        return self._open[-1] if self._open else ""

    def _make_room(self) -> None:
        """For what is no item: behind a list that was added, in the last item of one that was written."""
        self._end_added("+ul")
        if self._parent not in _LISTS:
            return
        last = next((place for place in range(len(self._parts) - 1, -1, -1) if self._parts[place].strip()), 0)
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
