"""Block elements: build the elements of Python-Markdown's tree from the blocks that `block_rules` has read.

Python-Markdown's extensions make the elements of their own blocks, such as admonitions and footnotes; this module reads
what is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.util import ETX, STX, AtomicString, code_escape
from markdown_it import MarkdownIt
from markdown_it.token import Token

from broadsheet.core import find_tags
from broadsheet.rendering.block_rules import make_block_parser
from broadsheet.rendering.markdown_problems import Remains, find_unclosed_fence

OWN_BLOCKS = frozenset({"admonition", "details", "tabbed", "blocks", "footnote", "abbr", "markdown_block"})
"""Names of block processors that are asked for their own blocks only."""
BLANK = f"{STX}blank{ETX}"
"""A blank line in the content of a `///` block: Python-Markdown would read the parts before and after by themselves."""
_VOID = frozenset({"base", "br", "embed", "img", "input", "link", "meta", "wbr"})
_MAX_DEPTH = 60
"""The content of each such block is read again for each block around it."""


class BlockElements(BlockProcessor):
    """The only block processor: it builds the elements of all blocks, with their inline Markdown as text."""

    def __init__(self, md: Markdown, fences: Any, html: Any) -> None:
        """Take the parser, and its preprocessors for fenced blocks and for HTML, or None."""
        super().__init__(md.parser)
        registered = md.parser.blockprocessors
        names = [name for name in (*OWN_BLOCKS, "deflist") if name in registered]
        self.env: dict[str, Any] = {}
        """What markdown-it-py collects in a text: the definitions of links."""
        self.remains = Remains()
        self._depth = 0
        self._md = md
        self._parser: MarkdownIt = make_block_parser(names)
        self._own = {name: registered[name] for name in names if name != "deflist"}
        self._fences = fences
        self._html = html
        self._makers: dict[str, Callable[[Element, Token], None]] = {
            "html_block": self._add_html,
            "fence": self._add_fence,
            "code_block": self._add_code,
            "hr": lambda parent, _: parent.append(Element("hr")),
            "indented": self._add_indented,
            "fenced": self._add_fenced,
            "footnote": self._add_footnote,
            "abbr": lambda parent, token: self._run("abbr", parent, [token.content]),
            "markdown_html": self._add_markdown_html,
            "definition": self._add_definition,
        }

    def test(self, parent: Element, block: str) -> bool:
        """Take every block."""
        return True

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Add the elements of all blocks to an element, and take them from the list.

        Raises:
            RecursionError: when blocks with content of their own, such as boxes, are nested too deep.

        """
        text = "\n\n".join(blocks).replace(BLANK, "")
        blocks.clear()
        if not text.strip():
            return
        if self._depth == _MAX_DEPTH:
            raise RecursionError(f"boxes, tabs and the like are nested more than {_MAX_DEPTH} deep")
        self._depth += 1
        try:
            self._build(parent, self._parser.parse(text, self.env), text)
        finally:
            self._depth -= 1

    def _build(self, root: Element, tokens: Sequence[Token], text: str) -> None:
        """Add the elements of the block tokens of a text to an element."""
        stack = [root]
        for token in tokens:
            parent = stack[-1]
            if token.type == "fence" and token.map:
                last_line = text.split("\n")[: token.map[1]][-1]
                self.remains.unclosed_fences += filter(None, [find_unclosed_fence(token, last_line)])
            if token.type in self._makers:
                self._makers[token.type](parent, token)
            elif token.type == "inline":
                self._add_inline(parent, token.content)
            elif token.type in {"paragraph_open", "paragraph_close"} and token.hidden:
                continue
            elif token.nesting > 0:
                stack.append(SubElement(parent, token.tag))
                for name, value in token.attrs.items():
                    stack[-1].set(name, str(value).replace(":", ": ") + ";" if name == "style" else str(value))
            elif token.nesting < 0:
                stack.pop()
                if token.type == "paragraph_close":
                    self._offer(stack[-1])

    def _add_inline(self, parent: Element, content: str) -> None:
        if parent.text or len(parent):
            _add_text(parent, content)
        else:
            parent.text = content

    def _offer(self, parent: Element) -> None:
        """Have the processors of other extensions look at the last paragraph: one may know it as its own block."""
        paragraph = parent[-1]
        processors = list(self.parser.blockprocessors)
        if "markdown_block" in self._own and (paragraph.text or "").startswith(STX):
            # An element with the attribute `markdown` inside another one.
            processors.append(self._own["markdown_block"])
        for processor in processors:
            if processor is self or not processor.test(parent, paragraph.text or ""):
                continue
            parent.remove(paragraph)
            blocks = [paragraph.text or ""]
            if processor.run(parent, blocks) is not False:
                if blocks:
                    self.run(parent, blocks)
                return
            parent.append(paragraph)

    def _add_html(self, parent: Element, token: Token) -> None:
        html = token.content.rstrip("\n")
        tags = list(find_tags(html))
        text = self._md.htmlStash.store(html)
        self.remains.html.append(html)
        is_closed = sum(-1 if tag.closing else tag.name not in _VOID for tag in tags) == 0
        if tags and is_closed and not tags[0].closing and not any(self._md.is_block_level(tag.name) for tag in tags):
            # GitHub has no paragraph around `<img …>` on a line of its own; the page's design needs it.
            SubElement(parent, "p").text = text
        else:
            _add_text(parent, text)

    def _run(self, name: str, parent: Element, blocks: list[str]) -> None:
        """Run the block processor of an extension on blocks of its own; the rest is read as usual.

        When the extension refuses them, as for an option that it does not know, the first line is text.
        """
        processor = self._own[name]
        given = list(blocks)
        while blocks and processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
            pass
        if blocks == given:
            first, _, rest = "\n\n".join(blocks).partition("\n")
            self._add_inline(SubElement(parent, "p"), first)
            blocks = [rest]
        if any(block.strip() for block in blocks):
            self.run(parent, blocks)

    def _add_footnote(self, parent: Element, token: Token) -> None:
        self.remains.notes.add(token.content[2 : token.content.index("]")])
        self._run("footnote", parent, token.content.split("\n\n"))

    def _add_fence(self, parent: Element, token: Token) -> None:
        content = token.content if token.content.endswith("\n") or not token.content else f"{token.content}\n"
        for info in dict.fromkeys((token.info.strip(), *token.info.split()[:1], "")):
            lines = [f"{token.markup}{info}", *content.split("\n")[:-1], token.markup]
            result = self._fences.run(list(lines)) if self._fences is not None else lines
            if result != lines:
                _add_text(parent, "\n".join(result).strip())
                return
        self._add_code(parent, token)

    def _add_code(self, parent: Element, token: Token) -> None:
        holder = Element("div")
        code = SubElement(SubElement(holder, "pre"), "code")
        code.text = AtomicString(code_escape(token.content.rstrip("\n") + "\n"))
        # Highlight it now: these processors would also remove what follows the element.
        for name in ("indent-highlight", "hilite"):
            if name in self._md.treeprocessors:
                self._md.treeprocessors[name].run(holder)
        parent.extend(holder)

    def _add_indented(self, parent: Element, token: Token) -> None:
        """`!!! note`, `??? note` and `=== "Tab"`: the extension makes the elements, this class reads the content."""
        for name in ("admonition", "details", "tabbed"):
            if name in self._own and self._own[name].test(parent, token.info):
                before = len(parent)
                self._run(name, parent, [token.info])
                if len(parent) > before or name == "tabbed":
                    self.run(_find_container(parent[-1]), [token.content])
                    return
        self._add_inline(SubElement(parent, "p"), token.info)
        self.run(parent, [token.content])

    def _add_fenced(self, parent: Element, token: Token) -> None:
        lines = token.content.split("\n")
        header = 1
        while header < len(lines) and lines[header].startswith("    "):
            header += 1
        lines[header:] = [line if line.strip() else BLANK for line in lines[header:]]
        self._run("blocks", parent, ["\n".join(lines)])

    def _add_definition(self, parent: Element, token: Token) -> None:
        definition = SubElement(parent, "dd")
        self.run(definition, [token.content])
        if token.info == "tight" and [child.tag for child in definition] == ["p"]:
            definition.text, definition[:] = definition[0].text, []

    def _add_markdown_html(self, parent: Element, token: Token) -> None:
        """HTML with Markdown in it: `md_in_html` makes the elements, and has this class read the content."""
        assert self._html is not None
        for block in "\n".join(self._html.run(token.content.split("\n"))).split("\n\n"):
            text = block.strip("\n")
            if not text.strip():
                continue
            processor = self._own["markdown_block"]
            blocks = [text]
            if processor.test(parent, text) and processor.run(parent, blocks) is not False:
                if blocks:
                    self.run(parent, blocks)
            elif text.startswith(STX):
                _add_text(parent, text)
            else:
                self.run(parent, [text])


def _add_text(parent: Element, text: str) -> None:
    """Add text to an element, behind what it has."""
    if len(parent):
        parent[-1].tail = f"{parent[-1].tail.rstrip()}\n{text}\n" if parent[-1].tail else f"\n{text}\n"
    else:
        parent.text = f"{parent.text}\n{text}\n" if parent.text else f"\n{text}\n"


def _find_container(element: Element) -> Element:
    """Return the element for the content of an admonition, of details, or of the last tab of a set."""
    if "tabbed-set" not in element.get("class", "").split():
        return element
    content = element[-1]
    return content[-1] if len(content) and content[-1].get("class") == "tabbed-block" else content
