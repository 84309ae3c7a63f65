"""Tests of `tokens`: Markdown to prose, text in any script to words, words to ids."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import pairwise

import pytest
from broadsheet.related import tokens
from broadsheet.related.tokens import (
    BREAK,
    MAX_CHARACTERS,
    SENTENCE_END,
    TokenizedText,
    Vocabulary,
    is_unspaced,
    read_token,
    split_tokens,
    strip_markdown,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import ROOT


def read(text: str) -> str:
    """Return the words of a text, with '|' for one or more punctuation marks."""
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
def test_markdown_becomes_prose(markdown: str, words: str) -> None:
    assert read(strip_markdown(markdown)) == words


def test_a_reference_with_thousands_of_digits_is_removed() -> None:
    digits = "1" * 5_000
    assert read(strip_markdown(f"a &#{digits}, b &amp;#{digits}, c &#x{digits}, d &#233;")) == "a b c d é"


def test_the_end_of_a_very_long_text_is_ignored() -> None:
    text = "word " * (MAX_CHARACTERS // 5) + "late"
    assert "late" not in strip_markdown(text)
    assert split_tokens(text)[-1] == "word"
    assert len(split_tokens(text)) == MAX_CHARACTERS // 5


BEGINNINGS = [
    *("<!--", "```\n", "```", "~~~", "[", "]", "[a](", "[a][", '![x](y "', "[a]: ", "<p", "<a ", "<script", "<", "&#"),
    *("&amp;", "&#1", "www.", "a.", "a'", "'", "“", "_", "\u0315\u0300", "ก\u0e34", "東", "🙂\u200d", "\u0301"),
]
PROGRAM = """
import sys
from broadsheet.related.tokens import *
for unit in sys.argv[1:]:
    text = unit * 200_000
    for given in (text, 'a' + text):
        [read_token(token) for token in split_tokens(strip_markdown(given))]
"""


def test_unclosed_markup_takes_linear_time() -> None:
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
def test_text_in_any_script_becomes_words(text: str, words: str) -> None:
    assert read(text) == words


def test_a_long_row_of_combining_marks_is_cut() -> None:
    (token,) = split_tokens("a" + "\u0315\u0300" * 50_000)
    assert len(token) < 12


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("東京ไที่दि’'.s ")), max_size=40))
def test_every_token_is_words_or_a_break(text: str) -> None:
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
def test_stripping_markdown_adds_no_characters(text: str) -> None:
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
def test_skipped_patterns_would_match_nothing(text: str) -> None:
    stripped = strip_markdown(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_MARKUP", [(("",), *rest) for _, *rest in tokens._MARKUP])
        assert strip_markdown(text) == stripped


def test_a_word_is_unspaced_when_all_its_characters_are() -> None:
    assert [word for word in ("東京", "ไท", "漢", "東a", "NATO", "", "कि") if is_unspaced(word)] == ["東京", "ไท", "漢"]


PARTS = st.lists(st.text(st.sampled_from("ab cC.\né東京ไ's(-"), max_size=12), min_size=1, max_size=3)


def spell(text: TokenizedText, vocabulary: Vocabulary) -> str:
    """Return a text in its spellings, with '|' for the end of a sentence."""
    return " ".join(vocabulary.spellings[number] or "|" for number in text.spellings.tolist())


def test_a_word_has_one_id_whatever_its_case() -> None:
    vocabulary = Vocabulary()
    (text,) = vocabulary.tokenize([("NATO Talks", "", "Nato talks. TALKS nato")])
    assert text.words.tolist() == [1, 2, SENTENCE_END, 1, 2, SENTENCE_END, 2, 1, SENTENCE_END]
    assert spell(text, vocabulary) == "NATO Talks | Nato talks | TALKS nato |"
    assert vocabulary.size == 3


def test_the_headline_length_counts_its_words_and_sentence_ends() -> None:
    texts = Vocabulary().tokenize(
        [("One two: three", "four", "five"), ("", "four", "five"), ("Why?", "", ""), ("", "", "")]
    )
    assert [text.headline_length for text in texts] == [5, 1, 2, 1]
    assert [text.words.tolist() for text in texts] == [
        [1, 2, SENTENCE_END, 3, SENTENCE_END, 4, SENTENCE_END, 5, SENTENCE_END],
        [SENTENCE_END, 4, SENTENCE_END, 5, SENTENCE_END],
        [6, SENTENCE_END],
        [SENTENCE_END],
    ]


def test_an_empty_part_adds_no_second_sentence_end() -> None:
    vocabulary = Vocabulary()
    assert [spell(text, vocabulary) for text in vocabulary.tokenize([("a.", "", "\n\n(b)\n\n"), ("!", "?", "c")])] == [
        "a | b |",
        "| c |",
    ]


def test_a_token_of_several_words_has_all_of_them() -> None:
    vocabulary = Vocabulary()
    first, second = vocabulary.tokenize([("東京都 talks", "東京都"), ("都 東京", "京都")])
    assert spell(first, vocabulary) == "東京 京都 talks | 東京 京都 |"
    assert spell(second, vocabulary) == "都 東京 | 京都 |"
    assert second.words.tolist()[1] == first.words.tolist()[0]
    assert second.words.tolist()[-2] == first.words.tolist()[1]


def test_a_possessive_has_the_id_of_its_word() -> None:
    vocabulary = Vocabulary()
    (text,) = vocabulary.tokenize([("Ryabkov Ryabkov's Ryabkov’s",)])
    assert text.words.tolist() == [1, 1, 1, SENTENCE_END]


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=4))
def test_a_text_has_the_words_of_its_tokens_in_order(documents: list[list[str]]) -> None:
    vocabulary = Vocabulary()
    texts = vocabulary.tokenize(documents)
    assert len(texts) == len(documents)
    for text, parts in zip(texts, documents, strict=True):
        words = [word for text in parts for token in split_tokens(text) for word in read_token(token) if word]
        assert [vocabulary.spellings[number] for number in text.spellings.tolist() if number] == words
        assert text.words[-1] == SENTENCE_END
        assert not any(first == two == SENTENCE_END for first, two in zip(text.words[1:], text.words[:-1], strict=True))
        assert len(text.words) == len(text.spellings)
        numbers = dict(zip(text.spellings.tolist(), text.words.tolist(), strict=True))
        for spelling, word in numbers.items():
            assert (spelling == SENTENCE_END) == (word == SENTENCE_END)
    folded = {word.casefold() for word in vocabulary.spellings}
    assert vocabulary.size == len(folded)


# Spellings.


def test_the_most_frequent_spelling_within_sentences_is_chosen() -> None:
    vocabulary = Vocabulary()
    vocabulary.tokenize([("The NATO talks", "Talks. Talks. Talks of nato, for NATO", "Talks on the talks")])
    assert vocabulary.choose_spellings()[1:5] == ["the", "NATO", "talks", "of"]


def test_a_word_that_only_begins_sentences_keeps_its_spelling() -> None:
    vocabulary = Vocabulary()
    vocabulary.tokenize([("Budget",), ("Ferry. ferry",)])
    assert vocabulary.choose_spellings()[1:] == ["Budget", "Ferry"]


def test_of_equally_frequent_spellings_the_first_by_alphabet_is_chosen() -> None:
    for parts in (("a Nato", "a NATO", "a nato"), ("a nato", "a NATO", "a Nato")):
        vocabulary = Vocabulary()
        vocabulary.tokenize([parts])
        assert vocabulary.choose_spellings() == ["", "a", "NATO"]


@pytest.mark.parametrize("many", [0, 3, 1_000_000])
def test_the_count_interval_makes_no_difference(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_COUNT_INTERVAL", many)
    vocabulary = Vocabulary()
    vocabulary.tokenize(
        [("the Talks", "the talks and talks"), ("the NATO", "the Nato of NATO talks"), ("an Été", "an été été")]
    )
    assert vocabulary.choose_spellings() == ["", "the", "talks", "and", "NATO", "of", "an", "été"]


@settings(max_examples=100, deadline=None)
@given(st.lists(PARTS, max_size=5))
def test_the_chosen_spelling_is_one_of_the_most_frequent(documents: list[list[str]]) -> None:
    vocabulary = Vocabulary()
    counts: Counter[str] = Counter()
    for text in vocabulary.tokenize(documents):
        spelt = [vocabulary.spellings[number] for number in text.spellings.tolist()]
        counts.update(word for before, word in pairwise(spelt) if before)
    chosen = vocabulary.choose_spellings()
    assert len(chosen) == vocabulary.size
    for word in set(vocabulary.spellings) - {""}:
        spelling = next(candidate for candidate in chosen if candidate.casefold() == word.casefold())
        assert (-counts[spelling], spelling) <= (-counts[word], word)


@settings(deadline=None)
@given(drawn_texts=st.lists(PARTS, max_size=8), cuts=st.lists(st.integers(0, 8), max_size=3))
def test_merged_batches_equal_texts_tokenized_at_once(drawn_texts: list[list[str]], cuts: list[int]) -> None:
    whole, joined = Vocabulary(), Vocabulary()
    wanted = whole.tokenize(drawn_texts)
    bounds = [0, *sorted(min(cut, len(drawn_texts)) for cut in cuts), len(drawn_texts)]
    texts = joined.merge([Vocabulary().tokenize_batch(drawn_texts[start:stop]) for start, stop in pairwise(bounds)])
    assert [(text.words.tolist(), text.spellings.tolist(), text.headline_length) for text in texts] == [
        (text.words.tolist(), text.spellings.tolist(), text.headline_length) for text in wanted
    ]
    assert (joined.spellings, joined.size) == (whole.spellings, whole.size)
    assert joined.choose_spellings() == whole.choose_spellings()
