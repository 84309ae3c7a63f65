"""HTML tree: a page as a tree of elements that tests can ask for what a reader would see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"},
)


@dataclass
class Element:
    """One element; `None` as an attribute's value is ''."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        """Every element below this one, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child

    def __getitem__(self, name: str) -> str:
        """An attribute's value, or '' where there is none."""
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()

    def all(self, tag: str = "", css: str = "", **attributes: str) -> list[Element]:
        """The elements with that tag, with that class, and with those attributes (`_` stands for `-`)."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self
            if (not tag or element.tag == tag)
            and (not css or css in element["class"].split())
            and all(element.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", css: str = "", **attributes: str) -> Element:
        """The only such element."""
        elements = self.all(tag, css, **attributes)
        assert len(elements) == 1, f"expected one <{tag} class={css} {attributes}>, found {len(elements)}"
        return elements[0]

    def links(self) -> list[tuple[str, str]]:
        """The text and the address of every link below."""
        return [(link.text, link["href"]) for link in self.all("a")]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(text: str) -> Element:
    """The tree of an HTML page."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root


EVIL = "X</title></script></style>-->'\"><evil onevil='\"' src=//evil.example>{{ 7 * 7 }}{% raw %}&lt;evil&gt;"
"""A text that closes elements, quotes and comments, and would be markup wherever it is not escaped."""
