"""Tests of `ranking`: editors' choices, the order of lists, near-duplicates and unusual input."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest
from broadsheet.related import Document, Ranking, Reason, Related, rank, relate, scoring
from broadsheet.related import ranking as ranking_module
from broadsheet.related.corpus import build_corpus, group_by_language
from broadsheet.related.duplicates import measure_duplicates
from broadsheet.related.weights import TOPIC_BOOST
from hypothesis import given, settings
from hypothesis import strategies as st
from related_documents import documents, make_archive, make_document

COUNTS = st.sampled_from([0, 1, 2, 3, 8])


def ids(related: Sequence[Related]) -> list[str]:
    return [one.id for one in related]


def split_pins(related: Sequence[Related]) -> tuple[list[str], list[Related]]:
    """Return the pinned ids of a list, and the entries after them."""
    pins = [one.id for one in related if one.reasons == (Reason("pin"),)]
    return pins, list(related[len(pins) :])


def find_duplicates(found: Sequence[Document]) -> set[frozenset[str]]:
    """Return all pairs of near-duplicates, by comparing every document with every other."""
    pairs = set()
    for group in group_by_language(found):
        corpus = build_corpus(group)
        numbers = np.arange(len(group))
        for row in numbers.tolist():
            alike = numbers[measure_duplicates(corpus, row, numbers) > 0].tolist()
            pairs |= {frozenset({corpus.documents[row].id, corpus.documents[one].id}) for one in alike if one != row}
    return pairs


# Editors' choices.


@settings(max_examples=60, deadline=None)
@given(found=documents(), count=COUNTS)
def test_lists_obey_what_editors_chose(found: list[Document], count: int) -> None:
    by_id = {document.id: document for document in found}
    lists = relate(found, count)
    assert list(lists) == [document.id for document in found]
    for document in found:
        related = lists[document.id]
        pins, behind = split_pins(related)
        assert len(related) <= count
        assert len(set(ids(related))) == len(related)
        assert document.id not in ids(related)
        barred = {document.id, *document.never, *(one.id for one in found if document.id in one.never)}
        wanted = [pin for pin in document.pins if pin in by_id and pin not in barred]
        assert pins == ([] if document.off else wanted[:count])
        assert all(one.score == 1 for one in related[: len(pins)])
        if document.off:
            assert related == ()
        for one in behind:
            other = by_id[one.id]
            assert one.id not in (*document.never, *document.shown)
            assert document.id not in other.never
            assert other.language[:2] == document.language[:2]
            assert 0 < one.score <= 1 + TOPIC_BOOST
            assert one.reasons
            assert not any(reason.kind == "pin" for reason in one.reasons)


@settings(max_examples=60, deadline=None)
@given(found=documents(), count=COUNTS)
def test_entries_are_sorted_by_score_then_date_then_url(found: list[Document], count: int) -> None:
    by_id = {document.id: document for document in found}
    for related in relate(found, count).values():
        _, behind = split_pins(related)
        for one, other in pairwise(behind):
            first, second = by_id[one.id], by_id[other.id]
            assert one.score >= other.score
            if one.score == other.score:
                assert first.published >= second.published
                if first.published == second.published:
                    assert (first.url, first.id) < (second.url, second.id)


@settings(max_examples=60, deadline=None)
@given(found=documents(), count=COUNTS)
def test_near_duplicates_share_one_place_and_nothing_else_is_left_out(found: list[Document], count: int) -> None:
    by_id = {document.id: document for document in found}
    everything = relate([replace(one, pins=(), shown=(), off=False) for one in found], 99)
    scores = {(name, one.id): one.score for name, related in everything.items() for one in related}
    copies = find_duplicates(found)
    for name, related in relate(found, count).items():
        document = by_id[name]
        pins, behind = split_pins(related)
        chosen = [*pins, *(one.id for one in behind)]
        for one, other in combinations(chosen, 2):
            assert frozenset({one, other}) not in copies or {one, other} <= set(pins)
        if document.off or len(related) == count:
            continue
        for other in by_id:
            could = scores.get((name, other), 0) > 0 and other not in (*chosen, *document.shown)
            assert not could or any(frozenset({other, one}) in copies for one in chosen)


def test_of_equal_scores_the_newer_comes_first_then_the_url() -> None:
    pairs = {"d": ("xx", 4), "c": ("yy", 6), "b": ("zz", 6), "a": ("ww", 6), "e": ("vv", 4)}
    others = [make_document(name, f"Ferry {word} {word}", day=day) for name, (word, day) in pairs.items()]
    words = [make_document(f"more-{word}", f"{word} {word} {word}", day=900) for word, _ in pairs.values()]
    related = relate([make_document("it", "Ferry Ferry", day=5), *others, *words])["it"]
    assert len({one.score for one in related[:5]}) == 1
    assert ids(related)[:5] == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_pins_fill_the_list_first(count: int) -> None:
    found = [make_document(name, "Ferry line seven", f"{name} Ferry line") for name in "abcd"]
    found[0] = replace(found[0], pins=("c", "gone", "a", "b", "c"))
    pins, behind = split_pins(relate(found, count)["a"])
    assert pins == ["c", "b"][:count]
    assert ids(behind) == (["d"] if count == 3 else [])


@pytest.mark.parametrize("whose", [0, 1])
def test_a_veto_is_stronger_than_a_pin(whose: int) -> None:
    found = [make_document("a", "Ferry line", pins=("b",)), make_document("b", "Ferry line seven")]
    found[whose] = replace(found[whose], never=("ba"[whose],))
    assert relate(found) == {"a": (), "b": ()}


def test_a_pin_can_be_of_another_language() -> None:
    found = [make_document("a", "Ferry", language="en", pins=("b",)), make_document("b", "Budget", language="fr")]
    assert relate(found) == {"a": (Related("b", 1.0, (Reason("pin"),)),), "b": ()}


def test_a_near_duplicate_of_a_pin_is_not_listed() -> None:
    text = "The ferry crosses the bay on Monday for the first time."
    found = [
        make_document("a", "Ferry line seven crosses the bay", "A ferry for the bay", pins=("c",)),
        make_document("b", "Bay ferry", text, day=1),
        make_document("c", "Bay ferry", text, day=2),
        make_document("d", "A ferry", "The bay has a ferry", day=3),
    ]
    assert ids(relate(found)["a"]) == ["c", "d"]
    assert ids(relate([replace(one, pins=()) for one in found])["a"]) == ["d", "b"]


# Determinism.


@settings(max_examples=60, deadline=None)
@given(found=documents(), seed=st.integers(0, 99))
def test_the_order_of_documents_makes_no_difference(found: list[Document], seed: int) -> None:
    ranking = rank(found)
    again = rank(Random(seed).sample(found, len(found)))  # noqa: S311 - any order will do
    assert again.lists == ranking.lists
    assert again.near_duplicates == ranking.near_duplicates


def test_neither_order_nor_process_changes_a_larger_archive() -> None:
    archive = list(make_archive(220))
    ranking = rank(archive)
    assert rank(archive[::-1]).lists == ranking.lists
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(rank, archive).result(timeout=100) == ranking
    assert sum(map(len, ranking.lists.values())) > 220 * 7


def test_the_time_zone_of_a_date_makes_no_difference() -> None:
    archive = list(make_archive(30))
    zone = timezone(timedelta(hours=11))
    assert rank([replace(one, published=one.published.astimezone(zone)) for one in archive]) == rank(archive)


def test_documents_of_another_language_make_no_difference() -> None:
    archive = list(make_archive(30))
    foreign = [replace(one, id=f"x{one.id}", language="fr", links=()) for one in archive]
    lists = rank([*archive, *foreign]).lists
    assert {name: lists[name] for name in rank(archive).lists} == rank(archive).lists


# Near-duplicates.

PIECE = "The ministers left the ranking_module early today and nobody knew why."


def make_family(count: int, days: int = 3) -> list[Document]:
    """Return one article, published `count` times."""
    return [make_document(f"c{number:04}", "Budget talks stall", PIECE, day=number % days) for number in range(count)]


def make_others(count: int) -> list[Document]:
    words = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota")[:count]
    bodies = {word: f"{word} {word}s met {word}x and {word}y of {word} Budget talks" for word in words}
    return [make_document(f"o-{word}", f"Budget {word} talks", body, day=1) for word, body in bodies.items()]


@pytest.mark.parametrize("count", [2, 40, 70])
def test_an_article_published_many_times_has_one_place(count: int) -> None:
    found = [*make_family(count), *make_others(8)]
    ranking = rank(found)
    for name, related in ranking.lists.items():
        assert len([one for one in ids(related) if one.startswith("c")]) == 1, name
        assert len(related) == 8, name


def test_too_many_duplicates_to_compare_all_have_one_place_too() -> None:
    for name, related in rank([*make_family(250), *make_others(8)]).lists.items():
        assert len([one for one in ids(related) if one.startswith("c")]) <= 1, name


def test_duplicates_that_were_not_compared_are_not_in_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "TIME_NEIGHBOURS", 2)
    monkeypatch.setattr(scoring, "MAX_RARE_FREQUENCY", 2)
    ranking = rank([*make_family(9, days=9), *make_archive(20)])
    assert ("c0000", "c0003") not in {pair[:2] for pair in ranking.near_duplicates}
    for name, related in ranking.lists.items():
        assert len([one for one in ids(related) if one.startswith("c0")]) <= 1, name


def test_a_pin_replaces_all_its_duplicates() -> None:
    found = [*make_family(60), *make_others(8)]
    found[0] = replace(found[0], pins=("c0005",))
    listed = ids(relate(found)["c0000"])
    assert listed[0] == "c0005"
    assert len(listed) == 8
    assert not any(one.startswith("c") for one in listed[1:])


def test_near_duplicates_are_reported_the_older_first() -> None:
    found = [
        make_document("b-new", "Budget talks stall again", f"{PIECE} More of this later in the week.", day=2),
        make_document("a-later", "Budget talks stall", PIECE, day=1),
        make_document("z-first", "Budget talks stall", PIECE, day=0),
        make_document("fr", "Budget talks stall", PIECE, language="fr"),
        *make_others(3),
    ]
    copies = rank(found).near_duplicates
    assert [pair[:2] for pair in copies] == [("a-later", "b-new"), ("z-first", "a-later"), ("z-first", "b-new")]
    assert copies[1][2] == 1
    assert all(0.5 <= share <= 1 and share == round(share, 3) for *_, share in copies)


def test_of_two_duplicates_the_better_is_listed() -> None:
    found = [*make_family(2, days=300), *make_others(2)]
    assert [one for one in ids(relate(found)["o-alpha"]) if one.startswith("c")] == ["c0001"], "the nearer in time"


def test_fewer_spare_entries_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [*make_family(12), *make_archive(40), *make_others(9)]
    ranking = rank(found, 4)
    for spare in (0, 1, 5):
        monkeypatch.setattr(ranking_module, "SPARE_ENTRIES", spare)
        assert rank(found, 4) == ranking


# Unusual input.


def check(found: Sequence[Document], count: int = 8) -> Ranking:
    """Return the ranking, after checks that hold for any input."""
    ranking = rank(found, count)
    names = {document.id for document in found}
    assert set(ranking.lists) == names
    for name, related in ranking.lists.items():
        assert len(set(ids(related)) - {name}) == len(related) <= count
        assert set(ids(related)) <= names
        assert all(np.isfinite(one.score) for one in related)
    return ranking


def test_no_document_and_one_document_have_no_related_ones() -> None:
    assert rank([]) == Ranking({}, ())
    one = make_document("a", "Ferry line seven", "Ferry", links=("a",), never=("a",), shown=("a",), pins=("a", "x"))
    assert rank([one]) == Ranking({"a": ()}, ())


def test_two_identical_documents_are_related() -> None:
    ranking = check([make_document(name, "Ferry line seven", PIECE, url="same/") for name in "ab"])
    assert {name: ids(related) for name, related in ranking.lists.items()} == {"a": ["b"], "b": ["a"]}
    assert [(one.score, one.reasons[0].kind) for one in (*ranking.lists["a"], *ranking.lists["b"])] == [(1, "copy")] * 2
    assert ranking.near_duplicates == (("b", "a", 1.0),)


@pytest.mark.parametrize("headline", ["", "Ferry", "🙂 👩‍👩‍👧 ❤️", "...", "1", "東"])
@pytest.mark.parametrize(
    "body", ["", "🙂🙂", "<!-- nothing -->", "&nbsp;", "- \n- \n", "#", "\x00\x01", "\ud7ff\ue000"]
)
def test_nearly_empty_texts_are_ranked(headline: str, body: str) -> None:
    found = [make_document(f"{number}", headline, body, day=number) for number in range(5)]
    ranking = check([*found, *make_others(3)])
    if not any(map(str.isalnum, headline + body)):
        assert not any(ranking.lists[document.id] for document in found)


def test_thousands_of_identical_headlines_are_ranked() -> None:
    # More than the limits of rare features, candidates and neighbours, and than a batch or a block has.
    found = [make_document(f"{number:05}", "Budget talks in Paris stall") for number in range(1_200)]
    ranking = check(found)
    assert {len(related) for related in ranking.lists.values()} == {1}
    assert len(ranking.near_duplicates) < 1_200 * 101


def test_an_article_of_five_megabytes_is_ranked() -> None:
    words = " ".join(f"word{number}" for number in range(1_000))
    found = [
        make_document("huge", "Ferry line seven", f"{words} " * 640),
        make_document("line", "Ferry line", "x" * 5_000_000),
        make_document("small", "Ferry line", words),
    ]
    assert len(found[0].body) > 5_000_000
    assert ids(check(found).lists["huge"]) == ["small", "line"]


@pytest.mark.parametrize("unit", ["<!--", "```", "[", "![](", "> ", "* ", "| "])
def test_a_body_of_unclosed_markup_is_ranked(unit: str) -> None:
    found = [make_document("bad", "Ferry line", unit * 200_000), make_document("good", "Ferry line", "Ferry")]
    assert ids(check(found).lists["bad"]) == ["good"]


SCRIPTS = {
    "zh": ("北约东扩谈判在日内瓦结束", "俄罗斯代表里亚布科夫说，谈判没有结果。", "东京股市上涨"),
    "ja": ("首相が北大西洋条約機構と会談", "会談は成果なく終わった。首相が述べた。", "台風が九州に上陸"),
    "th": ("นายกรัฐมนตรีประชุมที่เจนีวา", "การประชุมสิ้นสุดลงโดยไม่มีข้อตกลง", "ราคาทองคำพุ่งสูงขึ้น"),
    "ar": ("محادثات جنيف تنتهي دون اتفاق", "قال ريابكوف إن المحادثات لم تحقق نتيجة.", "ارتفاع أسعار النفط"),
    "he": ("שיחות ז׳נבה הסתיימו ללא הסכם", "ריאבקוב אמר שאין תוצאות.", "עליית מחירי הנפט"),
    "hi": ("जिनेवा वार्ता बिना समझौते समाप्त", "रयाबकोव ने कहा कोई परिणाम नहीं।", "तेल की कीमतें बढ़ीं"),
    "ko": ("제네바 회담 합의 없이 종료", "랴브코프는 성과가 없다고 말했다.", "국제 유가 상승"),
    "ru": ("Переговоры в Женеве завершились", "Рябков заявил, что результата нет.", "Цены на нефть выросли"),
    "mul": ("NATO北约 expansion في جنيف", "Ryabkov里亚布科夫 said нет результата ไม่มี", "Ölpreis पेट्रोल"),
}


@pytest.mark.parametrize("language", SCRIPTS)
def test_any_script_is_compared(language: str) -> None:
    headline, body, other = SCRIPTS[language]
    found = [
        make_document("a", headline, body, language=language),
        make_document("b", headline, other, day=1, language=language),
        make_document("c", other, other, day=2, language=language),
        make_document("d", "Unrelated", "Nothing here", day=2, language=language),
    ]
    lists = check(found).lists
    assert ids(lists["a"])[0] == ids(lists["c"])[0] == "b"
    assert set(ids(lists["b"])) == {"a", "c"}
    assert lists["d"] == ()


def test_many_languages_in_one_archive_are_separate() -> None:
    found = [
        make_document(f"{language}-{name}", headline, body, language=language)
        for language, (headline, body, _) in SCRIPTS.items()
        for name in "ab"
    ]
    lists = check(found).lists
    assert {name: ids(related) for name, related in lists.items()} == {
        one.id: [f"{one.language}-{'b' if one.id.endswith('a') else 'a'}"] for one in found
    }


def test_the_first_and_the_last_date_of_the_calendar_are_ranked() -> None:
    found = [
        replace(make_document("old", "Ferry line seven", "Ferry"), published=datetime(1, 1, 1, tzinfo=UTC)),
        replace(make_document("new", "Ferry line seven", "line"), published=datetime(9999, 12, 31, tzinfo=UTC)),
    ]
    (related,) = check(found).lists["old"]
    assert 0 < related.score < 0.1


def test_invalid_input_is_refused_with_a_message() -> None:
    twice = [make_document("a", "Ferry"), make_document("a", "Ferry line")]
    with pytest.raises(ValueError, match="1 ids are not unique, such as 'a'"):
        rank(twice)
    with pytest.raises(ValueError, match="count is -1"):
        relate(twice[:1], -1)
    with pytest.raises(ValueError, match="expected a moment with a zone"):
        replace(twice[0], published=datetime(2026, 1, 1))


def test_the_country_of_a_language_makes_no_difference() -> None:
    found = [make_document(name, "Ferry line", language=tag) for name, tag in (("a", "en_GB"), ("b", "EN-us"))]
    assert ids(relate(found)["a"]) == ["b"]


@settings(max_examples=30, deadline=None)
@given(found=documents(), count=COUNTS, parts=st.integers(1, 5))
def test_lists_are_the_same_however_the_work_is_divided(found: list[Document], count: int, parts: int) -> None:
    def share(work: Callable[[int, int], object], number: int) -> list[object]:
        bounds = [number * part // parts for part in range(parts + 1)]
        return [pickle.loads(pickle.dumps(work(*one))) for one in pairwise(bounds)]  # noqa: S301 - our own

    assert rank(found, count, share) == rank(found, count)
