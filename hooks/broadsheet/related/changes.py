"""Differences between the lists of an earlier run and those of now, with their causes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from broadsheet.related.document import Reason, Related

_PIN = Reason("pin")


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of a change in a list."""

    kind: Literal["edited", "new", "gone", "pinned", "unpinned", "choice", "scores"]
    """`choice`: the text, links, story or settings of the list's own document, or pins and vetoes, changed.
    `scores`: scores shifted, since the archive's growth changes how rare words are."""
    id: str = ""
    """The document that was edited, is new, is gone, or was pinned or unpinned."""
    shift: float = 0.0
    """For `scores`: the largest difference between the old and the new score of one entry."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """A list whose entries, or their order, changed."""

    id: str
    """The document whose list it is."""
    added: tuple[str, ...]
    removed: tuple[str, ...]
    causes: tuple[Cause, ...]
    """Never empty."""


Lists = Mapping[str, Sequence[Related]]
"""The related headlines of each document, best first."""


def compare_lists(old: Lists, new: Lists, edited: Collection[str] = frozenset()) -> list[ListChange]:
    """Return the lists that changed, sorted by id. Lists that only `old` or only `new` has are left out.

    Args:
        old: the lists of the earlier run. Of reasons only pins matter.
        new: the lists of now.
        edited: ids of documents whose text changed between the two runs.

    """
    changes = []
    for name in sorted(old.keys() & new.keys()):
        before, after = [entry.id for entry in old[name]], [entry.id for entry in new[name]]
        if before != after:
            added = tuple(other for other in after if other not in before)
            removed = tuple(other for other in before if other not in after)
            causes = tuple(_find_causes(name, old, new, (*removed, *added), edited))
            changes.append(ListChange(name, added, removed, causes))
    return changes


def _find_causes(name: str, old: Lists, new: Lists, moved: Sequence[str], edited: Collection[str]) -> list[Cause]:
    """Return the causes of the change in one list, in which the documents in `moved` are new or missing."""
    pins, old_pins = _find_pins(new[name]), _find_pins(old[name])
    entries = {entry.id for entry in new[name]}
    causes = [Cause("edited", other) for other in (name, *moved) if other in edited]
    causes += [Cause("new", other) for other in moved if other in entries and other not in old]
    causes += [Cause("gone", other) for other in moved if other not in entries and other not in new]
    causes += [Cause("pinned", other) for other in pins if other not in old_pins]
    causes += [Cause("unpinned", other) for other in old_pins if other not in pins and other in new]
    explained = {cause.id for cause in causes}
    unexplained = [other for other in moved if other not in explained]
    # One explained document can push out or let in one other: more moves than that need another cause.
    if name not in edited and (len(explained & {*moved}) < len(unexplained) or not causes):
        shift = _measure_shift(old[name], new[name])
        causes.append(Cause("scores", shift=shift) if shift else Cause("choice"))
    return causes


def _find_pins(entries: Sequence[Related]) -> list[str]:
    return [entry.id for entry in entries if _PIN in entry.reasons]


def _measure_shift(old: Sequence[Related], new: Sequence[Related]) -> float:
    """Return the largest difference between the scores of an entry that both lists have. Pins have no score."""
    scores = {entry.id: entry.score for entry in old if entry.id not in _find_pins(old)}
    kept = [entry for entry in new if entry.id in scores and _PIN not in entry.reasons]
    return max((abs(entry.score - scores[entry.id]) for entry in kept), default=0.0)
