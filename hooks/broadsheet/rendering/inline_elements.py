"""Inline elements: build the elements of the tree from the inline Markdown that `inline_rules` has read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX, AtomicString, code_escape
from markdown_it.token import Token

from broadsheet.rendering.block_elements import BLANK
from broadsheet.rendering.inline_rules import Typography, make_inline_parser, set_quotes
from broadsheet.rendering.markdown_problems import Remains, collect_notes

_MARKUP = re.compile(r"[!-/:-@\[-`{-~\n]")
"""A text without any of these characters has no inline Markdown."""
_REFERENCE_LIKE = re.compile(r"&(?=#?\w+;)")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SUSPICIOUS = re.compile(r"[\[{*<]|//")


class InlineElements(Treeprocessor):
    """Parses the inline Markdown of all elements; text in which extensions find their syntax stays text."""

    def __init__(
        self,
        md: Markdown,
        features: Collection[str],
        typography: Typography,
        backtick: Any,
        early: Collection[re.Pattern[str]],
    ) -> None:
        """Take what is on (see `make_inline_parser`), and the pattern for code with a language, or None."""
        super().__init__(md)
        self.env: dict[str, Any] = {}
        self.remains = Remains()
        self._backtick = backtick
        self._parser = make_inline_parser(features, typography, early)

    def set_language(self, language: str) -> None:
        """Make the quotation marks of a language from now on."""
        set_quotes(self._parser, language)

    def run(self, root: Element) -> None:
        """Put the elements of inline Markdown into all elements of a tree."""
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
        (block,) = self._parser.parseInline(text.replace(BLANK, ""), self.env)
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
            elif token.type == "strong_open" and stack[-1].tag == "strong":
                stack.append(stack[-1])  # As GitHub: bold text in bold text is no bolder.
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


def _append_text(parent: Element, texts: list[str]) -> None:
    """Move pieces of text to the end of an element."""
    text = "".join(texts)
    texts.clear()
    if text and len(parent):
        parent[-1].tail = _Parsed((parent[-1].tail or "") + text)
    elif text:
        parent.text = _Parsed((parent.text or "") + text)


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
