"""Tests of `compare_lists`: which lists changed between two runs, and the cause of each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from archives import documents, make_archive, make_document
from broadsheet.related import Cause, Document, ListChange, Reason, Related, compare_lists, rank
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_an_edited_text_is_a_cause_in_its_list_and_in_those_it_moved_in() -> None:
    before = [make_document(name, f"Ferry line {name}", f"{name} ferry harbour {name}") for name in "abcdef"]
    after = [replace(one, headline="Budget", body="A budget for schools.") if one.id == "c" else one for one in before]
    old, new = rank(before, 4).lists, rank(after, 4).lists
    changes = {change.id: change for change in compare_lists(old, new, {"c"})}
    assert changes["c"].causes == (Cause("edited", "c"),)
    moved = [change for change in changes.values() if "c" in change.removed]
    assert moved
    assert all(Cause("edited", "c") in change.causes for change in moved)


@pytest.mark.parametrize("number", range(4))
def test_one_more_article_or_its_shift_of_scores_explains_each_change(number: int) -> None:
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
