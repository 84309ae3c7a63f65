"""Ranking: for each document, the others that an editor would put beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import tee
from typing import Any

import numpy as np
import numpy.typing as npt

from broadsheet.related.copies import ALIKE, measure_copies
from broadsheet.related.document import Document, Ranking, Reason, Related
from broadsheet.related.reasons import Beside, Reasoner
from broadsheet.related.scores import Scores
from broadsheet.related.sharing import Share, work_alone
from broadsheet.related.shelf import Shelf, fill_shelf, group_by_language

SPARE = 56
"""So many more than a list needs are kept at first, since near-copies of one piece take one place in it."""

Rows = npt.NDArray[np.int64]
Copies = dict[tuple[int, int], float]
"""Pairs of numbers of one shelf, the smaller first, with how much of the shorter text is in the other."""


def relate(documents: Sequence[Document], count: int = 8) -> dict[str, tuple[Related, ...]]:
    """The related headlines of every document, best first.

    Pins come first. The others follow by their score: the likeness of the texts, times a fading with the days
    between them, times a lift for rare topics, or a story, that both have. Of equals the newer wins, then the
    URL that comes first. Of near-copies of one piece the best stands for all. Documents of another language,
    those that `never` names on either side and those that `shown` names are left out.

    Neither the order of `documents` nor the machine makes a difference.

    >>> talks = Document("a", "Talks in Geneva end without a deal", "Envoys talked about missiles for eight hours.")
    >>> again = Document("b", "More talks about missiles", "Envoys meet in Brussels after Geneva.")
    >>> chips = Document("c", "Seoul seeks better terms for its chips", "Tariffs on memory loom.")
    >>> [related.id for related in relate([talks, again, chips], count=1)["a"]]
    ['b']

    Args:
        documents: each with an id of its own.
        count: how many headlines a list has at most.

    Raises:
        ValueError: when two documents have one id, or `count` is below 0.

    Cost: 2 to 4 ms a document of 600 words, from two thousand to a hundred thousand of them.

    """
    return dict(rank(documents, count).lists)


def rank(documents: Sequence[Document], count: int = 8, share: Share = work_alone) -> Ranking:
    """As `relate`, with the near-copies that it met.

    `share` may have parts of the work done elsewhere, which changes nothing: see `sharing`.
    """
    if count < 0:
        raise ValueError(f"count is {count}, expected 0 or more")
    doubled = [name for name, hits in Counter(document.id for document in documents).items() if hits > 1]
    if doubled:
        raise ValueError(f"{len(doubled)} ids are not unique, such as {doubled[0]!r}")
    vetoes = find_vetoes(documents)
    by_id = {document.id: document for document in documents}
    lists: dict[str, tuple[Related, ...]] = {}
    copies: list[tuple[str, str, float]] = []
    for group in group_by_language(documents):
        shelf = fill_shelf(group, share)
        found, twins = _rank_shelf(shelf, by_id, vetoes, count, share)
        lists |= found
        copies += twins
    return Ranking({document.id: lists[document.id] for document in documents}, tuple(sorted(copies)))


def find_vetoes(documents: Sequence[Document]) -> dict[str, set[str]]:
    """For each document those that must not stand beside it: an editor's `never` works both ways."""
    vetoes: dict[str, set[str]] = {}
    for document in documents:
        for other in document.never:
            vetoes.setdefault(document.id, set()).add(other)
            vetoes.setdefault(other, set()).add(document.id)
    return vetoes


def choose_pins(
    document: Document, known: Mapping[str, Document], vetoes: Mapping[str, Set[str]], count: int
) -> list[str]:
    """The pins of a document that lead somewhere, and that neither side forbids."""
    if document.off:
        return []
    barred = {document.id, *vetoes.get(document.id, ())}
    return [pin for pin in dict.fromkeys(document.pins) if pin in known and pin not in barred][:count]


@dataclass(frozen=True, slots=True)
class _Best:
    """The best for one document, before near-copies are skipped: numbers and scores."""

    others: npt.NDArray[np.int32]
    totals: npt.NDArray[np.float64]
    links: npt.NDArray[np.float64]
    """The part of each score that links make."""
    left: int = 0
    """How many come after them."""


def _rank_shelf(
    shelf: Shelf, known: Mapping[str, Document], vetoes: Mapping[str, Set[str]], count: int, share: Share
) -> tuple[dict[str, tuple[Related, ...]], list[tuple[str, str, float]]]:
    """The lists and the near-copies of one shelf."""
    numbers = {document.id: number for number, document in enumerate(shelf.documents)}
    pins = [choose_pins(document, known, vetoes, count) for document in shelf.documents]
    wanted = [0 if one.off else count - len(pinned) for one, pinned in zip(shelf.documents, pins, strict=True)]

    def choose(row: int, scores: Scores, most: int | None) -> _Best:
        banned = find_banned(shelf.documents[row], pins[row], vetoes)
        allowed = sort_best(scores, [numbers[one] for one in banned if one in numbers])
        best = allowed[:most]
        others = scores.others[best].astype(np.int32)
        return _Best(others, scores.total[best], scores.linked_part[best], len(allowed) - len(best))

    def score(start: int, stop: int) -> tuple[list[_Best], Copies]:
        best, twins = [], Copies()
        for row, scores in enumerate(shelf.scorer.score(start, stop), start):
            best.append(choose(row, scores, wanted[row] + SPARE))
            _add_copies(shelf, row, scores, twins)
        return best, twins

    parts = share(score, len(shelf.documents))
    found: list[_Best] = [best for part, _ in parts for best in part]
    copies: Copies = {pair: likeness for _, twins in parts for pair, likeness in twins.items()}
    walk = _Walk(shelf, copies)

    def settle(row: int, best: _Best) -> _Best:
        taken = [numbers[pin] for pin in pins[row] if pin in numbers]
        places = walk.skip_copies(best.others.tolist(), wanted[row], taken)
        # More near-copies than places to spare.
        if len(places) < wanted[row] and best.left:
            best = choose(row, next(shelf.scorer.score(row, row + 1)), None)
            places = skip_copies(best.others, shelf, wanted[row], taken)
        return _Best(best.others[places], best.totals[places], best.links[places])

    def describe(start: int, stop: int) -> list[list[Related]]:
        # One by one, as they are asked for: no list is held in two forms for long.
        settled = (settle(row, found[row]) for row in range(start, stop))
        return list(_describe(shelf, start, settled, copies))

    described = (beside for part in share(describe, len(shelf.documents)) for beside in part)
    lists = {
        document.id: (*(Related(pin, 1.0, (Reason("pin"),)) for pin in pinned), *beside)
        for document, pinned, beside in zip(shelf.documents, pins, described, strict=True)
    }
    names = [document.id for document in shelf.documents]
    return lists, [(names[one], names[two], round(likeness, 3)) for (one, two), likeness in copies.items()]


class _Walk:
    """Walks down lists and skips near-copies of what it has passed."""

    def __init__(self, shelf: Shelf, copies: Copies) -> None:
        """Take the near-copies that have met."""
        self._shelf = shelf
        self._twins: dict[int, set[int]] = {}
        """The near-copies of each document that has any."""
        self._measured: dict[tuple[int, int], bool] = {}
        for one, other in copies:
            self._twins.setdefault(one, set()).add(other)
            self._twins.setdefault(other, set()).add(one)

    def skip_copies(self, others: Sequence[int], count: int, pinned: Sequence[int]) -> list[int]:
        """The places of the first `count` of those that are no near-copy of one before, nor of one that is pinned."""
        taken = list(pinned)
        places: list[int] = []
        for place, other in enumerate(others):
            if len(places) == count:
                break
            if not self._is_copy(other, taken):
                taken.append(other)
                places.append(place)
        return places

    def _is_copy(self, other: int, taken: Sequence[int]) -> bool:
        twins = self._twins.get(other)
        if twins is None:
            return False
        if not twins.isdisjoint(taken):
            return True
        # Two that have never met may be one piece all the same: those that have a near-copy in common are looked at.
        doubtful = [one for one in taken if not twins.isdisjoint(self._twins.get(one, ()))]
        return any(self._measure(min(one, other), max(one, other)) for one in doubtful)

    def _measure(self, one: int, other: int) -> bool:
        if (one, other) not in self._measured:
            self._measured[one, other] = bool(measure_copies(self._shelf, one, np.array([other]))[0])
        return self._measured[one, other]


def _add_copies(shelf: Shelf, row: int, scores: Scores, copies: Copies) -> None:
    near = np.flatnonzero(scores.text >= ALIKE)
    if not len(near):
        return
    # What an earlier one has found need not be found again.
    near = near[np.array([(other, row) not in copies for other in scores.others[near].tolist()], dtype=bool)]
    shares = measure_copies(shelf, row, scores.others[near], scores.text[near])
    for place in np.flatnonzero(shares).tolist():
        other = int(scores.others[near[place]])
        copies[min(row, other), max(row, other)] = float(shares[place])


def _describe(shelf: Shelf, start: int, settled: Iterable[_Best], copies: Copies) -> Iterator[list[Related]]:
    """What stands beside one document after another from `start` on, with reasons."""
    ours, theirs = tee(settled)
    asked = (_ask(row, best, copies) for row, best in enumerate(ours, start))
    for best, reasons in zip(theirs, Reasoner(shelf).explain(asked), strict=True):
        found = zip(best.others.tolist(), best.totals.tolist(), reasons, strict=True)
        yield [Related(shelf.documents[other].id, total, why) for other, total, why in found]


def _ask(row: int, best: _Best, copies: Copies) -> Beside:
    others = best.others.tolist()
    twins = {other for other in others if (min(row, other), max(row, other)) in copies}
    return Beside(row, others, best.links.tolist(), twins)


def find_banned(document: Document, pins: Sequence[str], vetoes: Mapping[str, Set[str]]) -> set[str]:
    """What must not come behind the pins of a document."""
    return {*pins, *document.shown, *vetoes.get(document.id, ())}


def sort_best(scores: Scores, banned: Sequence[int]) -> Rows:
    """The places of the candidates that may be listed, best first, of equals the later one first."""
    total = scores.total
    order = np.lexsort((-scores.others, -total))
    allowed: Rows = order[total[order] > 0]
    return allowed[~np.isin(scores.others[allowed], banned)] if banned else allowed


def skip_copies(others: npt.NDArray[np.integer[Any]], shelf: Shelf, count: int, pinned: Sequence[int]) -> list[int]:
    """The places of the first `count` of those that are no near-copy of one before, nor of one that is pinned."""
    rows = np.concatenate((np.array(pinned, dtype=np.int64), others.astype(np.int64)))
    left = np.ones(len(rows), dtype=bool)
    places: list[int] = []
    for place, row in enumerate(rows.tolist()):
        if place >= len(pinned):
            if len(places) == count:
                break
            if not left[place]:
                continue
            places.append(place - len(pinned))
        near = np.flatnonzero(left[place + 1 :]) + place + 1
        left[near] = measure_copies(shelf, row, rows[near]) == 0
    return places
