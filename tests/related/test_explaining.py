"""Explaining: a list is explained as it is, and what is not in it by what keeps it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest
from archives import documents, make_archive, make_day, make_document
from broadsheet.related import Document, Explainer, Explanation, Reason, Related, rank
from broadsheet.related.closeness import LINKS
from broadsheet.related.explaining import Verdict
from broadsheet.related.scores import Scores
from broadsheet.related.scoring import Scorer
from hypothesis import given, settings
from hypothesis import strategies as st


def assert_explains(explainer: Explainer, related: Sequence[Related]) -> None:
    explained = explainer.explain_list()
    assert [(one.id, one.score, one.reasons) for one in explained] == [
        (one.id, one.score, one.reasons) for one in related
    ]
    assert [one.place for one in explained] == list(range(1, len(related) + 1))
    assert explainer.listed == len(related)


def assert_adds_up(one: Explanation) -> None:
    alone = one.text * one.time * one.topics
    assert one.score == pytest.approx((alone + LINKS * one.links) / (1 + LINKS * one.links), abs=1e-6)


def test_lists_of_an_archive_are_explained_as_they_are() -> None:
    archive = [replace(one, pins=one.links[:1], never=one.links[1:]) for one in make_archive(36)]
    lists = rank(archive).lists
    for document in archive:
        explainer = Explainer(archive, document.id)
        assert_explains(explainer, lists[document.id])
        for one in explainer.explain_list():
            assert one.verdict == ("pinned" if one.reasons == (Reason("pin"),) else "listed")
            assert explainer.explain(one.id) == one
            if one.verdict == "listed":
                assert_adds_up(one)


@settings(max_examples=40, deadline=None)
@given(found=documents(6), count=st.sampled_from([0, 1, 2, 8]))
def test_whatever_editors_chose_lists_and_verdicts_agree(found: list[Document], count: int) -> None:
    lists = rank(found, count).lists
    for document in found:
        explainer = Explainer(found, document.id, count)
        related = lists[document.id]
        assert_explains(explainer, related)
        listed = {one.id for one in related}
        for other in found:
            if other is document:
                continue
            one = explainer.explain(other.id)
            assert one.id == other.id
            assert (one.verdict in {"listed", "pinned"}) == (other.id in listed)
            assert_verdict(one, document, other, explainer, count)


def assert_verdict(one: Explanation, document: Document, other: Document, explainer: Explainer, count: int) -> None:
    """Whether a verdict on one that is not listed is what is true of the two."""
    same_language = document.language[:2] == other.language[:2]
    parted = other.id in document.never or document.id in other.never
    if one.verdict not in {"pinned", "off", "language"}:
        assert same_language
        assert_adds_up(one)
        assert one.days == (other.published - document.published).days
    assert bool(one.instead) == (one.verdict == "copy")
    match one.verdict:
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
        case "unlike":
            assert not one.score
        case "behind":
            assert one.place > count >= explainer.listed
        case "copy":
            assert one.instead in {found.id for found in explainer.explain_list()}
        case "missed":
            raise AssertionError("everything is a candidate in so small an archive")


def test_listed_ones_have_the_scores_of_their_list_to_the_last_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = list(make_archive(30))
    lists = rank(archive).lists
    exact = Scorer.score_all
    monkeypatch.setattr(Scorer, "score_all", lambda *given: add_noise(exact(*given)))
    for document in archive[:5]:
        assert_explains(Explainer(archive, document.id), lists[document.id])


def add_noise(scores: Scores) -> Scores:
    """As the sum in another order may make it."""
    return replace(scores, text=scores.text + 1e-6)


# Verdict by verdict.

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
    """The verdict on another document beside the first, which is changed by `fields`."""
    return Explainer([replace(archive[0], **fields), *archive[1:]], archive[0].id, count).explain(other)  # type: ignore[arg-type]


def test_one_that_is_listed_has_its_place_and_its_parts() -> None:
    one = judge("b")
    assert (one.verdict, one.place, one.days, one.instead) == ("listed", 1, 1, "")
    assert 0 < one.text < 1
    assert 0 < one.time < 1
    assert one.topics == 1
    assert one.reasons == (Reason("words"),)


def test_days_are_negative_where_the_other_is_older() -> None:
    assert judge("e").days == -5
    assert judge("e", published=make_day(-5.2)).days == 0, "an hour of the same day"
    assert judge("e", published=make_day(-4.3)).days == -1, "hours, but not of the same day"
    assert judge("e").links > 0


@pytest.mark.parametrize("other", ["c", "f", "g"])
def test_one_that_is_pinned_says_so_whatever_it_is(other: str) -> None:
    pinned = Explanation(other, "pinned", 2, 1.0, reasons=(Reason("pin"),))
    assert judge(other, pins=("b", other), shown=(other,)) == pinned


def test_a_pin_that_is_excluded_as_well_is_excluded() -> None:
    assert judge("c", pins=("b", "c"), never=("c",)).verdict == "never"


def test_a_list_that_is_switched_off_has_nobody() -> None:
    for other in "bfg":
        one = judge(other, off=True, pins=("b",))
        assert (one.id, one.verdict, one.place) == (other, "off", 0)
    assert judge("b", off=True).score == judge("b").score > 0
    assert judge("g", off=True).score == 0


def test_whom_one_of_the_two_excludes_is_not_there() -> None:
    assert judge("b", never=("b",)).verdict == "never"
    parted = [ARCHIVE[0], replace(ARCHIVE[1], never=("a",)), *ARCHIVE[2:]]
    assert judge("b", archive=parted).verdict == "never"
    assert judge("b", archive=parted).score > 0


def test_what_the_page_shows_is_not_repeated() -> None:
    assert judge("b", shown=("b",)).verdict == "shown"


def test_another_language_has_no_place() -> None:
    assert judge("g") == Explanation("g", "language")


def test_of_near_copies_the_one_that_is_listed_is_named() -> None:
    one = judge("c")
    assert (one.verdict, one.instead) == ("copy", "d")
    assert judge("d").verdict == "listed"
    assert judge("d", pins=("c",)).instead == "c", "a pin stands for its copies too"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_one_behind_the_last_is_told_its_place_and_a_copy_of_it_the_same(count: int) -> None:
    assert [one.id for one in Explainer(ARCHIVE, "a").explain_list()] == ["b", "e", "d"]
    for place, name in enumerate("bed", start=1):
        one = judge(name, count)
        assert (one.verdict, one.place) == ("listed" if place <= count else "behind", place)
    one = judge("c", count)
    assert (one.verdict, one.place, one.instead) == (("copy", 0, "d") if count == 3 else ("behind", 3, ""))
    one = judge("c", count, pins=("f",))
    assert (one.verdict, one.place) == ("behind", 4)


def test_pins_take_places() -> None:
    assert (judge("b", 2, pins=("f", "g")).verdict, judge("b", 2, pins=("f", "g")).place) == ("behind", 3)


def test_two_with_nothing_in_common_are_unlike() -> None:
    one = judge("f")
    assert (one.verdict, one.score, one.text) == ("unlike", 0, 0)


def make_crowd(many: int = 120) -> list[Document]:
    """Two that have only a common word in common, and between them in time a crowd that has it too."""
    crowd = [
        make_document(f"c{number:03}", f"ferry to w{number}", f"w{number + 1}", day=number) for number in range(1, many)
    ]
    return [make_document("first", "ferry", "one"), *crowd, make_document("last", "ferry", "two", day=many)]


def test_one_that_was_never_a_candidate_and_should_have_been_is_missed() -> None:
    crowd = make_crowd()
    explainer = Explainer(crowd, "first")
    assert "last" not in {one.id for one in explainer.explain_list()}
    missed = explainer.explain("last")
    assert (missed.verdict, missed.place) == ("missed", 1)
    assert missed.score > explainer.explain_list()[0].score


def test_one_that_was_never_a_candidate_and_would_stand_behind_is_behind() -> None:
    one = Explainer(make_crowd(), "first").explain("c110")
    assert one.verdict == "behind"
    assert one.place > 8


def test_every_verdict_has_been_heard() -> None:
    heard = {judge(name).verdict for name in "bcfg"} | {judge("b", pins=("b",)).verdict, judge("d", 1).verdict}
    heard |= {judge("b", **fields).verdict for fields in ({"off": True}, {"never": ("b",)}, {"shown": ("b",)})}
    heard.add(Explainer(make_crowd(), "first").explain("last").verdict)
    assert heard == set(get_args(Verdict))
