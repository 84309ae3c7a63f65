"""Lexicon: words as numbers and back, whatever their case, with the ends of sentences between them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from broadsheet.related import lexicon as room
from broadsheet.related.lexicon import END, Lexicon, Text
from broadsheet.related.words import read_token, split_tokens
from hypothesis import given, settings
from hypothesis import strategies as st

PARTS = st.lists(st.text(st.sampled_from("ab cC.\né東京ไ's(-"), max_size=12), min_size=1, max_size=3)


def spell(text: Text, lexicon: Lexicon) -> str:
    """A text as it stands in the lexicon's numbers, '|' at the ends of sentences."""
    return " ".join(lexicon.spellings[number] or "|" for number in text.spellings.tolist())


def test_words_get_the_same_number_whatever_their_case() -> None:
    lexicon = Lexicon()
    (text,) = lexicon.read([("NATO Talks", "", "Nato talks. TALKS nato")])
    assert text.words.tolist() == [1, 2, END, 1, 2, END, 2, 1, END]
    assert spell(text, lexicon) == "NATO Talks | Nato talks | TALKS nato |"
    assert lexicon.size == 3


def test_a_headline_ends_where_the_dek_begins() -> None:
    texts = Lexicon().read([("One two: three", "four", "five"), ("", "four", "five"), ("Why?", "", ""), ("", "", "")])
    assert [text.headline for text in texts] == [5, 1, 2, 1]
    assert [text.words.tolist() for text in texts] == [
        [1, 2, END, 3, END, 4, END, 5, END],
        [END, 4, END, 5, END],
        [6, END],
        [END],
    ]


def test_a_part_that_is_missing_leaves_one_end_only() -> None:
    lexicon = Lexicon()
    assert [spell(text, lexicon) for text in lexicon.read([("a.", "", "\n\n(b)\n\n"), ("!", "?", "c")])] == [
        "a | b |",
        "| c |",
    ]


def test_a_token_of_several_words_has_them_all_wherever_it_stands() -> None:
    lexicon = Lexicon()
    first, second = lexicon.read([("東京都 talks", "東京都"), ("都 東京", "京都")])
    assert spell(first, lexicon) == "東京 京都 talks | 東京 京都 |"
    assert spell(second, lexicon) == "都 東京 | 京都 |"
    assert second.words.tolist()[1] == first.words.tolist()[0]
    assert second.words.tolist()[-2] == first.words.tolist()[1]


def test_a_possessive_is_the_word_itself() -> None:
    lexicon = Lexicon()
    (text,) = lexicon.read([("Ryabkov Ryabkov's Ryabkov’s",)])
    assert text.words.tolist() == [1, 1, 1, END]


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=4))
def test_the_words_of_a_text_are_those_of_its_tokens_in_order(documents: list[list[str]]) -> None:
    lexicon = Lexicon()
    texts = lexicon.read(documents)
    assert len(texts) == len(documents)
    for text, parts in zip(texts, documents, strict=True):
        words = [word for part in parts for token in split_tokens(part) for word in read_token(token) if word]
        assert [lexicon.spellings[number] for number in text.spellings.tolist() if number] == words
        assert text.words[-1] == END
        assert not any(one == two == END for one, two in zip(text.words[1:], text.words[:-1], strict=True))
        assert len(text.words) == len(text.spellings)
        numbers = dict(zip(text.spellings.tolist(), text.words.tolist(), strict=True))
        for spelling, word in numbers.items():
            assert (spelling == END) == (word == END)
    folded = {word.casefold() for word in lexicon.spellings}
    assert lexicon.size == len(folded)


# How words are written.


def test_a_word_is_written_as_most_do_within_sentences() -> None:
    lexicon = Lexicon()
    lexicon.read([("The NATO talks", "Talks. Talks. Talks of nato, for NATO", "Talks on the talks")])
    assert lexicon.choose_spellings()[1:5] == ["the", "NATO", "talks", "of"]


def test_one_that_only_begins_sentences_is_written_as_it_stands_there() -> None:
    lexicon = Lexicon()
    lexicon.read([("Budget",), ("Ferry. ferry",)])
    assert lexicon.choose_spellings()[1:] == ["Budget", "Ferry"]


def test_of_two_equally_common_spellings_the_first_in_the_alphabet_is_taken_whatever_came_first() -> None:
    for parts in (("a Nato", "a NATO", "a nato"), ("a nato", "a NATO", "a Nato")):
        lexicon = Lexicon()
        lexicon.read([parts])
        assert lexicon.choose_spellings() == ["", "a", "NATO"]


@pytest.mark.parametrize("many", [0, 3, 1_000_000])
def test_counting_in_portions_makes_no_difference(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_MANY", many)
    lexicon = Lexicon()
    lexicon.read(
        [("the Talks", "the talks and talks"), ("the NATO", "the Nato of NATO talks"), ("an Été", "an été été")]
    )
    assert lexicon.choose_spellings() == ["", "the", "talks", "and", "NATO", "of", "an", "été"]


@settings(max_examples=100, deadline=None)
@given(st.lists(PARTS, max_size=5))
def test_the_spelling_that_is_chosen_is_one_of_the_most_common(documents: list[list[str]]) -> None:
    lexicon = Lexicon()
    counts: Counter[str] = Counter()
    for text in lexicon.read(documents):
        spelt = [lexicon.spellings[number] for number in text.spellings.tolist()]
        counts.update(word for before, word in pairwise(spelt) if before)
    chosen = lexicon.choose_spellings()
    assert len(chosen) == lexicon.size
    for word in set(lexicon.spellings) - {""}:
        found = next(one for one in chosen if one.casefold() == word.casefold())
        assert (-counts[found], found) <= (-counts[word], word)


@settings(deadline=None)
@given(found=st.lists(PARTS, max_size=8), cuts=st.lists(st.integers(0, 8), max_size=3))
def test_what_others_have_read_is_as_if_read_here(found: list[list[str]], cuts: list[int]) -> None:
    whole, joined = Lexicon(), Lexicon()
    wanted = whole.read(found)
    bounds = [0, *sorted(min(cut, len(found)) for cut in cuts), len(found)]
    texts = joined.take_over([Lexicon().tell(found[start:stop]) for start, stop in pairwise(bounds)])
    assert [(one.words.tolist(), one.spellings.tolist(), one.headline) for one in texts] == [
        (one.words.tolist(), one.spellings.tolist(), one.headline) for one in wanted
    ]
    assert (joined.spellings, joined.size) == (whole.spellings, whole.size)
    assert joined.choose_spellings() == whole.choose_spellings()
