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
    return [entry.id for entry in related]


def split_pins(related: Sequence[Related]) -> tuple[list[str], list[Related]]:
    """Return the pinned ids of a list, and the entries after them."""
    pins = [entry.id for entry in related if entry.reasons == (Reason("pin"),)]
    return pins, list(related[len(pins) :])


def find_duplicates(archive: Sequence[Document]) -> set[frozenset[str]]:
    """Return all pairs of near-duplicates, by comparing every document with every other."""
    pairs = set()
    for group in group_by_language(archive):
        corpus = build_corpus(group)
        numbers = np.arange(len(group))
        for row in numbers.tolist():
            alike = numbers[measure_duplicates(corpus, row, numbers) > 0].tolist()
            pairs |= {
                frozenset({corpus.documents[row].id, corpus.documents[match].id}) for match in alike if match != row
            }
    return pairs


# Editors' choices.


@settings(max_examples=60, deadline=None)
@given(archive=documents(), count=COUNTS)
def test_lists_obey_what_editors_chose(archive: list[Document], count: int) -> None:
    by_id = {document.id: document for document in archive}
    lists = relate(archive, count)
    assert list(lists) == [document.id for document in archive]
    for document in archive:
        related = lists[document.id]
        pins, behind = split_pins(related)
        assert len(related) <= count
        assert len(set(ids(related))) == len(related)
        assert document.id not in ids(related)
        barred = {document.id, *document.never, *(source.id for source in archive if document.id in source.never)}
        wanted = [pin for pin in document.pins if pin in by_id and pin not in barred]
        assert pins == ([] if document.off else wanted[:count])
        assert all(entry.score == 1 for entry in related[: len(pins)])
        if document.off:
            assert related == ()
        for entry in behind:
            candidate = by_id[entry.id]
            assert entry.id not in (*document.never, *document.shown)
            assert document.id not in candidate.never
            assert candidate.language[:2] == document.language[:2]
            assert 0 < entry.score <= 1 + TOPIC_BOOST
            assert entry.reasons
            assert not any(reason.kind == "pin" for reason in entry.reasons)


@settings(max_examples=60, deadline=None)
@given(archive=documents(), count=COUNTS)
def test_entries_are_sorted_by_score_then_date_then_url(archive: list[Document], count: int) -> None:
    by_id = {document.id: document for document in archive}
    for related in relate(archive, count).values():
        _, behind = split_pins(related)
        for entry, next_entry in pairwise(behind):
            first, second = by_id[entry.id], by_id[next_entry.id]
            assert entry.score >= next_entry.score
            if entry.score == next_entry.score:
                assert first.published >= second.published
                if first.published == second.published:
                    assert (first.url, first.id) < (second.url, second.id)


@settings(max_examples=60, deadline=None)
@given(archive=documents(), count=COUNTS)
def test_near_duplicates_share_one_place_and_nothing_else_is_left_out(archive: list[Document], count: int) -> None:
    by_id = {document.id: document for document in archive}
    everything = relate([replace(document, pins=(), shown=(), off=False) for document in archive], 99)
    scores = {(name, entry.id): entry.score for name, related in everything.items() for entry in related}
    copies = find_duplicates(archive)
    for name, related in relate(archive, count).items():
        document = by_id[name]
        pins, behind = split_pins(related)
        chosen = [*pins, *(entry.id for entry in behind)]
        for first, second in combinations(chosen, 2):
            assert frozenset({first, second}) not in copies or {first, second} <= set(pins)
        if document.off or len(related) == count:
            continue
        for second in by_id:
            could = scores.get((name, second), 0) > 0 and second not in (*chosen, *document.shown)
            assert not could or any(frozenset({second, chosen_id}) in copies for chosen_id in chosen)


def test_of_equal_scores_the_newer_comes_first_then_the_url() -> None:
    pairs = {"d": ("xx", 4), "c": ("yy", 6), "b": ("zz", 6), "a": ("ww", 6), "e": ("vv", 4)}
    others = [make_document(name, f"Ferry {word} {word}", day=day) for name, (word, day) in pairs.items()]
    words = [make_document(f"more-{word}", f"{word} {word} {word}", day=900) for word, _ in pairs.values()]
    related = relate([make_document("it", "Ferry Ferry", day=5), *others, *words])["it"]
    assert len({entry.score for entry in related[:5]}) == 1
    assert ids(related)[:5] == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_pins_fill_the_list_first(count: int) -> None:
    archive = [make_document(name, "Ferry line seven", f"{name} Ferry line") for name in "abcd"]
    archive[0] = replace(archive[0], pins=("c", "gone", "a", "b", "c"))
    pins, behind = split_pins(relate(archive, count)["a"])
    assert pins == ["c", "b"][:count]
    assert ids(behind) == (["d"] if count == 3 else [])


@pytest.mark.parametrize("whose", [0, 1])
def test_a_veto_is_stronger_than_a_pin(whose: int) -> None:
    archive = [make_document("a", "Ferry line", pins=("b",)), make_document("b", "Ferry line seven")]
    archive[whose] = replace(archive[whose], never=("ba"[whose],))
    assert relate(archive) == {"a": (), "b": ()}


def test_a_pin_can_be_of_another_language() -> None:
    archive = [make_document("a", "Ferry", language="en", pins=("b",)), make_document("b", "Budget", language="fr")]
    assert relate(archive) == {"a": (Related("b", 1.0, (Reason("pin"),)),), "b": ()}


def test_a_near_duplicate_of_a_pin_is_not_listed() -> None:
    text = "The ferry crosses the bay on Monday for the first time."
    archive = [
        make_document("a", "Ferry line seven crosses the bay", "A ferry for the bay", pins=("c",)),
        make_document("b", "Bay ferry", text, day=1),
        make_document("c", "Bay ferry", text, day=2),
        make_document("d", "A ferry", "The bay has a ferry", day=3),
    ]
    assert ids(relate(archive)["a"]) == ["c", "d"]
    assert ids(relate([replace(id_, pins=()) for id_ in archive])["a"]) == ["d", "b"]


# Determinism.


@settings(max_examples=60, deadline=None)
@given(archive=documents(), seed=st.integers(0, 99))
def test_the_order_of_documents_makes_no_difference(archive: list[Document], seed: int) -> None:
    ranking = rank(archive)
    again = rank(Random(seed).sample(archive, len(archive)))  # noqa: S311 - any order will do
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
    assert rank([replace(document, published=document.published.astimezone(zone)) for document in archive]) == rank(
        archive
    )


def test_documents_of_another_language_make_no_difference() -> None:
    archive = list(make_archive(30))
    foreign = [replace(document, id=f"x{document.id}", language="fr", links=()) for document in archive]
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
    archive = [*make_family(count), *make_others(8)]
    ranking = rank(archive)
    for name, related in ranking.lists.items():
        assert len([id_ for id_ in ids(related) if id_.startswith("c")]) == 1, name
        assert len(related) == 8, name


def test_too_many_duplicates_to_compare_all_have_one_place_too() -> None:
    for name, related in rank([*make_family(250), *make_others(8)]).lists.items():
        assert len([id_ for id_ in ids(related) if id_.startswith("c")]) <= 1, name


def test_duplicates_that_were_not_compared_are_not_in_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "TIME_NEIGHBOURS", 2)
    monkeypatch.setattr(scoring, "MAX_RARE_FREQUENCY", 2)
    ranking = rank([*make_family(9, days=9), *make_archive(20)])
    assert ("c0000", "c0003") not in {pair[:2] for pair in ranking.near_duplicates}
    for name, related in ranking.lists.items():
        assert len([id_ for id_ in ids(related) if id_.startswith("c0")]) <= 1, name


def test_a_pin_replaces_all_its_duplicates() -> None:
    archive = [*make_family(60), *make_others(8)]
    archive[0] = replace(archive[0], pins=("c0005",))
    listed = ids(relate(archive)["c0000"])
    assert listed[0] == "c0005"
    assert len(listed) == 8
    assert not any(id_.startswith("c") for id_ in listed[1:])


def test_near_duplicates_are_reported_the_older_first() -> None:
    archive = [
        make_document("b-new", "Budget talks stall again", f"{PIECE} More of this later in the week.", day=2),
        make_document("a-later", "Budget talks stall", PIECE, day=1),
        make_document("z-first", "Budget talks stall", PIECE, day=0),
        make_document("fr", "Budget talks stall", PIECE, language="fr"),
        *make_others(3),
    ]
    copies = rank(archive).near_duplicates
    assert [pair[:2] for pair in copies] == [("a-later", "b-new"), ("z-first", "a-later"), ("z-first", "b-new")]
    assert copies[1][2] == 1
    assert all(0.5 <= share <= 1 and share == round(share, 3) for *_, share in copies)


def test_of_two_duplicates_the_better_is_listed() -> None:
    archive = [*make_family(2, days=300), *make_others(2)]
    assert [id_ for id_ in ids(relate(archive)["o-alpha"]) if id_.startswith("c")] == ["c0001"], "the nearer in time"


def test_fewer_spare_entries_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = [*make_family(12), *make_archive(40), *make_others(9)]
    ranking = rank(archive, 4)
    for spare in (0, 1, 5):
        monkeypatch.setattr(ranking_module, "SPARE_ENTRIES", spare)
        assert rank(archive, 4) == ranking


# Unusual input.


def check(archive: Sequence[Document], count: int = 8) -> Ranking:
    """Return the ranking, after checks that hold for any input."""
    ranking = rank(archive, count)
    names = {document.id for document in archive}
    assert set(ranking.lists) == names
    for name, related in ranking.lists.items():
        assert len(set(ids(related)) - {name}) == len(related) <= count
        assert set(ids(related)) <= names
        assert all(np.isfinite(entry.score) for entry in related)
    return ranking


def test_no_document_and_one_document_have_no_related_ones() -> None:
    assert rank([]) == Ranking({}, ())
    document = make_document(
        "a", "Ferry line seven", "Ferry", links=("a",), never=("a",), shown=("a",), pins=("a", "x")
    )
    assert rank([document]) == Ranking({"a": ()}, ())


def test_two_identical_documents_are_related() -> None:
    ranking = check([make_document(name, "Ferry line seven", PIECE, url="same/") for name in "ab"])
    assert {name: ids(related) for name, related in ranking.lists.items()} == {"a": ["b"], "b": ["a"]}
    assert [(entry.score, entry.reasons[0].kind) for entry in (*ranking.lists["a"], *ranking.lists["b"])] == [
        (1, "copy")
    ] * 2
    assert ranking.near_duplicates == (("b", "a", 1.0),)


@pytest.mark.parametrize("headline", ["", "Ferry", "🙂 👩‍👩‍👧 ❤️", "...", "1", "東"])
@pytest.mark.parametrize(
    "body", ["", "🙂🙂", "<!-- nothing -->", "&nbsp;", "- \n- \n", "#", "\x00\x01", "\ud7ff\ue000"]
)
def test_nearly_empty_texts_are_ranked(headline: str, body: str) -> None:
    archive = [make_document(f"{number}", headline, body, day=number) for number in range(5)]
    ranking = check([*archive, *make_others(3)])
    if not any(map(str.isalnum, headline + body)):
        assert not any(ranking.lists[document.id] for document in archive)


def test_thousands_of_identical_headlines_are_ranked() -> None:
    # More than the limits of rare features, candidates and neighbours, and than a batch or a block has.
    archive = [make_document(f"{number:05}", "Budget talks in Paris stall") for number in range(1_200)]
    ranking = check(archive)
    assert {len(related) for related in ranking.lists.values()} == {1}
    assert len(ranking.near_duplicates) < 1_200 * 101


def test_an_article_of_five_megabytes_is_ranked() -> None:
    words = " ".join(f"word{number}" for number in range(1_000))
    archive = [
        make_document("huge", "Ferry line seven", f"{words} " * 640),
        make_document("line", "Ferry line", "x" * 5_000_000),
        make_document("small", "Ferry line", words),
    ]
    assert len(archive[0].body) > 5_000_000
    assert ids(check(archive).lists["huge"]) == ["small", "line"]


@pytest.mark.parametrize("unit", ["<!--", "```", "[", "![](", "> ", "* ", "| "])
def test_a_body_of_unclosed_markup_is_ranked(unit: str) -> None:
    archive = [make_document("bad", "Ferry line", unit * 200_000), make_document("good", "Ferry line", "Ferry")]
    assert ids(check(archive).lists["bad"]) == ["good"]


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
    headline, body, other_body = SCRIPTS[language]
    archive = [
        make_document("a", headline, body, language=language),
        make_document("b", headline, other_body, day=1, language=language),
        make_document("c", other_body, other_body, day=2, language=language),
        make_document("d", "Unrelated", "Nothing here", day=2, language=language),
    ]
    lists = check(archive).lists
    assert ids(lists["a"])[0] == ids(lists["c"])[0] == "b"
    assert set(ids(lists["b"])) == {"a", "c"}
    assert lists["d"] == ()


def test_many_languages_in_one_archive_are_separate() -> None:
    archive = [
        make_document(f"{language}-{name}", headline, body, language=language)
        for language, (headline, body, _) in SCRIPTS.items()
        for name in "ab"
    ]
    lists = check(archive).lists
    assert {name: ids(related) for name, related in lists.items()} == {
        document.id: [f"{document.language}-{'b' if document.id.endswith('a') else 'a'}"] for document in archive
    }


def test_the_first_and_the_last_date_of_the_calendar_are_ranked() -> None:
    archive = [
        replace(make_document("old", "Ferry line seven", "Ferry"), published=datetime(1, 1, 1, tzinfo=UTC)),
        replace(make_document("new", "Ferry line seven", "line"), published=datetime(9999, 12, 31, tzinfo=UTC)),
    ]
    (related,) = check(archive).lists["old"]
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
    archive = [make_document(name, "Ferry line", language=tag) for name, tag in (("a", "en_GB"), ("b", "EN-us"))]
    assert ids(relate(archive)["a"]) == ["b"]


@settings(max_examples=30, deadline=None)
@given(archive=documents(), count=COUNTS, parts=st.integers(1, 5))
def test_lists_are_the_same_however_the_work_is_divided(archive: list[Document], count: int, parts: int) -> None:
    def share(work: Callable[[int, int], object], number: int) -> list[object]:
        bounds = [number * index // parts for index in range(parts + 1)]
        return [pickle.loads(pickle.dumps(work(*bound))) for bound in pairwise(bounds)]  # noqa: S301 - our own

    assert rank(archive, count, share) == rank(archive, count)
