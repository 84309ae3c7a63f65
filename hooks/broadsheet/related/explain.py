"""Explanations: how a list of related headlines came about, and what changed in lists between two runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from broadsheet.related.corpus import build_corpus, group_by_language
from broadsheet.related.duplicates import measure_duplicates, skip_duplicates
from broadsheet.related.model import Document, Reason, Related
from broadsheet.related.ranking import choose_pins, find_excluded, find_vetoes, sort_candidates
from broadsheet.related.reasons import ReasonFinder, ReasonQuery

Verdict = Literal[
    "listed", "pinned", "off", "never", "shown", "language", "duplicate", "below", "unrelated", "uncompared"
]
"""`off`: the list is switched off. `never`, `shown`: see `Document`. `language`: of another language. `below`: after
the last entry of the list. `unrelated`: the score is 0. `uncompared`: no candidate, but its score is high enough."""

_PIN = Reason("pin")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one document is in another document's list or not, with the parts of its score."""

    id: str
    verdict: Verdict
    position: int = 0
    """From 1: its position in the list, or in a longer one; 0 where it has none."""
    score: float = 0.0
    """`text` · `time` · `topics`, joined with `links` by `weights.add_links`, and rounded."""
    text: float = 0.0
    """The similarity of the texts, from 0 to 1."""
    time: float = 1.0
    """The decay with time, at most 1."""
    topics: float = 1.0
    """The boost for shared topics, at least 1."""
    links: float = 0.0
    """How much similar documents are linked with it, from 0."""
    days: int = 0
    """From the document to the other: negative where the other is older."""
    reasons: tuple[Reason, ...] = ()
    duplicate_of: str = ""
    """With the verdict `duplicate`: the id of the near-duplicate that is listed."""


class Explainer:
    """Explains the list of one document. Cost: that of ranking the archive, without making the lists."""

    def __init__(self, documents: Sequence[Document], article: str, count: int = 8) -> None:
        """Score the archive for one document.

        Args:
            documents: the archive.
            article: the id of the document whose list is explained.
            count: the maximum length of a list.

        """
        by_id = {document.id: document for document in documents}
        self._document = by_id[article]
        self._count = count
        groups = group_by_language(documents)
        self._corpus = build_corpus(next(group for group in groups if self._document in group))
        self._numbers = {document.id: number for number, document in enumerate(self._corpus.documents)}
        self._row = self._numbers[article]
        self._vetoes = find_vetoes(documents)
        self._pins = choose_pins(self._document, by_id, self._vetoes, count)
        self._pinned = [self._numbers[pin] for pin in self._pins if pin in self._numbers]
        self._scores = next(self._corpus.scorer.score(self._row, self._row + 1))
        self._all_scores = self._corpus.scorer.score_all(self._row)
        self._reasons = ReasonFinder(self._corpus)

    def explain_list(self) -> list[Explanation]:
        """Return an explanation of each entry of the list, in its order."""
        pinned = [
            Explanation(pin, "pinned", position, 1.0, reasons=(_PIN,)) for position, pin in enumerate(self._pins, 1)
        ]
        chosen = [] if self._document.off else self._candidates[: self._count - len(pinned)]
        return pinned + [
            self._describe(number, "listed", position) for position, number in enumerate(chosen, len(pinned) + 1)
        ]

    def explain(self, other: str) -> Explanation:
        """Return why another document, by its id, is in the list or not."""
        listed = next((entry for entry in self.explain_list() if entry.id == other), None)
        if listed:
            return listed
        if other not in self._numbers:
            return Explanation(other, "off" if self._document.off else "language")
        number = self._numbers[other]
        if self._document.off:
            return self._describe(number, "off")
        if other in self._vetoes.get(self._document.id, ()):
            return self._describe(number, "never")
        if other in self._document.shown:
            return self._describe(number, "shown")
        unrelated = self._describe(number, "unrelated")
        return self._find_position(number) if unrelated.score else unrelated

    def _find_position(self, number: int) -> Explanation:
        """Explain a document that could be listed, but is not."""
        candidates = self._candidates
        if number in candidates:
            return self._describe(number, "below", len(self._pins) + candidates.index(number) + 1)
        before = np.array([*self._pinned, *candidates], dtype=np.int64)
        duplicates = before[measure_duplicates(self._corpus, number, before) > 0].tolist()
        if duplicates:
            position = candidates.index(duplicates[0]) + 1 if duplicates[0] in candidates else 0
            if position <= self._count - len(self._pins):
                return self._describe(number, "duplicate", duplicate_of=self._corpus.documents[duplicates[0]].id)
            return self._describe(number, "below", len(self._pins) + position)
        # No candidate: find its position among all documents.
        total, others = self._all_scores.total, self._all_scores.others
        higher = int(np.count_nonzero(total > total[np.searchsorted(others, number)]))
        position = len(self._pins) + 1 + higher
        return self._describe(number, "below" if position > self._count else "uncompared", position)

    @cached_property
    def _candidates(self) -> list[int]:
        """The numbers of all documents that a list of any length would have after the pins, best first."""
        excluded = find_excluded(self._document, self._pins, self._vetoes)
        numbers = [self._numbers[id_] for id_ in excluded if id_ in self._numbers]
        others = self._scores.others[sort_candidates(self._scores, numbers)]
        indexes = skip_duplicates(others, self._corpus, len(others), self._pinned)
        candidates: list[int] = others[indexes].tolist()
        return candidates

    def _describe(self, number: int, verdict: Verdict, position: int = 0, duplicate_of: str = "") -> Explanation:
        # Candidates have the scores of the list: those of the full comparison can differ in the last digit.
        scores = self._scores if number in self._scores.others else self._all_scores
        index = int(np.searchsorted(scores.others, number))
        other = self._corpus.documents[number]
        share = measure_duplicates(self._corpus, self._row, np.array([number]), scores.text[[index]])[0]
        duplicates = {number} if share else set()
        query = ReasonQuery(self._row, [number], [float(scores.link_share[index])], duplicates)
        ((reasons,),) = self._reasons.find_reasons([query])
        parts = (scores.total, scores.text, scores.time, scores.topics, scores.links)
        total, text, time, topics, links = (float(part[index]) for part in parts)
        days = (other.published.date() - self._document.published.date()).days
        return Explanation(other.id, verdict, position, total, text, time, topics, links, days, reasons, duplicate_of)


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
