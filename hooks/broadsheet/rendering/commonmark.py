"""CommonMark: have Python-Markdown read Markdown as GitHub shows it, with Material's syntax besides.

Python-Markdown's own rules for blocks and inline Markdown are older than CommonMark: lists need four spaces, a list
below a line of text is none, and so on. This extension replaces them by those of `block_rules` and `inline_rules`
through Python-Markdown's registries, and leaves to it everything else: preprocessors, the processors of its extensions
for their own blocks (admonitions, tabs, footnotes …), the table of contents, attribute lists, serialization.

Cost: 0.6 to 0.9 of the time that Python-Markdown's own rules take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor, Treeprocessor
from markdown.util import ETX, STX, AtomicString, Registry, code_escape
from markdown_it import MarkdownIt
from markdown_it.token import Token

from broadsheet.rendering.block_rules import make_block_parser
from broadsheet.rendering.inline_rules import Typography, make_inline_parser, set_quotes
from broadsheet.rendering.markdown_problems import Remains, collect_notes, find_unclosed_fence

COMMONMARK = __name__
"""The name of the extension for Python-Markdown."""

_FEATURES = {
    "mark": ("pymdownx.mark", ""),
    "insert": ("pymdownx.caret", "insert"),
    "superscript": ("pymdownx.caret", "superscript"),
    "subscript": ("pymdownx.tilde", "subscript"),
}
_REPLACED_BLOCKS = frozenset(
    {"empty", "indent", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote", "reference", "paragraph"}
    | {"table", "deflist", "defindent"}
)
_REPLACED_PATTERNS = frozenset(
    {"backtick", "escape", "reference", "link", "image_link", "image_reference", "short_reference", "short_image_ref"}
    | {"autolink", "automail", "linebreak", "html", "entity", "not_strong", "em_strong", "em_strong2", "strong_em"}
    | {"strong", "emphasis", "strong2", "emphasis2", "delimiter", "nl"}
)
_OWN_BLOCKS = frozenset({"admonition", "details", "tabbed", "blocks", "footnote", "abbr", "markdown_block"})
"""Names of block processors that are asked for their own blocks only."""
_BLANK = f"{STX}blank{ETX}"
"""A blank line in the content of a `///` block: Python-Markdown would read the parts before and after by themselves."""
_MARKUP = re.compile(r"[!-/:-@\[-`{-~\n]")
"""A text without any of these characters has no inline Markdown."""
_REFERENCE_LIKE = re.compile(r"&(?=#?\w+;)")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SUSPICIOUS = re.compile(r"[\[{*<]|//")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")


class CommonMarkExtension(Extension):
    """Python-Markdown's extension; it takes over when all others have registered their processors."""

    def __init__(self, **options: Any) -> None:
        """Take `features` (see `inline_rules.make_inline_parser`), a `language`, and the fields of `Typography`."""
        self.config = {
            "features": [(), "Material's inline syntax that is on"],
            "language": ["", "The language of the quotation marks"],
            "quotes": [True, "Make typographic quotation marks"],
            "dashes": [True, "Make dashes of -- and ---"],
            "ellipses": [True, "Make an ellipsis of ..."],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register a state of its own for each parser."""
        md.registerExtension(CommonMarkState(md, self.getConfigs()))


class CommonMarkState(Extension):
    """What the extension keeps for one parser."""

    def __init__(self, md: Markdown, options: Mapping[str, Any]) -> None:
        """Take the options of the extension; nothing is registered until `reset`."""
        super().__init__()
        self._md = md
        self._options = options
        self.remains = Remains()
        """What the last text has left as text, for `markdown_problems`."""
        self._blocks: _Blocks | None = None
        self._inline: _Inline | None = None

    def reset(self) -> None:
        """Prepare for the next text; the first time, replace Python-Markdown's rules."""
        if self._blocks is None or self._inline is None:
            self._blocks, self._inline = self._take_over(self._md)
        self._blocks.env = self._inline.env = {}
        self.remains = self._blocks.remains = self._inline.remains = Remains()

    def set_language(self, language: str) -> None:
        """Make the quotation marks of a language, or with '' those of the options, in the texts that follow."""
        assert self._inline is not None
        self._inline.set_language(language or self._options["language"])

    def _take_over(self, md: Markdown) -> tuple[_Blocks, _Inline]:
        features = set(self._options["features"])
        if "attr_list" in md.treeprocessors:
            features.add("attributes")
        if "keys" in md.inlinePatterns:
            features.add("keys")
        blocks = _Blocks(md)
        backtick = _get(md.inlinePatterns, "backtick")
        for name in _REPLACED_PATTERNS:
            md.inlinePatterns.deregister(name, strict=False)
        if "emoji" in md.inlinePatterns:
            # A name between two words is no emoji: 1:100:2.
            md.inlinePatterns["emoji"].compiled_re = re.compile(r"(?<![\w:])(:[+\-\w]+:)(?![\w:])")
        for name in (*_REPLACED_BLOCKS, *_OWN_BLOCKS):
            md.parser.blockprocessors.deregister(name, strict=False)
        md.preprocessors.deregister("html_block", strict=False)
        if "fenced_code_block" in md.preprocessors:
            md.preprocessors.register(_Idle(md.preprocessors["fenced_code_block"]), "fenced_code_block", 25)
        md.preprocessors.register(_NormalizeLines(md), "normalize_whitespace", 30)
        md.parser.blockprocessors.register(blocks, "broadsheet-commonmark", 1000)
        typography = Typography(*(self._options[name] for name in ("quotes", "dashes", "ellipses")))
        inline = _Inline(md, features, typography, backtick)
        inline.set_language(self._options["language"])
        # Before 'inline', whose priority is 20: it applies the patterns of extensions to what is left as text.
        md.treeprocessors.register(inline, "broadsheet-commonmark", 21)
        md.treeprocessors.register(_ExtensionPatterns(md), "inline", 20)
        return blocks, inline


def makeExtension(**options: Any) -> CommonMarkExtension:  # noqa: N802 - Python-Markdown's name
    """Return the extension, which Python-Markdown loads by the name of this module."""
    return CommonMarkExtension(**options)


def add_commonmark(
    extensions: Sequence[str], configs: Mapping[str, Mapping[str, Any]], **options: Any
) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Return Python-Markdown's extensions and their options with this one as the last, if it is not there yet.

    The ids of headings have their words in any script, unless `toc` has another `slugify`. The options of Material's
    extensions for marks, insertions, superscripts and subscripts decide what is on.
    """
    if COMMONMARK in extensions:
        return list(extensions), {name: dict(config or {}) for name, config in configs.items()}
    features = tuple(
        feature
        for feature, (extension, option) in _FEATURES.items()
        if extension in extensions and (configs.get(extension) or {}).get(option, True)
    )
    options = {"features": features, **options}
    return [*extensions, COMMONMARK], {
        **{name: dict(config or {}) for name, config in configs.items()},
        COMMONMARK: options,
    }


def _get(registry: Registry[Any], name: str) -> Any:
    return registry[name] if name in registry else None  # noqa: SIM401 - it has no `get`


class _NormalizeLines(Preprocessor):
    """Remove the characters with which Python-Markdown marks its placeholders; tabs stay."""

    def run(self, lines: list[str]) -> list[str]:
        source = "\n".join(lines).replace(STX, "").replace(ETX, "")
        return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class _Idle(Preprocessor):
    """Stands where extensions look for a preprocessor's configuration, and does nothing."""

    def __init__(self, preprocessor: Preprocessor) -> None:
        super().__init__(preprocessor.md)
        self._preprocessor = preprocessor

    def run(self, lines: list[str]) -> list[str]:
        return lines

    def __getattr__(self, name: str) -> Any:
        return getattr(self._preprocessor, name)


class _Blocks(BlockProcessor):
    """The only block processor: it builds the elements of all blocks, with their inline Markdown as text."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md.parser)
        registered = md.parser.blockprocessors
        names = [name for name in (*_OWN_BLOCKS, "deflist") if name in registered]
        self.env: dict[str, Any] = {}
        """What markdown-it-py collects in a text: the definitions of links."""
        self.remains = Remains()
        self._md = md
        self._parser: MarkdownIt = make_block_parser(names)
        self._own = {name: registered[name] for name in names if name != "deflist"}
        self._fences = _get(md.preprocessors, "fenced_code_block")
        self._html = _get(md.preprocessors, "html_block")
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
        }

    def test(self, parent: Element, block: str) -> bool:
        return True

    def run(self, parent: Element, blocks: list[str]) -> None:
        text = "\n\n".join(blocks).replace(_BLANK, "")
        blocks.clear()
        if text.strip():
            self._build(parent, self._parser.parse(text, self.env), text)

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
                stack.append(_add(parent, token.tag))
                for name, value in token.attrs.items():
                    stack[-1].set(name, str(value).replace(":", ": ") + ";" if name == "style" else str(value))
            elif token.nesting < 0:
                stack.pop()
                if token.type == "paragraph_close" and len(self.parser.blockprocessors) > 1:
                    self._offer(stack[-1])

    def _add_inline(self, parent: Element, content: str) -> None:
        if parent.text or len(parent):
            _add_text(parent, content)
        else:
            parent.text = content

    def _offer(self, parent: Element) -> None:
        """Have the processors of other extensions look at the last paragraph: one may know it as its own block."""
        paragraph = parent[-1]
        for processor in self.parser.blockprocessors:
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
        tags = _TAG.findall(html)
        text = self._md.htmlStash.store(html)
        self.remains.html.append(html)
        if tags and not tags[0][0] and not any(self._md.is_block_level(name) for _, name in tags):
            # GitHub has no paragraph around `<img …>` on a line of its own; the page's design needs it.
            _add(parent, "p").text = text
        else:
            _add_text(parent, text)

    def _run(self, name: str, parent: Element, blocks: list[str]) -> None:
        """Run the block processor of an extension on blocks of its own; the rest is read as usual."""
        processor = self._own[name]
        while blocks and processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
            pass
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
        code = SubElement(_add(holder, "pre"), "code")
        code.text = AtomicString(code_escape(f"{token.content.rstrip()}\n"))
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
        self._add_inline(_add(parent, "p"), token.info)
        self.run(parent, [token.content])

    def _add_fenced(self, parent: Element, token: Token) -> None:
        lines = token.content.split("\n")
        header = 1
        while header < len(lines) and lines[header].startswith("    "):
            header += 1
        lines[header:] = [line if line.strip() else _BLANK for line in lines[header:]]
        self._run("blocks", parent, ["\n".join(lines)])

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
            elif self._md.htmlStash.html_counter and text.startswith(STX):
                _add_text(parent, text)
            else:
                self.run(parent, [text])


def _add(parent: Element, tag: str) -> Element:
    return SubElement(parent, tag)


def _add_text(parent: Element, text: str) -> None:
    """Add text to an element, behind what it has."""
    if len(parent):
        parent[-1].tail = f"{parent[-1].tail.rstrip()}\n{text}\n" if parent[-1].tail else f"\n{text}\n"
    else:
        parent.text = f"{parent.text}\n{text}\n" if parent.text else f"\n{text}\n"


def _append_text(parent: Element, texts: list[str]) -> None:
    """Move pieces of text to the end of an element."""
    text = "".join(texts)
    texts.clear()
    if text and len(parent):
        parent[-1].tail = _Parsed((parent[-1].tail or "") + text)
    elif text:
        parent.text = _Parsed((parent.text or "") + text)


def _find_container(element: Element) -> Element:
    """Return the element for the content of an admonition, of details, or of the last tab of a set."""
    if "tabbed-set" not in element.get("class", "").split():
        return element
    content = element[-1]
    return content[-1] if len(content) and content[-1].get("class") == "tabbed-block" else content


class _Inline(Treeprocessor):
    """Parses the inline Markdown of all elements; text in which extensions find their syntax stays text."""

    def __init__(self, md: Markdown, features: Collection[str], typography: Typography, backtick: Any) -> None:
        super().__init__(md)
        self.env: dict[str, Any] = {}
        self.remains = Remains()
        self._backtick = backtick
        self._parser = make_inline_parser(features, typography)

    def set_language(self, language: str) -> None:
        set_quotes(self._parser, language)

    def run(self, root: Element) -> None:
        assert self.md is not None
        for parent in list(root.iter()):
            if parent.text and not isinstance(parent.text, AtomicString) and _MARKUP.search(parent.text):
                text, children = self._parse(parent.text)
                parent.text = text
                parent[:0] = children
            # A tail is part of the parent's text; insert from the last on, so that places stay right.
            for place in range(len(parent) - 1, -1, -1):
                tail = parent[place].tail
                if tail and not isinstance(tail, _Parsed) and tail.strip() and _MARKUP.search(tail):
                    parent[place].tail, children = self._parse(tail)
                    parent[place + 1 : place + 1] = children

    def _parse(self, text: str) -> tuple[str, list[Element]]:
        (block,) = self._parser.parseInline(text.replace(_BLANK, ""), self.env)
        return self._build(block.children or [])

    def _build(self, tokens: Sequence[Token]) -> tuple[str, list[Element]]:
        """Return the text before the first element, and the elements with what follows them as tails."""
        root = Element("root")
        stack = [root]
        texts: list[str] = []
        self._collect(tokens)
        for token in tokens:
            if (text := self._make_text(token)) is not None:
                texts.append(text)
                continue
            _append_text(stack[-1], texts)
            if token.nesting < 0:
                stack.pop()
            elif token.type == "code_inline":
                self._add_code(stack[-1], token)
            else:
                element = SubElement(stack[-1], token.tag)
                for name, value in token.attrs.items():
                    element.set(name, _escape_references(str(value)))
                if token.type == "image":
                    element.set("alt", _escape_references(_to_text(token.children or [])))
                if token.nesting > 0:
                    stack.append(element)
        _append_text(root, texts)
        for child in root.iter():
            child.tail = _Parsed(child.tail) if child.tail else None
        return root.text or "", list(root)

    def _collect(self, tokens: Sequence[Token]) -> None:
        """Note what is left as text, to find problems in it."""
        remains = self.remains
        texts: list[str] = []
        for number, token in enumerate(tokens):
            # Attributes directly behind an element are its own, at the end of a block those of the block.
            is_alone = token.type == "verbatim" and number + 1 < len(tokens) and texts[-1:] != ["\0"]
            if token.type == "text" or is_alone:
                texts += filter(None, [token.content])
            elif token.type in {"softbreak", "hardbreak"}:
                texts.append("\n")
            else:
                texts.append("\0")
                remains.html += [token.content] if token.type == "html_inline" else []
        text = "".join(texts)
        if _SUSPICIOUS.search(text):
            remains.texts.append(text)
            remains.named_notes |= collect_notes([text])

    def _make_text(self, token: Token) -> str | None:
        """Return a token as text of an element; None if it is an element of its own."""
        if token.type == "text":
            return _escape_references(token.content)
        if token.type == "verbatim":
            return token.content
        if token.type == "softbreak":
            return "\n"
        if token.type == "text_special":
            return _protect(token.content)
        if token.type == "html_inline":
            assert self.md is not None
            return self.md.htmlStash.store(token.content)
        return None

    def _add_code(self, parent: Element, token: Token) -> None:
        if self._backtick is not None and token.content.startswith(("#!", ":::")):
            source = f"``{token.content}``"
            match = self._backtick.getCompiledRegExp().search(source)
            made = self._backtick.handleMatch(match, source)[0] if match else None
            if isinstance(made, Element):
                parent.append(made)
                return
            if isinstance(made, str):
                SubElement(parent, "span").text = made
                return
        SubElement(parent, "code").text = AtomicString(code_escape(token.content))


class _ExtensionPatterns(InlineProcessor):
    """Applies the inline patterns of extensions, such as emoji, where one of them can match."""

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        patterns: Iterable[Any] = self.inlinePatterns
        expressions = [pattern.getCompiledRegExp() for pattern in patterns]
        for element in tree.iter():
            for text in (element.text, element.tail):
                if text and len(text) > 1 and any(expression.search(text) for expression in expressions):
                    return super().run(tree, ancestors)
        return tree


class _Parsed(str):
    """Text whose inline Markdown has been parsed."""

    __slots__ = ()


def _escape_references(text: str) -> str:
    """Keep Python-Markdown's serializer from taking `&copy;` in a text for a character reference."""
    return _REFERENCE_LIKE.sub("&amp;", text) if "&" in text else text


def _protect(text: str) -> str:
    """Hide punctuation from the patterns of extensions, as Python-Markdown hides escaped characters."""
    if text == "&":
        return "&amp;"
    return "".join(f"{STX}{ord(char)}{ETX}" if char in _PUNCTUATION else char for char in text)


def _to_text(tokens: Sequence[Token]) -> str:
    """Return the text of inline tokens: what an image shows to those who cannot see it."""
    parts = []
    for token in tokens:
        if token.children:
            parts.append(_to_text(token.children))
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type != "html_inline":
            parts.append(token.content)
    return "".join(parts)
