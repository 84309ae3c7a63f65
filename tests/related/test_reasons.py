"""Tests of `reasons`: kinds of reasons, and phrases that are worth showing to readers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from babel.localedata import locale_identifiers
from broadsheet.related import Document, Reason, rank, relate
from broadsheet.related import reasons as reasons_module
from broadsheet.related.corpus import build_corpus
from broadsheet.related.reasons import ReasonFinder, ReasonQuery, find_calendar_words
from broadsheet.related.tokens import read_token, split_tokens
from hypothesis import given, settings
from related_documents import documents, make_archive, make_document

TREES = ("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper")
FILLERS = [
    make_document(f"filler-{number}", f"Item {word}", f"{word} {word}s of {word}ing {word}ed.", day=number)
    for number, word in enumerate(TREES)
]
MAX_SHINGLES = [make_document(f"many-{number}", f"x{number} x{number + 1}") for number in range(220)]
"""Enough documents to show words without a capital letter."""


def explain(first: Document, second: Document, fillers: list[Document] = FILLERS) -> tuple[Reason, ...]:
    """Return the reasons for the second document in the list of the first, in an archive with others."""
    (related,) = (related for related in relate([first, second, *fillers])[first.id] if related.id == second.id)
    return related.reasons


def name(first: str, second: str, language: str = "", fillers: list[Document] = FILLERS) -> tuple[str, ...]:
    """Return the phrases that two bodies have in common, as reasons show them."""
    fillers = [replace(filler, language=language) for filler in fillers]
    document, partner = (
        make_document(id_, "", body, language=language) for id_, body in (("one", first), ("two", second))
    )
    return next((reason.names for reason in explain(document, partner, fillers) if reason.kind == "text"), ())


def tell(reasoner: ReasonFinder, row: int, other_row: int, links: float = 0.0) -> tuple[Reason, ...]:
    """Return the reasons for one related document, from a query of its own."""
    ((reasons,),) = reasoner.find_reasons([ReasonQuery(row, [other_row], [links])])
    return reasons


# Kinds.


def test_reasons_have_an_order_and_topics_need_missing_phrases() -> None:
    text = "We saw Sergei Ryabkov speak of missiles for eight hours."
    first = make_document("a", "Envoys talk", text, story="talks", topics=("world", "asia", "europe"))
    second = make_document("b", "Envoys talk", text, story="talks", topics=("europe", "world"), links=("a",))
    assert explain(first, second)[:3] == (Reason("story"), Reason("copy"), Reason("linked"))
    (names,) = explain(first, second)[3:]
    assert names == Reason("text", ("Envoys talk", "We saw Sergei Ryabkov"))
    dull = [replace(document, body="", headline="envoys talk") for document in (first, second)]
    assert explain(*dull)[3:] == (Reason("topics", ("world", "europe")),)


@pytest.mark.parametrize("first", [True, False])
def test_a_link_in_either_direction_is_a_reason(first: bool) -> None:
    document = make_document("a", "envoys talk of it", links=("b",) if first else ())
    second = make_document("b", "envoys talk", links=() if first else ("a",))
    assert Reason("linked") in explain(document, second)


def test_links_from_similar_articles_are_a_reason() -> None:
    first = make_document("a", "Envoys talk of missiles")
    like = make_document("b", "Again missiles: envoys disagree", links=("c",))
    far = make_document("c", "Budget")
    assert explain(first, like)[0].kind == "text"
    (related,) = (entry for entry in relate([first, like, far])["a"] if entry.id == "c")
    assert related.reasons == (Reason("links"),)


def test_without_any_phrase_the_reason_is_similar_words() -> None:
    assert explain(make_document("a", "envoys talk"), make_document("b", "envoys talk on")) == (Reason("words"),)


def test_documents_without_a_story_have_no_story_in_common() -> None:
    reasons = explain(make_document("a", "envoys talk"), make_document("b", "envoys talk on"))
    assert Reason("story") not in reasons


# Phrases.


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("So said Sergei Ryabkov twice.", "It was Sergei Ryabkov again.", ("Sergei Ryabkov",)),
        ("the NATO expansion ends", "is NATO expansion good", ("NATO expansion",)),
        ("the NATO ends", "is NATO good", ("NATO",)),
        ("by Sergei Ryabkov of NATO", "by Sergei Ryabkov of NATO", ("by Sergei Ryabkov", "NATO")),
        ("we saw the Vanguard Group Fund rise", "but Vanguard Group Fund fell", ("Vanguard Group Fund",)),
        ("in New York, where York is", "the New York, near York", ("New York",)),
        ("the Geneva talks", "in Geneva went talks", ("Geneva talks",)),
        ("the Geneva round of talks", "in Geneva went talks", ("Geneva",)),
        ("both Ryabkov's deputy", "my Ryabkov’s deputy", ("Ryabkov deputy",)),
        ("only words in common here", "such words in common there", ()),
    ],
)
def test_phrases_are_quoted_from_the_text(first: str, second: str, names: tuple[str, ...]) -> None:
    assert name(first, second) == names


def test_a_phrase_is_spelled_as_in_the_text_and_a_word_as_usual() -> None:
    first = "the NATO expansion. But NATO Expansion of"
    assert name(first, "a NATO expansion") == ("NATO Expansion",), "as it stands last"
    fillers = [*FILLERS, make_document("more", "", "of NATO, by NATO, for NATO")]
    assert name("so nato ends", "and nato starts", fillers=fillers) == ("NATO",)


@pytest.mark.parametrize(
    ("language", "common"),
    [
        ("en", "on Saturday in November 17"),
        ("en-GB", "SATURDAY and March of May"),
        ("de", "am Samstag im März"),
        ("ru", "в Января"),
        ("pt-BR", "na Quarta-Feira de Março"),
        ("en", "2026 1,000 42 1984"),
        ("en", "9:30 2026 12:15"),
        ("zh", "星期六"),
        ("zh", "十二月"),
        ("ja", "土曜日"),
    ],
)
def test_months_days_and_numbers_are_no_phrases(language: str, common: str) -> None:
    for fillers in (FILLERS, MAX_SHINGLES):
        assert name(f"a {common} x", f"b {common} y", language, fillers) == ()


def test_a_number_can_be_part_of_a_name() -> None:
    assert name("the Agenda 2030 fails", "an Agenda 2030 holds") == ("Agenda 2030",)


def test_a_name_in_more_than_half_of_the_texts_is_not_shown() -> None:
    fillers = [replace(filler, body=f"{filler.body} The paper is the Herald of old.") for filler in FILLERS]
    assert name("by the Herald and Ryabkov", "the Herald met Ryabkov", fillers=fillers) == ("Ryabkov",)


def test_names_come_before_other_words_and_short_words_are_hidden() -> None:
    first, second = "missiles. deal. zloty. Geneva. IMF", "missiles. Geneva. deal. IMF. zloty"
    names = name(f"in {first}", f"of {second}", fillers=MAX_SHINGLES)
    assert set(names[:2]) == {"Geneva", "IMF"}
    assert names[2:] in {("missiles",), ("zloty",)}


def test_phrases_of_the_headline_come_before_those_of_the_body() -> None:
    first, second = (make_document(name, "the Ryabkov plan", "and of Geneva") for name in ("one", "two"))
    (text,) = (reason for reason in explain(first, second) if reason.kind == "text")
    assert text.names[0].startswith("the Ryabkov plan")


CHINESE = ("北约东扩谈判在日内瓦没有结果，里亚布科夫说。", "里亚布科夫在莫斯科谈北约东扩。")
JAPANESE = ("首相が北大西洋条約機構と会談した。", "北大西洋条約機構の会談が終わる。")
THAI = ("การประชุมที่กรุงเทพมหานครสิ้นสุด", "ฝนตกหนักในกรุงเทพมหานครวันนี้")


@pytest.mark.parametrize(("texts", "language"), [(CHINESE, "zh"), (JAPANESE, "ja"), (THAI, "th")])
def test_scripts_without_spaces_have_readable_phrases(texts: tuple[str, str], language: str) -> None:
    names = name(*texts, language, MAX_SHINGLES)
    assert names
    for shared_name in names:
        assert len(shared_name) >= 2
        assert shared_name in texts[0]
        assert any(shared_name[place : place + 2] in texts[1] for place in range(len(shared_name) - 1))


def test_bigrams_are_joined_without_spaces() -> None:
    assert name("在NATO北约东扩之后", "说北约东扩了", "zh", MAX_SHINGLES) == ("北约东扩",)
    assert name("在NATO北约东扩之后", "说NATO北约东扩了", "zh", MAX_SHINGLES) == ("NATO 北约东扩",)


def test_both_texts_have_every_phrase_that_is_shown() -> None:
    tempting = [" It was on Saturday in November 17 of them.", " See the Herald of 2026.", "", "", ""]
    archive = [
        replace(first, body=first.body + tempting[number % len(tempting)], language="en")
        for number, first in enumerate(make_archive(210))
    ]
    by_id = {first.id: first for first in archive}
    words = {first.id: read(f"{first.headline}\n{first.dek}\n{first.body}") for first in archive}
    dates = find_calendar_words("en")
    named = 0
    for row, related in rank(archive).lists.items():
        for entry in related:
            for reason in entry.reasons:
                assert bool(reason.names) == (reason.kind in ("text", "topics"))
                if reason.kind == "topics":
                    assert set(reason.names) <= set(by_id[row].topics) & set(by_id[entry.id].topics)
                elif reason.kind == "text":
                    named += 1
                    assert len(set(reason.names)) == len(reason.names) <= 3
                    capitals = [name != name.lower() for name in reason.names]
                    assert capitals == sorted(capitals, reverse=True)
                    for name in reason.names:
                        assert any(map(str.isalpha, name))
                        assert f" {name.lower()} " in words[row].lower()
                        assert not dates & set(name.lower().split())
                        assert all(f" {word.lower()} " in words[entry.id].lower() for word in name.split())
    assert named > 210 * 7


def read(text: str) -> str:
    """Return the words of a text with single spaces around each, '|' for punctuation."""
    return f" {' '.join(word or '|' for token in split_tokens(text) for word in read_token(token))} "


@settings(max_examples=30, deadline=None)
@given(documents())
def test_every_pair_has_the_same_reasons_in_whatever_order(archive: list[Document]) -> None:
    if not archive:
        return
    corpus = build_corpus(archive)
    pairs = [(row, other_row) for row in range(len(archive)) for other_row in range(len(archive)) if row != other_row]
    reasoner = ReasonFinder(corpus)
    reasons = [tell(reasoner, row, other_row) for row, other_row in pairs]
    assert all(reasons)
    assert [tell(reasoner, row, other_row) for row, other_row in pairs[::-1]] == reasons[::-1]
    assert [tell(ReasonFinder(corpus), row, other_row) for row, other_row in pairs] == reasons
    rows = range(len(archive))
    asked = [ReasonQuery(row, [*rows[:row], *rows[row + 1 :]], [0.0] * (len(archive) - 1)) for row in rows]
    assert [reasons for row in reasoner.find_reasons(asked) for reasons in row] == reasons


@pytest.mark.parametrize("block", [1, 2, 7, 10, 11])
def test_the_block_size_makes_no_difference_to_reasons(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = list(make_archive(30))
    ranking = rank(archive)
    monkeypatch.setattr(reasons_module, "BLOCK_SIZE", block)
    assert rank(archive) == ranking
    # Blocks contain queries without related documents as well.
    corpus = build_corpus(archive)
    asked = [ReasonQuery(row, range(row % 3), [0.0] * (row % 3)) for row in range(3, 30)]
    apart = [reasons for query in asked for reasons in ReasonFinder(corpus).find_reasons([query])]
    assert list(ReasonFinder(corpus).find_reasons(asked)) == apart


def test_links_are_a_reason_when_they_add_more_than_half() -> None:
    corpus = build_corpus([make_document("a", "Envoys talk"), make_document("b", "Envoys talk", day=1)])
    reasoner = ReasonFinder(corpus)
    kinds = [tell(reasoner, 0, 1, links)[0].kind for links in (0.5, 0.51)]
    assert kinds == ["words", "links"]


def test_every_language_that_babel_knows_has_its_months_and_days() -> None:
    languages = {identifier.split("_")[0] for identifier in locale_identifiers()} - {"root"}
    assert len(languages) > 200
    assert all(find_calendar_words(language) for language in languages)
    assert {"saturday", "may"} <= find_calendar_words("en-US")
    assert {"quarta", "feira", "março"} <= find_calendar_words("pt")


@pytest.mark.parametrize("language", ["", "xx", "mul", "x" * 90, "12", "-", "e n"])
def test_an_unknown_language_has_no_calendar_words(language: str) -> None:
    assert find_calendar_words(language) == frozenset()
