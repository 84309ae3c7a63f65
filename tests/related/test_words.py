"""Words: what is left of Markdown, and how any script falls into words."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from broadsheet.related import words as room
from broadsheet.related.words import BREAK, MOST_CHARACTERS, is_unspaced, read_token, split_tokens, strip_markdown
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import ROOT


def read(text: str) -> str:
    """The words of a text with a '|' for what parts them, however often."""
    words = [word or "|" for token in split_tokens(text) for word in read_token(token)]
    return " ".join(word for word, before in zip(words, ["", *words], strict=False) if (word, before) != ("|", "|"))


# Markdown.


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# Talks *end*, __now__ ~~then~~", "Talks end now then"),
        ("[The budget](ferry.md) passes", "The budget passes"),
        ('[The budget](ferry.md "Ferry line") passes', "The budget passes"),
        ("[The budget][1] passes\n\n[1]: https://a.example/x 'Secret'", "The budget passes |"),
        ("![A white ferry](ferry.png) leaves", "A white ferry leaves"),
        ("[![A ferry](secret.png)](secret.md) leaves", "A ferry leaves"),
        ("<p class='x'>One</p><div>two</div>", "| One | two |"),
        ("line one<br>line two", "line one | line two"),
        ("so <em title='no'>stressed</em>, <a href='x.md'>linked</a>", "so stressed linked"),
        ("un<b>believ</b>able <https://a.example/>", "unbelievable"),
        ("less < than and > more, <85 % of it", "less than and more 85 of it"),
        ("see https://a.example/secret?x=1 and www.b.example here", "see and here"),
        ("Fish &amp; chips, caf&eacute; &amp;lt; here", "Fish chips café here"),
        ("before <!-- secret --> after", "before after"),
        ("before <!-- never closed", "before"),
        ("<script>secret()</script><STYLE>.x{}</style>seen", "seen"),
        ("<style>never closed", ""),
        ("before\n```python\nsecret = 1\n```\nafter", "before | after"),
        ("before\n~~~~\nsecret\n~~~\nsecret\n~~~~\nafter", "before | after"),
        ("before\n```\nnever closed", "before |"),
        ("```git push``` is a command.\n\nIt sends.", "git push is a command | It sends |"),
        ("a [bracket] and [another", "a bracket and another"),
    ],
)
def test_of_markdown_the_prose_is_left(markdown: str, words: str) -> None:
    assert read(strip_markdown(markdown)) == words


def test_a_number_of_thousands_of_digits_is_no_character() -> None:
    digits = "1" * 5_000
    assert read(strip_markdown(f"a &#{digits}, b &amp;#{digits}, c &#x{digits}, d &#233;")) == "a b c d é"


def test_what_follows_in_a_very_long_text_is_not_read() -> None:
    text = "word " * (MOST_CHARACTERS // 5) + "late"
    assert "late" not in strip_markdown(text)
    assert split_tokens(text)[-1] == "word"
    assert len(split_tokens(text)) == MOST_CHARACTERS // 5


BEGINNINGS = [
    *("<!--", "```\n", "```", "~~~", "[", "]", "[a](", "[a][", '![x](y "', "[a]: ", "<p", "<a ", "<script", "<", "&#"),
    *("&amp;", "&#1", "www.", "a.", "a'", "'", "“", "_", "\u0315\u0300", "ก\u0e34", "東", "🙂\u200d", "\u0301"),
]
PROGRAM = """
import sys
from broadsheet.related.words import *
for unit in sys.argv[1:]:
    text = unit * 200_000
    for given in (text, 'a' + text):
        [read_token(token) for token in split_tokens(strip_markdown(given))]
"""


def test_texts_of_nothing_but_beginnings_are_read_as_fast_as_any() -> None:
    # Two seconds; in quadratic time it would take hours.
    subprocess.run([sys.executable, "-c", PROGRAM, *BEGINNINGS], cwd=ROOT / "hooks", check=True, timeout=60)


# Tokens.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("Ryabkov's talks: no deal.", "Ryabkov talks | no deal |"),
        ("Ryabkov’s O’Neill rock'n'roll", "Ryabkov O’Neill rock'n'roll"),
        ("the U.S. said “yes” (no), 3.5 % at 9:30", "the U.S | said | yes | no | 3.5 at 9 30"),
        ("well-known snake_case e-mail", "well known snake case e mail"),
        ("One\ntwo; three… four? five!", "One | two | three | four | five |"),
        ("ﬁnance ＮＡＴＯ ²", "finance NATO 2"),
        ("Zürich Łódź naïve", "Zürich Łódź naïve"),
        ("e\u0301te\u0301", "été"),
        ("Москва и Київ. Αθήνα", "Москва и Київ | Αθήνα"),
        ("שָׁלוֹם עולם", "שָׁלוֹם עולם"),
        ("قَلَم، كتاب؟", "قَلَم | كتاب |"),
        ("हिन्दी दिल्ली। தமிழ்", "हिन्दी दिल्ली | தமிழ்"),
        ("🙂 👩‍👩‍👧 ❤️", ""),
        ("🙂NATO🙂", "NATO"),
        ("東京都、大阪。", "東京 京都 | 大阪 |"),
        ("東", "東"),
        ("ประเทศที่ไทย", "ปร ระ ะเ เท ทศ ศท ที ี่ ่ไ ไท ทย"),
        ("東京都NATO", "東京 京都 NATO"),
        ("NATO東京 東京2026年", "NATO 東京 東京 2026 年"),
        ("東京's 東京.NATO NATO.東京 中国.美国 東京's東京", "東京 東京 NATO NATO 東京 中国 美国 東京 東京"),
    ],
)
def test_any_script_falls_into_words(text: str, words: str) -> None:
    assert read(text) == words


def test_a_pile_of_marks_is_cut_down() -> None:
    (token,) = split_tokens("a" + "\u0315\u0300" * 50_000)
    assert len(token) < 12


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("東京ไที่दि’'.s ")), max_size=40))
def test_every_token_is_words_or_a_break_and_nothing_else_is_read(text: str) -> None:
    for token in split_tokens(text):
        words = read_token(token)
        assert words, "a token is never nothing"
        if words == (BREAK,):
            assert not any(map(str.isalnum, token))
            continue
        for word in words:
            assert word
            assert word[0] not in "'’." and word[-1] not in "'’."
            assert all(char in token for char in word)
    letters = {char for char in unicodedata.normalize("NFKC", text) if char.isalpha()}
    assert letters - {"s"} <= {char for token in split_tokens(text) for word in read_token(token) for char in word}


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab[](){}<>!-`~&;:/#\n \"'.=東"), max_size=60))
def test_markdown_of_any_shape_is_stripped_to_no_more_than_it_had(text: str) -> None:
    left = strip_markdown(text)
    for char in "ab東":
        assert left.count(char) <= text.count(char)


SIGNS = (
    "```",
    "~~~",
    "\n",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<p>",
    "<",
    "[a",
    "](",
    ")",
    "][",
    "]",
    "]:",
    "://",
)
MORE_SIGNS = ("https", "www.", "{", "{{", "}}", "{%", "%}", "#x", "}", "///", "b c", " ", "\t", "&lt;")


@settings(max_examples=300)
@given(st.lists(st.sampled_from(SIGNS + MORE_SIGNS), max_size=12).map("".join))
def test_no_pattern_would_find_anything_where_it_does_not_look(text: str) -> None:
    stripped = strip_markdown(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_CLEANERS", [(("",), *rest) for _, *rest in room._CLEANERS])
        assert strip_markdown(text) == stripped


def test_unspaced_is_what_is_all_of_such_a_script() -> None:
    assert [word for word in ("東京", "ไท", "漢", "東a", "NATO", "", "कि") if is_unspaced(word)] == ["東京", "ไท", "漢"]
