"""Boilerplate: what an archive repeats word for word for a long time is taken out, and nothing else is."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from broadsheet.related.boilerplate import LASTING, LEAST_WORDS, REPEATED, SUBJECT, drop_boilerplate
from broadsheet.related.lexicon import END, Lexicon, Text
from hypothesis import given, settings
from hypothesis import strategies as st

NOTE = "Our desk sends this letter weekly."


def drop(documents: list[tuple[str, ...]], days: list[float]) -> list[str]:
    """What is left of documents, the ends of sentences as '|', of the headline's as '||'."""
    lexicon = Lexicon()
    left = drop_boilerplate(lexicon.read(documents), np.array(days, dtype=np.float64))
    texts = []
    for text in left:
        assert len(text.words) == len(text.spellings)
        words = [lexicon.spellings[number] or "|" for number in text.spellings.tolist()]
        texts.append(" ".join((*words[: text.headline], "#", *words[text.headline :])))
    return texts


def write(number: int, note: str = NOTE, column: str = "") -> tuple[str, str, str]:
    """A document with a note at its foot and a column's name in its headline."""
    name = "abcdefgh"[number]
    return (
        f"{column}{name} talks of ferry",
        f"{name} dek",
        f"{name} went away from {name} and {name} did {name}. {note}",
    )


def test_a_note_that_documents_have_for_long_goes() -> None:
    left = drop([write(number) for number in range(3)], [0, 10, LASTING + 1])
    assert left[0] == "a talks of ferry | # a dek | a went away from a and a did a |"
    assert not any("weekly" in text for text in left)


@pytest.mark.parametrize(
    ("count", "last"),
    [(REPEATED - 1, 400), (REPEATED, LASTING), (8, 29)],
    ids=["in too few", "for too short a time", "in many of one month"],
)
def test_what_few_have_or_for_a_short_time_stays(count: int, last: float) -> None:
    days = [last * number / (count - 1) for number in range(count)]
    assert all("weekly" in text for text in drop([write(number) for number in range(count)], days))


def test_one_document_that_says_it_often_does_not_repeat_what_others_say() -> None:
    documents = [write(0, f"{NOTE} {NOTE} {NOTE}"), write(1)]
    assert all("weekly" in text for text in drop(documents, [0, 400]))


@pytest.mark.parametrize("words", [LEAST_WORDS - 1, LEAST_WORDS])
def test_short_sentences_of_a_body_are_repeated_by_chance(words: int) -> None:
    sentence = " ".join("vwxyz"[:words])
    left = drop([write(number, f"{sentence}.") for number in range(3)], [0, 100, 200])
    assert [sentence in text for text in left] == [words < LEAST_WORDS] * 3


def test_the_name_of_a_column_leaves_headlines_even_if_it_is_one_word() -> None:
    left = drop([write(number, "", "Analysis: ") for number in range(3)], [0, 100, 200])
    assert [text.split(" # ")[0] for text in left] == [f"{name} talks of ferry |" for name in "abc"]


@pytest.mark.parametrize("told", [1, 2, 4])
def test_a_subject_that_the_articles_speak_of_stays_in_their_headlines(told: int) -> None:
    documents = [
        (f"Ukraine: {name} talks", "", f"{'Ukraine' if number < told else name} went on {name}{name}")
        for number, name in enumerate("abcd")
    ]
    left = drop(documents, [0, 100, 200, 300])
    assert ["Ukraine" in text.split(" # ")[0] for text in left] == [told >= SUBJECT * 4] * 4


def test_a_column_s_name_in_bodies_is_none() -> None:
    left = drop([(f"{name} talks", "Analysis.", f"{name} went away, {name}") for name in "abc"], [0, 100, 200])
    assert all("Analysis" in text for text in left)


def test_what_would_lose_more_than_half_is_left_whole() -> None:
    documents = [("a b", "", NOTE), ("c d", "", NOTE), ("e f", "", NOTE), write(3)]
    left = drop(documents, [0, 100, 200, 300])
    assert ["weekly" in text for text in left] == [True, True, True, False]


def test_empty_headlines_and_documents_are_left_as_they_are_or_empty() -> None:
    left = drop([("", "", ""), ("", "", ""), ("", "", ""), ("", "", "ferry talks")], [0, 100, 200, 300])
    assert [text.replace("|", "").split() for text in left] == [["#"], ["#"], ["#"], ["#", "ferry", "talks"]]


def test_no_document_has_no_boilerplate() -> None:
    assert drop_boilerplate([], np.zeros(0)) == []


SENTENCES = st.sampled_from(["one two three four five", "one two", "six seven eight nine ten eleven", "two", ""])
DOCUMENTS = st.lists(st.tuples(SENTENCES, st.lists(SENTENCES, max_size=4).map(". ".join)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(documents=DOCUMENTS, data=st.data())
def test_what_is_left_is_the_sentences_that_are_not_common_or_all(
    documents: list[tuple[str, str]], data: st.DataObject
) -> None:
    days = sorted(data.draw(st.sampled_from([0, 10, 40, 400])) for _ in documents)
    texts = Lexicon().read(documents)
    left = drop_boilerplate(texts, np.array(days, dtype=np.float64))
    parted = [split(text) for text in texts]
    for text, found, (headline, body) in zip(texts, left, parted, strict=True):
        gone_head = {
            one
            for one in headline
            if is_common(one, [head for head, _ in parted], days) and not is_subject(one, parted)
        }
        gone_body = {
            one for one in body if len(one) > LEAST_WORDS and is_common(one, [rest for _, rest in parted], days)
        }
        kept_head = [one for one in headline if one not in gone_head]
        kept_body = [one for one in body if one not in gone_body]
        if 2 * sum(map(len, (*kept_head, *kept_body))) < len(text.words):
            kept_head, kept_body = headline, body
        assert split(found) == (kept_head, kept_body)


def split(text: Text) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """The sentences of a headline and those behind it, each with its end."""
    parts: tuple[list[tuple[int, ...]], list[tuple[int, ...]]] = ([], [])
    begin = 0
    for place, word in enumerate(text.words.tolist()):
        if word == END:
            parts[begin >= text.headline].append(tuple(text.words[begin : place + 1].tolist()))
            begin = place + 1
    return parts


def is_subject(part: tuple[int, ...], documents: list[tuple[list[tuple[int, ...]], list[tuple[int, ...]]]]) -> bool:
    """Whether the words of a headline's part stand again in half of the articles, told the slow way."""
    again = []
    for headline, body in documents:
        words = Counter(word for sentence in (*headline, *body) for word in sentence)
        again += [all(words[word] > part.count(word) for word in part[:-1])] * headline.count(part)
    return sum(again) >= SUBJECT * len(again)


def is_common(sentence: tuple[int, ...], documents: list[list[tuple[int, ...]]], days: list[int]) -> bool:
    """Whether so many documents have it for so long, told the slow way."""
    when = [day for day, sentences in zip(days, documents, strict=True) if sentence in sentences]
    return len(when) >= REPEATED and when[-1] - when[0] > LASTING
