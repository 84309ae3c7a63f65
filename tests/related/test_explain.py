"""Tests of `explain`: explanations of one list, and causes of changes between two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest
from broadsheet.related import Cause, Document, Explainer, Explanation, ListChange, Reason, Related, compare_lists, rank
from broadsheet.related.explain import Verdict
from broadsheet.related.scoring import Scorer, Scores
from broadsheet.related.weights import LINK_WEIGHT
from hypothesis import given, settings
from hypothesis import strategies as st
from related_documents import documents, make_archive, make_day, make_document


def assert_explains(explainer: Explainer, related: Sequence[Related]) -> None:
    explained = explainer.explain_list()
    assert [(explanation.id, explanation.score, explanation.reasons) for explanation in explained] == [
        (entry.id, entry.score, entry.reasons) for entry in related
    ]
    assert [explanation.position for explanation in explained] == list(range(1, len(related) + 1))


def assert_adds_up(explanation: Explanation) -> None:
    alone = explanation.text * explanation.time * explanation.topics
    assert explanation.score == pytest.approx(
        (alone + LINK_WEIGHT * explanation.links) / (1 + LINK_WEIGHT * explanation.links), abs=1e-6
    )


def test_explanations_agree_with_the_lists_of_an_archive() -> None:
    archive = [replace(document, pins=document.links[:1], never=document.links[1:]) for document in make_archive(36)]
    lists = rank(archive).lists
    for document in archive:
        explainer = Explainer(archive, document.id)
        assert_explains(explainer, lists[document.id])
        for explanation in explainer.explain_list():
            assert explanation.verdict == ("pinned" if explanation.reasons == (Reason("pin"),) else "listed")
            assert explainer.explain(explanation.id) == explanation
            if explanation.verdict == "listed":
                assert_adds_up(explanation)


@settings(max_examples=40, deadline=None)
@given(archive=documents(6), count=st.sampled_from([0, 1, 2, 8]))
def test_verdicts_agree_with_lists_whatever_editors_chose(archive: list[Document], count: int) -> None:
    lists = rank(archive, count).lists
    for document in archive:
        explainer = Explainer(archive, document.id, count)
        related = lists[document.id]
        assert_explains(explainer, related)
        listed = {entry.id for entry in related}
        for other in archive:
            if other is document:
                continue
            explanation = explainer.explain(other.id)
            assert explanation.id == other.id
            assert (explanation.verdict in {"listed", "pinned"}) == (other.id in listed)
            assert_verdict(explanation, document, other, explainer, count)


def assert_verdict(
    explanation: Explanation, document: Document, other: Document, explainer: Explainer, count: int
) -> None:
    """Assert that the verdict on a document that is not listed is true."""
    same_language = document.language[:2] == other.language[:2]
    parted = other.id in document.never or document.id in other.never
    if explanation.verdict not in {"pinned", "off", "language"}:
        assert same_language
        assert_adds_up(explanation)
        assert explanation.days == (other.published - document.published).days
    assert bool(explanation.duplicate_of) == (explanation.verdict == "duplicate")
    match explanation.verdict:
        case "pinned":
            assert other.id in document.pins
        case "off":
            assert document.off
        case "language":
            assert not same_language and not document.off
        case "never":
            assert parted
        case "shown":
            assert other.id in document.shown and not parted
        case "unrelated":
            assert not explanation.score
        case "below":
            assert explanation.position > count >= len(explainer.explain_list())
        case "duplicate":
            assert explanation.duplicate_of in {entry.id for entry in explainer.explain_list()}
        case "uncompared":
            raise AssertionError("everything is a candidate in so small an archive")


def test_listed_documents_have_the_exact_scores_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = list(make_archive(30))
    lists = rank(archive).lists
    exact = Scorer.score_all
    monkeypatch.setattr(Scorer, "score_all", lambda *given: add_noise(exact(*given)))
    for document in archive[:5]:
        assert_explains(Explainer(archive, document.id), lists[document.id])


def add_noise(scores: Scores) -> Scores:
    """Return scores that differ slightly, as a sum in another order can."""
    return replace(scores, text=scores.text + 1e-6)


# Verdicts.

FERRY = "The ferry crosses the bay on Monday."
ARCHIVE = [
    make_document("a", "Ferry line seven", FERRY, links=("e",)),
    make_document("b", "Ferry line seven is back", "It took two years", day=1),
    make_document("c", "Ferry line nine", "A line for the bay", day=3),
    make_document("d", "Ferry line nine", "A line for the bay", day=2),
    make_document("e", "The bay", "A ferry and a line were here", day=-5),
    make_document("f", "Budget", "Money of ministers", day=4),
    make_document("g", "Traversier ligne", "Ferry line seven", language="fr"),
]


def judge(other: str, count: int = 8, archive: Sequence[Document] = ARCHIVE, **fields: object) -> Explanation:
    """Return the explanation of another document in the list of the first, which has the given `fields`."""
    return Explainer([replace(archive[0], **fields), *archive[1:]], archive[0].id, count).explain(other)  # type: ignore[arg-type]


def test_a_listed_document_has_a_position_and_parts_of_its_score() -> None:
    explanation = judge("b")
    assert (explanation.verdict, explanation.position, explanation.days, explanation.duplicate_of) == (
        "listed",
        1,
        1,
        "",
    )
    assert 0 < explanation.text < 1
    assert 0 < explanation.time < 1
    assert explanation.topics == 1
    assert explanation.reasons == (Reason("words"),)


def test_days_are_negative_when_the_other_is_older() -> None:
    assert judge("e").days == -5
    assert judge("e", published=make_day(-5.2)).days == 0, "an hour of the same day"
    assert judge("e", published=make_day(-4.3)).days == -1, "hours, but not of the same day"
    assert judge("e").links > 0


@pytest.mark.parametrize("other", ["c", "f", "g"])
def test_a_pinned_document_is_pinned_whatever_else_applies(other: str) -> None:
    pinned = Explanation(other, "pinned", 2, 1.0, reasons=(Reason("pin"),))
    assert judge(other, pins=("b", other), shown=(other,)) == pinned


def test_an_excluded_pin_is_excluded() -> None:
    assert judge("c", pins=("b", "c"), never=("c",)).verdict == "never"


def test_a_list_that_is_switched_off_has_no_entries() -> None:
    for other in "bfg":
        explanation = judge(other, off=True, pins=("b",))
        assert (explanation.id, explanation.verdict, explanation.position) == (other, "off", 0)
    assert judge("b", off=True).score == judge("b").score > 0
    assert judge("g", off=True).score == 0


def test_a_veto_on_either_side_excludes_a_document() -> None:
    assert judge("b", never=("b",)).verdict == "never"
    parted = [ARCHIVE[0], replace(ARCHIVE[1], never=("a",)), *ARCHIVE[2:]]
    assert judge("b", archive=parted).verdict == "never"
    assert judge("b", archive=parted).score > 0


def test_a_document_shown_on_the_page_is_not_listed() -> None:
    assert judge("b", shown=("b",)).verdict == "shown"


def test_a_document_of_another_language_has_no_position() -> None:
    assert judge("g") == Explanation("g", "language")


def test_a_near_duplicate_names_the_listed_document() -> None:
    explanation = judge("c")
    assert (explanation.verdict, explanation.duplicate_of) == ("duplicate", "d")
    assert judge("d").verdict == "listed"
    assert judge("d", pins=("c",)).duplicate_of == "c", "a pin stands for its copies too"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_document_below_the_list_and_its_duplicate_share_a_position(count: int) -> None:
    assert [explanation.id for explanation in Explainer(ARCHIVE, "a").explain_list()] == ["b", "e", "d"]
    for place, name in enumerate("bed", start=1):
        explanation = judge(name, count)
        assert (explanation.verdict, explanation.position) == ("listed" if place <= count else "below", place)
    explanation = judge("c", count)
    assert (explanation.verdict, explanation.position, explanation.duplicate_of) == (
        ("duplicate", 0, "d") if count == 3 else ("below", 3, "")
    )
    explanation = judge("c", count, pins=("f",))
    assert (explanation.verdict, explanation.position) == ("below", 4)


def test_pins_use_up_positions() -> None:
    assert (judge("b", 2, pins=("f", "g")).verdict, judge("b", 2, pins=("f", "g")).position) == ("below", 3)


def test_documents_with_nothing_in_common_are_unrelated() -> None:
    explanation = judge("f")
    assert (explanation.verdict, explanation.score, explanation.text) == ("unrelated", 0, 0)


def make_crowd(many: int = 120) -> list[Document]:
    """Return two documents that share one common word, with many documents between them in time that have it too."""
    crowd = [
        make_document(f"c{number:03}", f"ferry to w{number}", f"w{number + 1}", day=number) for number in range(1, many)
    ]
    return [make_document("first", "ferry", "one"), *crowd, make_document("last", "ferry", "two", day=many)]


def test_a_missed_candidate_with_a_high_score_is_uncompared() -> None:
    crowd = make_crowd()
    explainer = Explainer(crowd, "first")
    assert "last" not in {explanation.id for explanation in explainer.explain_list()}
    missed = explainer.explain("last")
    assert (missed.verdict, missed.position) == ("uncompared", 1)
    assert missed.score > explainer.explain_list()[0].score


def test_a_missed_candidate_with_a_low_score_is_below() -> None:
    explanation = Explainer(make_crowd(), "first").explain("c110")
    assert explanation.verdict == "below"
    assert explanation.position > 8


def test_these_tests_see_every_verdict() -> None:
    verdicts = {judge(name).verdict for name in "bcfg"} | {judge("b", pins=("b",)).verdict, judge("d", 1).verdict}
    verdicts |= {judge("b", **fields).verdict for fields in ({"off": True}, {"never": ("b",)}, {"shown": ("b",)})}
    verdicts.add(Explainer(make_crowd(), "first").explain("last").verdict)
    assert verdicts == set(get_args(Verdict))


CHOICE = Cause("choice")


def make_list(*entries: str | Related, score: float = 0.5) -> tuple[Related, ...]:
    return tuple(entry if isinstance(entry, Related) else Related(entry, score) for entry in entries)


def compare(old: Sequence[Related], new: Sequence[Related]) -> list[ListChange]:
    """Return the change in the list of `a`, in an archive in which `d` is new and `f` is gone."""
    return compare_lists({"a": old, **dict.fromkeys("bcef", ())}, {"a": new, **dict.fromkeys("bcde", ())})


def list_ids(entries: Sequence[Related]) -> list[str]:
    return [entry.id for entry in entries]


def test_a_list_with_the_same_entries_has_not_changed() -> None:
    assert compare(make_list("b", "c"), make_list("b", "c", score=0.1)) == []
    assert compare_lists({}, {}) == []


NEW, GONE = Cause("new", "d"), Cause("gone", "f")


@pytest.mark.parametrize(
    ("old", "new", "added", "removed", "causes"),
    [
        ("bc", "bdc", "d", "", [NEW]),
        ("bc", "bd", "d", "c", [NEW]),
        ("bf", "b", "", "f", [GONE]),
        ("bf", "bc", "c", "f", [GONE]),
        ("f", "d", "d", "f", [NEW, GONE]),
        ("bc", "cb", "", "", [CHOICE]),
        ("b", "bc", "c", "", [CHOICE]),
        ("bc", "", "", "bc", [CHOICE]),
        ("bcf", "de", "de", "bcf", [NEW, GONE, CHOICE]),
    ],
)
def test_added_and_removed_entries_are_listed_with_causes(
    old: str, new: str, added: str, removed: str, causes: list[Cause]
) -> None:
    expected = ListChange("a", tuple(added), tuple(removed), tuple(causes))
    assert compare(make_list(*old), make_list(*new)) == [expected]


@pytest.mark.parametrize("score", [0.52, 0.4999, 0.500001, 0.2])
def test_a_shift_of_scores_has_its_size(score: float) -> None:
    (change,) = compare(make_list("b", "c"), make_list(Related("c", score), "b"))
    assert change.causes == (Cause("scores", shift=abs(score - 0.5)),)


PIN = {name: Related(name, 1.0, (Reason("pin"),)) for name in "bcdef"}


@pytest.mark.parametrize(
    ("old", "new", "causes"),
    [
        (("b", "c"), (PIN["c"], "b"), [Cause("pinned", "c")]),
        (("b", "c"), (PIN["e"], "b"), [Cause("pinned", "e")]),
        (("b", "c"), (PIN["d"], "b"), [NEW, Cause("pinned", "d")]),
        ((PIN["b"], "c"), (PIN["b"], PIN["c"], "e"), [Cause("pinned", "c"), CHOICE]),
        ((PIN["c"], "b"), ("b", "c"), [Cause("unpinned", "c")]),
        ((PIN["e"], "b"), ("b", "c"), [Cause("unpinned", "e")]),
        ((PIN["f"], "b"), ("b", "c"), [GONE]),
        ((PIN["b"], PIN["c"]), (PIN["c"], PIN["b"]), [CHOICE]),
        ((PIN["b"], "c"), (PIN["b"], "e"), [CHOICE]),
    ],
)
def test_a_new_or_removed_pin_is_a_cause(
    old: tuple[str | Related, ...], new: tuple[str | Related, ...], causes: list[Cause]
) -> None:
    (change,) = compare(make_list(*old), make_list(*new))
    assert list(change.causes) == causes


def test_new_and_removed_documents_have_no_changed_list() -> None:
    old = {"b": make_list("a"), "a": make_list("b"), "gone": make_list("a")}
    new = {"new": make_list("a"), "b": make_list("new"), "a": make_list("new")}
    assert [change.id for change in compare_lists(old, new)] == ["a", "b"]


def test_an_edited_text_is_a_cause_in_every_list_it_moved_in() -> None:
    before = [make_document(name, f"Ferry line {name}", f"{name} ferry harbour {name}") for name in "abcdef"]
    after = [
        replace(document, headline="Budget", body="A budget for schools.") if document.id == "c" else document
        for document in before
    ]
    old, new = rank(before, 4).lists, rank(after, 4).lists
    changes = {change.id: change for change in compare_lists(old, new, {"c"})}
    assert changes["c"].causes == (Cause("edited", "c"),)
    moved = [change for change in changes.values() if "c" in change.removed]
    assert moved
    assert all(Cause("edited", "c") in change.causes for change in moved)


@pytest.mark.parametrize("number", range(4))
def test_a_new_article_or_a_shift_of_scores_explains_each_change(number: int) -> None:
    archive = list(make_archive(121))
    newcomer = archive.pop(number * 37)
    before, after = rank(archive).lists, rank([*archive, newcomer]).lists
    changes = compare_lists(before, after)
    assert changes
    assert {change.id for change in changes} == {
        name for name in before if list_ids(before[name]) != list_ids(after[name])
    }
    for change in changes:
        assert change.causes
        assert all(cause == Cause("new", newcomer.id) or 0 < cause.shift < 0.1 for cause in change.causes)
        assert (Cause("new", newcomer.id) in change.causes) == (newcomer.id in change.added)


@settings(max_examples=40, deadline=None)
@given(old=documents(), new=documents(), count=st.sampled_from([1, 3, 8]))
def test_every_change_has_a_cause(old: list[Document], new: list[Document], count: int) -> None:
    before, after = rank(old, count).lists, rank(new).lists
    changes = compare_lists(before, after)
    changed = {name for name in before.keys() & after.keys() if list_ids(before[name]) != list_ids(after[name])}
    assert [change.id for change in changes] == sorted(changed)
    for change in changes:
        assert change.causes
        assert set(change.added) == set(list_ids(after[change.id])) - set(list_ids(before[change.id]))
        assert set(change.removed) == set(list_ids(before[change.id])) - set(list_ids(after[change.id]))


@pytest.mark.parametrize("fields", [{"off": True}, {"never": ("b",)}, {"shown": ("b",)}])
def test_an_editors_choice_is_not_taken_for_a_shift_of_scores(fields: dict[str, object]) -> None:
    before = [make_document(name, f"Ferry line {name}", f"{name} Ferry") for name in "abc"]
    after = [replace(before[0], **fields), *before[1:]]  # type: ignore[arg-type]
    changes = {change.id: change for change in compare_lists(rank(before).lists, rank(after).lists)}
    assert changes["a"].causes == (CHOICE,)
