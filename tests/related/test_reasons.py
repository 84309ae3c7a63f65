"""Reasons: names and phrases as they stand in the texts, never what says nothing, in words for readers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import documents, make_archive, make_document
from babel.localedata import locale_identifiers
from broadsheet.related import Document, Reason, rank, relate
from broadsheet.related import reasons as room
from broadsheet.related.reasons import Beside, Reasoner, find_calendar_words
from broadsheet.related.shelf import fill_shelf
from broadsheet.related.words import read_token, split_tokens
from hypothesis import given, settings

TREES = ("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper")
FILLERS = [
    make_document(f"filler-{number}", f"Item {word}", f"{word} {word}s of {word}ing {word}ed.", day=number)
    for number, word in enumerate(TREES)
]
MANY = [make_document(f"many-{number}", f"x{number} x{number + 1}") for number in range(220)]
"""So many that words without a capital can be told."""


def explain(one: Document, other: Document, fillers: list[Document] = FILLERS) -> tuple[Reason, ...]:
    """The reasons for the second beside the first, in an archive of others."""
    (found,) = (related for related in relate([one, other, *fillers])[one.id] if related.id == other.id)
    return found.reasons


def name(first: str, second: str, language: str = "", fillers: list[Document] = FILLERS) -> tuple[str, ...]:
    """What two bodies are told to have in common."""
    fillers = [replace(one, language=language) for one in fillers]
    one, other = (make_document(id_, "", body, language=language) for id_, body in (("one", first), ("two", second)))
    return next((reason.names for reason in explain(one, other, fillers) if reason.kind == "text"), ())


def tell(reasoner: Reasoner, row: int, other: int, links: float = 0.0) -> tuple[Reason, ...]:
    """The reasons for one document beside another, asked for alone."""
    ((reasons,),) = reasoner.explain([Beside(row, [other], [links])])
    return reasons


# Kinds.


def test_the_weightiest_comes_first_and_topics_only_where_no_name_is_found() -> None:
    text = "We saw Sergei Ryabkov speak of missiles for eight hours."
    one = make_document("a", "Envoys talk", text, story="talks", topics=("world", "asia", "europe"))
    other = make_document("b", "Envoys talk", text, story="talks", topics=("europe", "world"), links=("a",))
    assert explain(one, other)[:3] == (Reason("story"), Reason("copy"), Reason("linked"))
    (names,) = explain(one, other)[3:]
    assert names == Reason("text", ("Envoys talk", "We saw Sergei Ryabkov"))
    dull = [replace(document, body="", headline="envoys talk") for document in (one, other)]
    assert explain(*dull)[3:] == (Reason("topics", ("world", "europe")),)


@pytest.mark.parametrize("first", [True, False])
def test_a_link_is_told_whichever_of_the_two_has_it(first: bool) -> None:
    one = make_document("a", "envoys talk of it", links=("b",) if first else ())
    other = make_document("b", "envoys talk", links=() if first else ("a",))
    assert Reason("linked") in explain(one, other)


def test_what_stands_there_for_links_to_articles_like_it_says_so() -> None:
    one = make_document("a", "Envoys talk of missiles")
    like = make_document("b", "Again missiles: envoys disagree", links=("c",))
    far = make_document("c", "Budget")
    assert explain(one, like)[0].kind == "text"
    (related,) = (found for found in relate([one, like, far])["a"] if found.id == "c")
    assert related.reasons == (Reason("links"),)


def test_where_nothing_can_be_told_the_words_are_similar() -> None:
    assert explain(make_document("a", "envoys talk"), make_document("b", "envoys talk on")) == (Reason("words"),)


def test_stories_that_are_none_are_not_the_same() -> None:
    reasons = explain(make_document("a", "envoys talk"), make_document("b", "envoys talk on"))
    assert Reason("story") not in reasons


# Names.


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
def test_what_both_are_about_as_it_stands_in_the_text(first: str, second: str, names: tuple[str, ...]) -> None:
    assert name(first, second) == names


def test_a_phrase_is_written_as_the_article_has_it_and_a_word_as_most_do() -> None:
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
def test_months_days_and_bare_figures_are_never_told(language: str, common: str) -> None:
    for fillers in (FILLERS, MANY):
        assert name(f"a {common} x", f"b {common} y", language, fillers) == ()


def test_a_figure_may_be_part_of_a_name() -> None:
    assert name("the Agenda 2030 fails", "an Agenda 2030 holds") == ("Agenda 2030",)


def test_a_name_that_more_than_half_have_says_nothing() -> None:
    fillers = [replace(one, body=f"{one.body} The paper is the Herald of old.") for one in FILLERS]
    assert name("by the Herald and Ryabkov", "the Herald met Ryabkov", fillers=fillers) == ("Ryabkov",)


def test_names_come_before_other_words_and_short_words_are_not_told() -> None:
    first, second = "missiles. deal. zloty. Geneva. IMF", "missiles. Geneva. deal. IMF. zloty"
    names = name(f"in {first}", f"of {second}", fillers=MANY)
    assert set(names[:2]) == {"Geneva", "IMF"}
    assert names[2:] in {("missiles",), ("zloty",)}


def test_a_headline_is_told_before_what_stands_in_the_body() -> None:
    one, other = (make_document(name, "the Ryabkov plan", "and of Geneva") for name in ("one", "two"))
    (text,) = (reason for reason in explain(one, other) if reason.kind == "text")
    assert text.names[0].startswith("the Ryabkov plan")


CHINESE = ("北约东扩谈判在日内瓦没有结果，里亚布科夫说。", "里亚布科夫在莫斯科谈北约东扩。")
JAPANESE = ("首相が北大西洋条約機構と会談した。", "北大西洋条約機構の会談が終わる。")
THAI = ("การประชุมที่กรุงเทพมหานครสิ้นสุด", "ฝนตกหนักในกรุงเทพมหานครวันนี้")


@pytest.mark.parametrize(("texts", "language"), [(CHINESE, "zh"), (JAPANESE, "ja"), (THAI, "th")])
def test_in_scripts_without_spaces_runs_are_told_that_can_be_read(texts: tuple[str, str], language: str) -> None:
    names = name(*texts, language, MANY)
    assert names
    for one in names:
        assert len(one) >= 2
        assert one in texts[0]
        assert any(one[place : place + 2] in texts[1] for place in range(len(one) - 1))


def test_a_run_of_characters_is_joined_from_its_pairs_and_no_spaces_are_made() -> None:
    assert name("在NATO北约东扩之后", "说北约东扩了", "zh", MANY) == ("北约东扩",)
    assert name("在NATO北约东扩之后", "说NATO北约东扩了", "zh", MANY) == ("NATO 北约东扩",)


def test_names_of_every_listed_article_are_what_both_texts_have() -> None:
    tempting = [" It was on Saturday in November 17 of them.", " See the Herald of 2026.", "", "", ""]
    archive = [
        replace(one, body=one.body + tempting[number % len(tempting)], language="en")
        for number, one in enumerate(make_archive(210))
    ]
    by_id = {one.id: one for one in archive}
    words = {one.id: read(f"{one.headline}\n{one.dek}\n{one.body}") for one in archive}
    dates = find_calendar_words("en")
    told = 0
    for row, related in rank(archive).lists.items():
        for found in related:
            for reason in found.reasons:
                assert bool(reason.names) == (reason.kind in ("text", "topics"))
                if reason.kind == "topics":
                    assert set(reason.names) <= set(by_id[row].topics) & set(by_id[found.id].topics)
                elif reason.kind == "text":
                    told += 1
                    assert len(set(reason.names)) == len(reason.names) <= 3
                    capitals = [one != one.lower() for one in reason.names]
                    assert capitals == sorted(capitals, reverse=True)
                    for one in reason.names:
                        assert any(map(str.isalpha, one))
                        assert f" {one.lower()} " in words[row].lower()
                        assert not dates & set(one.lower().split())
                        assert all(f" {word.lower()} " in words[found.id].lower() for word in one.split())
    assert told > 210 * 7


def read(text: str) -> str:
    """The words of a text with single spaces around each, '|' at the ends of sentences."""
    return f" {' '.join(word or '|' for token in split_tokens(text) for word in read_token(token))} "


@settings(max_examples=30, deadline=None)
@given(documents())
def test_every_pair_has_a_reason_however_often_and_in_whatever_order_it_is_asked(found: list[Document]) -> None:
    if not found:
        return
    shelf = fill_shelf(found)
    pairs = [(row, other) for row in range(len(found)) for other in range(len(found)) if row != other]
    reasoner = Reasoner(shelf)
    told = [tell(reasoner, row, other) for row, other in pairs]
    assert all(told)
    assert [tell(reasoner, row, other) for row, other in pairs[::-1]] == told[::-1]
    assert [tell(Reasoner(shelf), row, other) for row, other in pairs] == told
    rows = range(len(found))
    asked = [Beside(row, [*rows[:row], *rows[row + 1 :]], [0.0] * (len(found) - 1)) for row in rows]
    assert [reasons for row in reasoner.explain(asked) for reasons in row] == told


@pytest.mark.parametrize("block", [1, 2, 7, 10, 11])
def test_reasons_are_the_same_however_many_are_looked_at_together(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(make_archive(30))
    ranking = rank(found)
    monkeypatch.setattr(room, "BLOCK", block)
    assert rank(found) == ranking
    # Those with nothing beside them are in blocks as well.
    shelf = fill_shelf(found)
    asked = [Beside(row, range(row % 3), [0.0] * (row % 3)) for row in range(3, 30)]
    apart = [reasons for one in asked for reasons in Reasoner(shelf).explain([one])]
    assert list(Reasoner(shelf).explain(asked)) == apart


def test_links_are_told_when_they_make_more_than_half() -> None:
    shelf = fill_shelf([make_document("a", "Envoys talk"), make_document("b", "Envoys talk", day=1)])
    reasoner = Reasoner(shelf)
    kinds = [tell(reasoner, 0, 1, links)[0].kind for links in (0.5, 0.51)]
    assert kinds == ["words", "links"]


def test_every_language_that_babel_knows_has_its_months_and_days() -> None:
    languages = {identifier.split("_")[0] for identifier in locale_identifiers()} - {"root"}
    assert len(languages) > 200
    assert all(find_calendar_words(language) for language in languages)
    assert {"saturday", "may"} <= find_calendar_words("en-US")
    assert {"quarta", "feira", "março"} <= find_calendar_words("pt")


@pytest.mark.parametrize("language", ["", "xx", "mul", "x" * 90, "12", "-", "e n"])
def test_a_language_that_babel_does_not_know_has_none(language: str) -> None:
    assert find_calendar_words(language) == frozenset()


def test_what_one_document_has_alone_is_not_told() -> None:
    assert Reasoner(fill_shelf([make_document("a", "Ferry")]))._told.nnz == 0
