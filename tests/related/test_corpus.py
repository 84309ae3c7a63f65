"""Tests of `corpus`: the order of documents, and which boilerplate is removed."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from broadsheet.related import Document
from broadsheet.related.corpus import (
    MIN_REPEAT_DAYS,
    MIN_REPEATED_WORDS,
    MIN_REPEATS,
    SUBJECT_SHARE,
    build_corpus,
    group_by_language,
    remove_boilerplate,
    sort_by_time,
)
from broadsheet.related.tokens import SENTENCE_END, TokenizedText, Vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st
from related_documents import documents, make_document


def ids(archive: list[Document]) -> list[str]:
    return [document.id for document in archive]


def test_documents_are_sorted_by_time_then_by_url_descending() -> None:
    archive = [
        make_document("x", day=2, url="a/"),
        make_document("y", day=1, url="a/"),
        make_document("z", day=1, url="b/"),
        make_document("w", day=1, url="a/"),
    ]
    assert ids(sort_by_time(archive)) == ["z", "y", "w", "x"]


@settings(max_examples=30, deadline=None)
@given(archive=documents(), seed=st.integers(0, 99))
def test_the_order_of_the_input_makes_no_difference(archive: list[Document], seed: int) -> None:
    shuffled = Random(seed).sample(archive, len(archive))  # noqa: S311 - any order will do
    assert sort_by_time(shuffled) == sort_by_time(archive)
    groups, again = group_by_language(archive), group_by_language(shuffled)
    assert [sort_by_time(group) for group in groups] == [sort_by_time(group) for group in again]
    for group in groups:
        corpus, same_corpus = build_corpus(group), build_corpus(sort_by_time(group))
        assert corpus.documents == same_corpus.documents
        assert corpus.words == same_corpus.words
        assert corpus.spellings == same_corpus.spellings
        assert np.array_equal(corpus.keys, same_corpus.keys)
        assert np.array_equal(corpus.weights.toarray(), same_corpus.weights.toarray())


def test_documents_are_grouped_by_language_not_by_country() -> None:
    languages = ("pt-BR", "en", "PT", "zh-Hant-TW", "", "en-GB", "EN-us", "zh")
    archive = [make_document(language or "none", language=language) for language in languages]
    assert [ids(group) for group in group_by_language(archive)] == [
        ["none"],
        ["en", "en-GB", "EN-us"],
        ["pt-BR", "PT"],
        ["zh-Hant-TW", "zh"],
    ]
    assert group_by_language([]) == []


def test_a_text_has_headline_dek_and_prose_of_the_body() -> None:
    (text,) = build_corpus([make_document("a", "Talks and deals", "`x` [Ferry](b.md)", dek="dek one")]).texts
    assert (text.headline_length, len(text.words)) == (4, 10)


def test_words_keep_their_spellings() -> None:
    corpus = build_corpus([make_document("a", "The NATO talks", "In the talks NATO met"), make_document("b", "the")])
    assert {"NATO", "talks", "the"} <= set(corpus.words)
    assert {"The", "the"} <= set(corpus.spellings)
    words = [
        corpus.words[key]
        for key, many in zip(corpus.keys, corpus.document_frequency, strict=True)
        if key < len(corpus.words)
    ]
    assert words == ["the"]
    assert corpus.document_frequency.tolist() == [2]


@pytest.mark.parametrize(
    ("first", "second", "tied"),
    [
        ({}, {}, False),
        ({"links": ("b",)}, {}, True),
        ({}, {"links": ("a", "gone")}, True),
        ({"links": ("b",), "never": ("b",)}, {}, False),
        ({"links": ("b",)}, {"never": ("a",)}, False),
        ({"links": ("a", "gone")}, {}, False),
    ],
)
def test_links_count_unless_one_document_excludes_the_other(
    first: dict[str, tuple[str, ...]], second: dict[str, tuple[str, ...]], tied: bool
) -> None:
    corpus = build_corpus([make_document("a", "one", **first), make_document("b", "two", day=1, **second)])
    assert [scores.links.tolist() for scores in corpus.scorer.score(0, 2)] == [[float(tied)]] * 2


def test_a_story_is_not_confused_with_a_topic_of_the_same_name() -> None:
    corpus = build_corpus([make_document("a", "x", topics=("talks",)), make_document("b", "x", story="talks")])
    assert next(corpus.scorer.score(0, 1)).topics.tolist() == [1]
    corpus = build_corpus([make_document("a", "x", story="talks"), make_document("b", "x", story="talks")])
    assert next(corpus.scorer.score(0, 1)).topics[0] > 1


NOTE = "Our desk sends this letter weekly."


def drop(documents: list[tuple[str, ...]], days: list[float]) -> list[str]:
    """Return documents without boilerplate. '|' stands for the end of a sentence, '#' follows the headline."""
    vocabulary = Vocabulary()
    left = remove_boilerplate(vocabulary.tokenize(documents), np.array(days, dtype=np.float64))
    texts = []
    for text in left:
        assert len(text.words) == len(text.spellings)
        words = [vocabulary.spellings[number] or "|" for number in text.spellings.tolist()]
        texts.append(" ".join((*words[: text.headline_length], "#", *words[text.headline_length :])))
    return texts


def write(number: int, note: str = NOTE, column: str = "") -> tuple[str, str, str]:
    """Return a document with a note at its end, and the name of a column in its headline."""
    name = "abcdefgh"[number]
    return (
        f"{column}{name} talks of ferry",
        f"{name} dek",
        f"{name} went away from {name} and {name} did {name}. {note}",
    )


def test_a_note_repeated_over_a_long_time_is_removed() -> None:
    left = drop([write(number) for number in range(3)], [0, 10, MIN_REPEAT_DAYS + 1])
    assert left[0] == "a talks of ferry | # a dek | a went away from a and a did a |"
    assert not any("weekly" in text for text in left)


@pytest.mark.parametrize(
    ("count", "last"),
    [(MIN_REPEATS - 1, 400), (MIN_REPEATS, MIN_REPEAT_DAYS), (8, 29)],
    ids=["in too few", "for too short a time", "in many of one month"],
)
def test_a_note_in_few_documents_or_for_a_short_time_is_kept(count: int, last: float) -> None:
    days = [last * number / (count - 1) for number in range(count)]
    assert all("weekly" in text for text in drop([write(number) for number in range(count)], days))


def test_repeats_within_one_document_count_once() -> None:
    documents = [write(0, f"{NOTE} {NOTE} {NOTE}"), write(1)]
    assert all("weekly" in text for text in drop(documents, [0, 400]))


@pytest.mark.parametrize("words", [MIN_REPEATED_WORDS - 1, MIN_REPEATED_WORDS])
def test_short_sentences_of_a_body_are_kept(words: int) -> None:
    sentence = " ".join("vwxyz"[:words])
    left = drop([write(number, f"{sentence}.") for number in range(3)], [0, 100, 200])
    assert [sentence in text for text in left] == [words < MIN_REPEATED_WORDS] * 3


def test_a_column_name_is_removed_from_headlines() -> None:
    left = drop([write(number, "", "Analysis: ") for number in range(3)], [0, 100, 200])
    assert [text.split(" # ")[0] for text in left] == [f"{name} talks of ferry |" for name in "abc"]


@pytest.mark.parametrize("mentions", [1, 2, 4])
def test_a_subject_in_headlines_is_kept_where_the_texts_mention_it(mentions: int) -> None:
    documents = [
        (f"Ukraine: {name} talks", "", f"{'Ukraine' if number < mentions else name} went on {name}{name}")
        for number, name in enumerate("abcd")
    ]
    left = drop(documents, [0, 100, 200, 300])
    assert ["Ukraine" in text.split(" # ")[0] for text in left] == [mentions >= SUBJECT_SHARE * 4] * 4


def test_a_repeated_word_in_bodies_is_no_column_name() -> None:
    left = drop([(f"{name} talks", "Analysis.", f"{name} went away, {name}") for name in "abc"], [0, 100, 200])
    assert all("Analysis" in text for text in left)


def test_a_text_that_would_lose_more_than_half_is_kept_whole() -> None:
    documents = [("a b", "", NOTE), ("c d", "", NOTE), ("e f", "", NOTE), write(3)]
    left = drop(documents, [0, 100, 200, 300])
    assert ["weekly" in text for text in left] == [True, True, True, False]


def test_empty_headlines_and_documents_are_accepted() -> None:
    left = drop([("", "", ""), ("", "", ""), ("", "", ""), ("", "", "ferry talks")], [0, 100, 200, 300])
    assert [text.replace("|", "").split() for text in left] == [["#"], ["#"], ["#"], ["#", "ferry", "talks"]]


def test_an_empty_archive_has_no_boilerplate() -> None:
    assert remove_boilerplate([], np.zeros(0)) == []


SENTENCES = st.sampled_from(["one two three four five", "one two", "six seven eight nine ten eleven", "two", ""])
DOCUMENTS = st.lists(st.tuples(SENTENCES, st.lists(SENTENCES, max_size=4).map(". ".join)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(documents=DOCUMENTS, data=st.data())
def test_removed_sentences_agree_with_a_slow_definition(documents: list[tuple[str, str]], data: st.DataObject) -> None:
    days = sorted(data.draw(st.sampled_from([0, 10, 40, 400])) for _ in documents)
    texts = Vocabulary().tokenize(documents)
    left = remove_boilerplate(texts, np.array(days, dtype=np.float64))
    parted = [split(text) for text in texts]
    for text, remaining, (headline, body) in zip(texts, left, parted, strict=True):
        gone_head = {
            sentence
            for sentence in headline
            if is_common(sentence, [head for head, _ in parted], days) and not is_subject(sentence, parted)
        }
        gone_body = {
            sentence
            for sentence in body
            if len(sentence) > MIN_REPEATED_WORDS and is_common(sentence, [rest for _, rest in parted], days)
        }
        kept_head = [sentence for sentence in headline if sentence not in gone_head]
        kept_body = [sentence for sentence in body if sentence not in gone_body]
        if 2 * sum(map(len, (*kept_head, *kept_body))) < len(text.words):
            kept_head, kept_body = headline, body
        assert split(remaining) == (kept_head, kept_body)


def split(text: TokenizedText) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Return the sentences of a headline and those of dek and body, each with its end."""
    parts: tuple[list[tuple[int, ...]], list[tuple[int, ...]]] = ([], [])
    begin = 0
    for place, word in enumerate(text.words.tolist()):
        if word == SENTENCE_END:
            parts[begin >= text.headline_length].append(tuple(text.words[begin : place + 1].tolist()))
            begin = place + 1
    return parts


def is_subject(subject: tuple[int, ...], documents: list[tuple[list[tuple[int, ...]], list[tuple[int, ...]]]]) -> bool:
    """Return whether the words of a part of headlines occur again in enough of the texts, by a slow definition."""
    again = []
    for headline, body in documents:
        words = Counter(word for sentence in (*headline, *body) for word in sentence)
        again += [all(words[word] > subject.count(word) for word in subject[:-1])] * headline.count(subject)
    return sum(again) >= SUBJECT_SHARE * len(again)


def is_common(sentence: tuple[int, ...], documents: list[list[tuple[int, ...]]], days: list[int]) -> bool:
    """Return whether a sentence is in enough documents over a long enough time, by a slow definition."""
    when = [day for day, sentences in zip(days, documents, strict=True) if sentence in sentences]
    return len(when) >= MIN_REPEATS and when[-1] - when[0] > MIN_REPEAT_DAYS
