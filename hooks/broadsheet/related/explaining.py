"""Explaining: what made a list as it is, signal by signal, and why another document is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from broadsheet.related.copies import measure_copies
from broadsheet.related.document import Document, Reason
from broadsheet.related.ranking import choose_pins, find_banned, find_vetoes, skip_copies, sort_best
from broadsheet.related.reasons import Beside, Reasoner
from broadsheet.related.shelf import Shelf, fill_shelf, group_by_language

Verdict = Literal["listed", "pinned", "off", "never", "shown", "language", "copy", "behind", "unlike", "missed"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One document beside another: its score in parts, and what became of it."""

    id: str
    verdict: Verdict
    place: int = 0
    """1-based: in the list, or where it would stand if that were longer; 0 where it has no place."""
    score: float = 0.0
    """The product of the next three, joined with the links (see `closeness.join`) and rounded."""
    text: float = 0.0
    time: float = 1.0
    topics: float = 1.0
    links: float = 0.0
    days: int = 0
    """Between the two; negative where the other is older."""
    reasons: tuple[Reason, ...] = ()
    instead: str = ""
    """With the verdict `copy`: the id of the near-copy that stands for it."""


class Explainer:
    """Explains the list of one document of an archive. Cost: that of ranking the archive, without the lists."""

    def __init__(self, documents: Sequence[Document], article: str, count: int = 8) -> None:
        """Weigh the archive and compare the document with it, in the list's way and with every other in full."""
        self._known = {document.id: document for document in documents}
        self._document = self._known[article]
        self._count = count
        self._shelf = self._find_shelf(documents, article)
        self._row = [document.id for document in self._shelf.documents].index(article)
        self._numbers = {document.id: number for number, document in enumerate(self._shelf.documents)}
        self._vetoes = find_vetoes(documents)
        self._pins = choose_pins(self._document, self._known, self._vetoes, count)
        self._pinned = [self._numbers[pin] for pin in self._pins if pin in self._numbers]
        self._scores = next(iter(self._shelf.scorer.score(self._row, self._row + 1)))
        self._full = self._shelf.scorer.score_all(self._row)
        self._reasoner = Reasoner(self._shelf)

    @staticmethod
    def _find_shelf(documents: Sequence[Document], article: str) -> Shelf:
        group = next(group for group in group_by_language(documents) if any(one.id == article for one in group))
        return fill_shelf(group)

    @property
    def listed(self) -> int:
        """How many the list has."""
        return len(self.explain_list())

    def explain_list(self) -> list[Explanation]:
        """What is in the list, in its order."""
        pinned = [
            Explanation(pin, "pinned", place, 1.0, reasons=(Reason("pin"),))
            for place, pin in enumerate(self._pins, start=1)
        ]
        chosen = [] if self._document.off else self._chosen[: self._count - len(pinned)]
        return pinned + [
            self._describe(number, "listed", place) for place, number in enumerate(chosen, start=len(pinned) + 1)
        ]

    def explain(self, other: str) -> Explanation:
        """Why another document is in the list or not, and where it would stand."""
        listed = next((one for one in self.explain_list() if one.id == other), None)
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
        described = self._describe(number, "unlike")
        if not described.score:
            return described
        return self._place(number)

    def _place(self, number: int) -> Explanation:
        """One that may be listed but is not: behind others, behind its own near-copy, or never found."""
        chosen = self._chosen
        if number in chosen:
            return self._describe(number, "behind", len(self._pins) + chosen.index(number) + 1)
        before = np.array([*self._pinned, *chosen], dtype=np.int64)
        twins = before[measure_copies(self._shelf, number, before) > 0].tolist()
        if twins:
            place = chosen.index(twins[0]) + 1 if twins[0] in chosen else 0
            if place <= self._count - len(self._pins):
                return self._describe(number, "copy", instead=self._shelf.documents[twins[0]].id)
            return self._describe(number, "behind", len(self._pins) + place)
        # It was no candidate: its place is that among all.
        total, others = self._full.total, self._full.others
        place = len(self._pins) + 1 + int(np.count_nonzero(total > total[np.searchsorted(others, number)]))
        return self._describe(number, "behind" if place > self._count else "missed", place)

    @cached_property
    def _chosen(self) -> list[int]:
        """The numbers of those that may be listed, best first."""
        banned = find_banned(self._document, self._pins, self._vetoes)
        numbers = [self._numbers[one] for one in banned if one in self._numbers]
        others = self._scores.others[sort_best(self._scores, numbers)]
        places = skip_copies(others, self._shelf, len(others), self._pinned)
        chosen: list[int] = others[places].tolist()
        return chosen

    def _describe(self, number: int, verdict: Verdict, place: int = 0, instead: str = "") -> Explanation:
        # A candidate's own scores: in the last digit those of the full comparison may be others.
        scores = self._scores if number in self._scores.others else self._full
        at = int(np.searchsorted(scores.others, number))
        other = self._shelf.documents[number]
        copy = bool(measure_copies(self._shelf, self._row, np.array([number]), scores.text[[at]])[0])
        twins = {number} if copy else set()
        asked = Beside(self._row, [number], [float(scores.linked_part[at])], twins)
        ((reasons,),) = self._reasoner.explain([asked])
        return Explanation(
            other.id,
            verdict,
            place,
            float(scores.total[at]),
            float(scores.text[at]),
            float(scores.time[at]),
            float(scores.topics[at]),
            float(scores.links[at]),
            (other.published.date() - self._document.published.date()).days,
            reasons,
            instead,
        )
