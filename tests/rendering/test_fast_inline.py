"""Fast inline patterns: skipping patterns that cannot match never changes the HTML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from broadsheet.rendering.fast_inline import find_needed_characters, skip_inline_patterns
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import SimpleTextInlineProcessor
from markdown.treeprocessors import InlineProcessor
from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]
PATTERNS = [
    (r"a", "a"),
    (r"(?<!\\)`+", "`"),
    (r"\*|_|\^", "*_^"),
    (r"  \n", "\n"),
    (r"[+-]{2}\w+", "+-"),
    (r"(?x) < (?P<kind> [a-z]+ ) > # comment", "<"),
    (r"(?>x)+y", "x"),
    (r"(?:1/2|3/4) c", "/"),
    (r"(?:ab|[cd])e", "e"),
    (r"w*", None),
    (r"(?:q|\w)", None),
    (r"[^z]", None),
    (r"[a-z]", None),
    (r"[04-6]t", "0456"),
    (r"(?i)a", None),
    (r"(?i:a)\d", None),
    (r"(?=a)", None),
]


def make_parsers(extensions: list[Any], configs: dict[str, Any] | None = None) -> tuple[Markdown, Markdown]:
    plain, fast = (Markdown(extensions=extensions, extension_configs=configs or {}) for _ in range(2))
    skip_inline_patterns(fast)
    return plain, fast


CONFIG = load_config(str(ROOT / "mkdocs.yml"))
PLAIN, FAST = make_parsers(list(CONFIG.markdown_extensions), dict(CONFIG.mdx_configs))
ALL_NEEDED = sorted(
    frozenset("\\x").union(
        *(
            find_needed_characters(pattern.getCompiledRegExp()) or ()
            for processor in PLAIN.treeprocessors
            if isinstance(processor, InlineProcessor)
            for pattern in processor.inlinePatterns
        )
    )
)
MARKED = [
    "**",
    "~~",
    "[a](b)",
    "![a](b)",
    "[^1]",
    "\n[^1]: note",
    "`",
    "<b>",
    "&amp;",
    ":smile:",
    "++ctrl++",
    "(c)",
    "-->",
]


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*ALL_NEEDED, *MARKED, "word", " ", "\n", "\n\n", "1/2", "1st"]), max_size=30).map("".join)
)
def test_the_html_is_the_same(text: str) -> None:
    assert FAST.reset().convert(text) == PLAIN.reset().convert(text)


def test_every_pattern_of_this_newspaper_is_skipped_where_it_may_be() -> None:
    processors = [processor for processor in FAST.treeprocessors if isinstance(processor, InlineProcessor)]
    assert len(processors) == 2, "those of Markdown itself and of smart symbols"
    patterns = [pattern.getCompiledRegExp() for processor in processors for pattern in processor.inlinePatterns]
    assert len(patterns) > 20
    for pattern in patterns:
        assert pattern.finditer("A plain sentence, with nothing in it") == (), pattern.pattern
        assert pattern.finditer("".join(ALL_NEEDED)) != (), pattern.pattern


@pytest.mark.parametrize(("pattern", "needed"), PATTERNS)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, needed: str | None) -> None:
    assert find_needed_characters(re.compile(pattern)) == (None if needed is None else frozenset(needed))


@given(st.sampled_from(PATTERNS), st.text("a`*_^\n+-<>xy/cde1234 wqz", max_size=12))
def test_what_matches_has_what_is_needed(case: tuple[str, str | None], text: str) -> None:
    regex = re.compile(case[0])
    needed = find_needed_characters(regex)
    assert needed is None or not regex.search(text) or needed & set(text)


def test_a_pattern_that_is_registered_later_counts() -> None:
    _, fast = make_parsers([])
    assert fast.convert("a ? b") == "<p>a ? b</p>"
    fast.inlinePatterns.register(SimpleTextInlineProcessor(r"(\?)"), "question", 1)
    fast.inlinePatterns["question"].handleMatch = lambda match, data: ("!", match.start(), match.end())
    assert fast.reset().convert("a ? b") == "<p>a ! b</p>"


def test_a_processor_of_an_extension_makes_the_same_html() -> None:
    class Other(InlineProcessor):
        """That of an extension."""

    class Swap(Extension):
        def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
            md.treeprocessors.register(Other(md), "inline", 20)

    plain, fast = make_parsers([Swap()])
    assert fast.convert("*a*") == plain.convert("*a*") == "<p><em>a</em></p>"
