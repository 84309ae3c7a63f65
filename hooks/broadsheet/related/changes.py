"""Changes: which lists differ from those of an earlier build, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from broadsheet.related.document import Document, Reason, Related
from broadsheet.related.telling import PHRASES

_PIN = Reason("pin")

Lists = Mapping[str, Sequence[Mapping[str, Any]]]
"""By document: what `broadsheet related --format json` prints, best first, each with `id`, `score`, `why`, `text`."""


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


def mark_text(document: Document) -> str:
    """A mark of what is compared of a document's text: another text, another mark. Cost: about 5 µs."""
    text = "\0".join((document.headline, document.dek, document.body))
    return blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()


def compare_lists(
    old: Lists, new: Mapping[str, Sequence[Related]], texts: Mapping[str, str] = MappingProxyType({})
) -> list[Change]:
    """The lists that changed, in the order of their ids; those of new documents are left out.

    A list changes for its own document's sake, for one that came, went or was pinned, or since the archive's
    growth shifts how rare words are: then two that stood close have changed places.

    Args:
        old: as they were.
        new: as they are.
        texts: of each document the mark of its text (see `mark_text`), to tell which were edited.

    """
    were_texts = {str(one["id"]): str(one["text"]) for found in old.values() for one in found if "text" in one}
    edited = {name for name, text in were_texts.items() if texts.get(name, text) != text}
    changes = []
    for name in sorted(old.keys() & new.keys()):
        before, after = [str(one["id"]) for one in old[name]], [one.id for one in new[name]]
        if before == after:
            continue
        added = tuple(one for one in after if one not in before)
        removed = tuple(one for one in before if one not in after)
        pins, were = [one.id for one in new[name] if _PIN in one.reasons], _find_pins(old[name])
        told = [(one, "was edited") for one in (name, *removed, *added) if one in edited]
        told += [(one, "is new") for one in added if one not in old]
        told += [(one, "is no longer public") for one in removed if one not in new]
        told += [(one, "is pinned") for one in pins if one not in were]
        told += [(one, "is no longer pinned") for one in were if one not in pins and one in new]
        why = [f"{one} {what}" for one, what in told]
        explained = {one for one, _ in told} & {*added, *removed}
        moved = [one for one in (*added, *removed) if one not in explained]
        if name not in edited and (len(explained) < len(moved) or not why):
            why.append(_describe_shift(old[name], new[name]))
        changes.append(Change(name, added, removed, tuple(why)))
    return changes


def _find_pins(before: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(one["id"]) for one in before if PHRASES["pin"] in one.get("why", ())]


def _describe_shift(before: Sequence[Mapping[str, Any]], after: Sequence[Related]) -> str:
    """How far the scores of those that stayed have moved; pins have none."""
    scores = {str(one["id"]): float(one["score"]) for one in before if str(one["id"]) not in _find_pins(before)}
    stayed = [one for one in after if one.id in scores and _PIN not in one.reasons]
    largest = max((abs(one.score - scores[one.id]) for one in stayed), default=0)
    if not largest:
        return "its text or an editor's choice changed (pins, 'never', links, story, settings)"
    return f"scores shifted by up to {max(largest, 0.001):.3f}"
