"""Changes: which lists are no longer what they were, each with a reason that is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from archives import documents, make_archive, make_document
from broadsheet.related import (
    Change,
    Document,
    Reason,
    Related,
    compare_lists,
    mark_text,
    rank,
    relate,
    write_reason,
)
from broadsheet.related.changes import Lists
from hypothesis import given, settings
from hypothesis import strategies as st

CHOICE = "its text or an editor's choice changed (pins, 'never', links, story, settings)"


def write_lists(lists: Mapping[str, Sequence[Related]]) -> Lists:
    """Lists as `broadsheet related --format json` prints them."""
    return {name: [write_one(one) for one in related] for name, related in lists.items()}


def write_one(one: Related) -> dict[str, object]:
    return {"id": one.id, "score": one.score, "why": [write_reason(reason, {}) for reason in one.reasons]}


def make_list(*found: str | Related, score: float = 0.5) -> tuple[Related, ...]:
    return tuple(one if isinstance(one, Related) else Related(one, score) for one in found)


def compare(old: tuple[Related, ...], new: tuple[Related, ...], *, known: str = "bcdef") -> list[Change]:
    """What became of the list of `a` in an archive with `known`, of which 'd' is new and 'f' is gone."""
    before = {name: () for name in known if name != "d"}
    after = {name: () for name in known if name != "f"}
    return compare_lists(write_lists({"a": old, **before}), {"a": new, **after})


def test_lists_that_are_as_they_were_have_not_changed() -> None:
    assert compare(make_list("b", "c"), make_list("b", "c", score=0.1)) == []
    assert compare_lists({}, {}) == []


@pytest.mark.parametrize(
    ("old", "new", "added", "removed", "why"),
    [
        ("bc", "bdc", "d", "", ["d is new"]),
        ("bc", "bd", "d", "c", ["d is new"]),
        ("bf", "b", "", "f", ["f is no longer public"]),
        ("bf", "bc", "c", "f", ["f is no longer public"]),
        ("f", "d", "d", "f", ["d is new", "f is no longer public"]),
        ("bc", "cb", "", "", [CHOICE]),
        ("b", "bc", "c", "", [CHOICE]),
        ("bc", "", "", "bc", [CHOICE]),
        ("bcf", "de", "de", "bcf", ["d is new", "f is no longer public", CHOICE]),
    ],
)
def test_what_came_and_went_is_told(old: str, new: str, added: str, removed: str, why: list[str]) -> None:
    assert compare(make_list(*old), make_list(*new)) == [Change("a", tuple(added), tuple(removed), tuple(why))]


@pytest.mark.parametrize(("score", "told"), [(0.52, "0.020"), (0.4999, "0.001"), (0.500001, "0.001"), (0.2, "0.300")])
def test_a_shift_is_told_with_its_size(score: float, told: str) -> None:
    (change,) = compare(make_list("b", "c"), make_list(Related("c", score), "b"))
    assert change.why == (f"scores shifted by up to {told}",)


PIN = {name: Related(name, 1.0, (Reason("pin"),)) for name in "bcdef"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (("b", "c"), (PIN["c"], "b"), ["c is pinned"]),
        (("b", "c"), (PIN["e"], "b"), ["e is pinned"]),
        (("b", "c"), (PIN["d"], "b"), ["d is new", "d is pinned"]),
        ((PIN["b"], "c"), (PIN["b"], PIN["c"], "e"), ["c is pinned", CHOICE]),
        ((PIN["c"], "b"), ("b", "c"), ["c is no longer pinned"]),
        ((PIN["e"], "b"), ("b", "c"), ["e is no longer pinned"]),
        ((PIN["f"], "b"), ("b", "c"), ["f is no longer public"]),
        ((PIN["b"], PIN["c"]), (PIN["c"], PIN["b"]), [CHOICE]),
        ((PIN["b"], "c"), (PIN["b"], "e"), [CHOICE]),
    ],
)
def test_pins_that_came_or_went_are_told_and_those_that_stayed_are_not(
    old: tuple[str | Related, ...], new: tuple[str | Related, ...], why: list[str]
) -> None:
    (change,) = compare(make_list(*old), make_list(*new))
    assert list(change.why) == why


def test_old_lists_may_lack_reasons() -> None:
    old: Lists = {"a": [{"id": "b", "score": 0.5}, {"id": "c", "score": 0.5}], "b": [], "c": []}
    (change,) = compare_lists(old, {"a": make_list("c", "b"), "b": (), "c": ()})
    assert change == Change("a", (), (), (CHOICE,))


def test_documents_that_came_or_went_have_no_changed_list_and_ids_are_in_order() -> None:
    old = write_lists({"b": make_list("a"), "a": make_list("b"), "gone": make_list("a")})
    new = {"new": make_list("a"), "b": make_list("new"), "a": make_list("new")}
    assert [change.id for change in compare_lists(old, new)] == ["a", "b"]


# What one more article changes.


@pytest.mark.parametrize("number", range(4))
def test_one_more_article_changes_only_lists_that_it_or_its_shift_explains(number: int) -> None:
    archive = list(make_archive(121))
    newcomer = archive.pop(number * 37)
    before, after = rank(archive).lists, rank([*archive, newcomer]).lists
    changes = compare_lists(write_lists(before), after)
    assert changes
    assert {change.id for change in changes} == {
        name for name in before if [one.id for one in before[name]] != [one.id for one in after[name]]
    }
    for change in changes:
        assert change.why
        for why in change.why:
            assert why == f"{newcomer.id} is new" or why.startswith("scores shifted by up to 0.0")
        assert (f"{newcomer.id} is new" in change.why) == (newcomer.id in change.added)


@settings(max_examples=40, deadline=None)
@given(old=documents(), new=documents(), count=st.sampled_from([1, 3, 8]))
def test_every_change_has_a_reason(old: list[Document], new: list[Document], count: int) -> None:
    before, after = rank(old, count).lists, rank(new).lists
    changes = compare_lists(write_lists(before), after)
    changed = {name for name in before.keys() & after.keys() if ids(before[name]) != ids(after[name])}
    assert [change.id for change in changes] == sorted(changed)
    for change in changes:
        assert change.why
        assert set(change.added) == set(ids(after[change.id])) - set(ids(before[change.id]))
        assert set(change.removed) == set(ids(before[change.id])) - set(ids(after[change.id]))


def ids(related: Sequence[Related]) -> list[str]:
    return [one.id for one in related]


@pytest.mark.parametrize("fields", [{"off": True}, {"never": ("b",)}, {"shown": ("b",)}])
def test_what_an_editor_decided_is_not_taken_for_a_shift(fields: dict[str, object]) -> None:
    found = [make_document(name, f"Ferry line {name}", f"{name} Ferry") for name in "abc"]
    after = [replace(found[0], **fields), *found[1:]]  # type: ignore[arg-type]
    (change,) = (one for one in compare_lists(write_lists(rank(found).lists), rank(after).lists) if one.id == "a")
    assert change.why == (CHOICE,)


def test_an_edited_text_is_told_in_its_own_list_and_in_those_that_it_joins_or_leaves() -> None:
    before = [make_document(name, f"Ferry line {name}", f"{name} ferry harbour {name}") for name in "abcdef"]
    after = [replace(one, headline="Budget", body="A budget for schools.") if one.id == "c" else one for one in before]
    old = {
        name: [{"id": one.id, "score": one.score, "why": [], "text": mark_text(by_id(before, one.id))} for one in found]
        for name, found in relate(before, 4).items()
    }
    changes = {one.id: one for one in compare_lists(old, relate(after, 4), {one.id: mark_text(one) for one in after})}
    assert changes["c"].why[0] == "c was edited"
    left = [one for one in changes.values() if "c" in one.removed]
    assert left
    assert all("c was edited" in one.why for one in left)
    assert not any("edited" in reason for one in compare_lists(old, relate(after, 4)) for reason in one.why)


def by_id(documents: list[Document], name: str) -> Document:
    return next(one for one in documents if one.id == name)
