"""Changes: which lists differ from those of an earlier build, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.related.document import Related

Lists = Mapping[str, Sequence[Mapping[str, Any]]]
"""By document: what `broadsheet related --format json` prints, best first, each with `id` and `score`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One list that is no longer as it was."""

    id: str
    added: tuple[str, ...]
    """Ids that are new in it."""
    removed: tuple[str, ...]
    """Ids that left it."""
    why: tuple[str, ...]
    """Reasons in words."""


def compare_lists(old: Lists, new: Mapping[str, Sequence[Related]]) -> list[Change]:
    """The lists that changed, in the order of their ids; those of new documents are left out.

    A list changes for its own document's sake, for one that came, went or was pinned, or since the archive's
    growth shifts how rare words are: then two that stood close have changed places.
    """
    changes = []
    for name in sorted(old.keys() & new.keys()):
        before, after = [str(one["id"]) for one in old[name]], [one.id for one in new[name]]
        if before == after:
            continue
        added = tuple(one for one in after if one not in before)
        removed = tuple(one for one in before if one not in after)
        why = [f"{one} is new" for one in added if one not in old]
        why += [f"{one} is no longer public" for one in removed if one not in new]
        why += [
            f"{one} is pinned" for one in _find_pins(new[name]) if one in added or before.index(one) != after.index(one)
        ]
        explained = {one for one in added if one not in old} | {one for one in removed if one not in new}
        moved = [one for one in (*added, *removed) if one not in explained]
        if (moved and len(explained) < len(moved)) or not (added or removed):
            why.append(_describe_shift(old[name], new[name]))
        changes.append(Change(name, added, removed, tuple(why)))
    return changes


def _find_pins(related: Sequence[Related]) -> list[str]:
    return [one.id for one in related if any(reason.kind == "pin" for reason in one.reasons)]


def _describe_shift(before: Sequence[Mapping[str, Any]], after: Sequence[Related]) -> str:
    """How far the scores of those that stayed have moved."""
    scores = {str(one["id"]): float(one["score"]) for one in before}
    largest = max((abs(one.score - scores[one.id]) for one in after if one.id in scores), default=0)
    if not largest:
        return "its text or an editor's choice changed (pins, 'never', links, story, settings)"
    return f"scores shifted by up to {max(largest, 0.001):.3f}"
