"""Ranking: the list of related headlines for each document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import tee

import numpy as np
import numpy.typing as npt

from broadsheet.core import RangeMapper, map_in_process
from broadsheet.related.corpus import Corpus, build_corpus, group_by_language
from broadsheet.related.duplicates import Duplicates, DuplicateSkipper, add_duplicates, skip_duplicates
from broadsheet.related.model import Document, Ranking, Reason, Related
from broadsheet.related.reasons import ReasonFinder, ReasonQuery
from broadsheet.related.scoring import Scores

SPARE_ENTRIES = 56
"""So many more entries than a list needs are kept at first, since near-duplicates get one place together."""

Lists = dict[str, tuple[Related, ...]]
Indexes = npt.NDArray[np.int64]


def relate(documents: Sequence[Document], count: int = 8) -> Lists:
    """Return the related headlines of every document by its id, best first.

    Pins come first. The others follow by score: the similarity of the texts, times a decay with the days between them,
    times a boost for shared topics or a shared story; links raise it. Of equal scores the newer document comes first,
    then the one with the first URL. Of near-duplicates only the best is listed. Not listed are documents of another
    language, those that `never` names on either side, and those that `shown` names.

    The order of `documents` makes no difference to the lists, nor does the machine.

    >>> talks = Document("a", "Talks in Geneva end without a deal", "Envoys talked about missiles for eight hours.")
    >>> again = Document("b", "More talks about missiles", "Envoys meet in Brussels after Geneva.")
    >>> chips = Document("c", "Seoul seeks better terms for its chips", "Tariffs on memory loom.")
    >>> [related.id for related in relate([talks, again, chips], count=1)["a"]]
    ['b']

    Args:
        documents: each with an id of its own.
        count: the maximum length of a list.

    Raises:
        ValueError: when two documents have the same id, or `count` is negative.

    Cost: 2 to 4 ms per document of 600 words, for two thousand to a hundred thousand documents.

    """
    return dict(rank(documents, count).lists)


def rank(documents: Sequence[Document], count: int = 8, map_ranges: RangeMapper = map_in_process) -> Ranking:
    """Return the lists of `relate`, and the near-duplicates found on the way.

    `map_ranges` can run parts of the work in other processes, with the same result: see `core.processes`.
    """
    if count < 0:
        raise ValueError(f"count is {count}, expected 0 or more")
    repeated = [id_ for id_, hits in Counter(document.id for document in documents).items() if hits > 1]
    if repeated:
        raise ValueError(f"{len(repeated)} ids are not unique, such as {repeated[0]!r}")
    vetoes = find_vetoes(documents)
    by_id = {document.id: document for document in documents}
    lists: Lists = {}
    near_duplicates: list[tuple[str, str, float]] = []
    for group in group_by_language(documents):
        corpus = build_corpus(group, map_ranges)
        pins = [choose_pins(document, by_id, vetoes, count) for document in corpus.documents]
        group_lists, duplicates = _rank_corpus(corpus, pins, vetoes, count, map_ranges)
        lists |= group_lists
        ids = [document.id for document in corpus.documents]
        near_duplicates += [(ids[first], ids[second], round(share, 3)) for (first, second), share in duplicates.items()]
    return Ranking({document.id: lists[document.id] for document in documents}, tuple(sorted(near_duplicates)))


def find_vetoes(documents: Sequence[Document]) -> dict[str, set[str]]:
    """Return for each document the ids that its list must not have: `never` works in both directions."""
    vetoes: dict[str, set[str]] = {}
    for document in documents:
        for other in document.never:
            vetoes.setdefault(document.id, set()).add(other)
            vetoes.setdefault(other, set()).add(document.id)
    return vetoes


def choose_pins(
    document: Document, by_id: Mapping[str, Document], vetoes: Mapping[str, Set[str]], count: int
) -> list[str]:
    """Return the first `count` pins of a document that exist and have no veto."""
    if document.off:
        return []
    excluded = {document.id, *vetoes.get(document.id, ())}
    return [pin for pin in dict.fromkeys(document.pins) if pin in by_id and pin not in excluded][:count]


def find_excluded(document: Document, pins: Sequence[str], vetoes: Mapping[str, Set[str]]) -> set[str]:
    """Return the ids that must not follow the pins of a document."""
    return {*pins, *document.shown, *vetoes.get(document.id, ())}


def sort_candidates(scores: Scores, excluded: Sequence[int]) -> Indexes:
    """Return the indexes of the candidates that can be listed, best first; of equal scores the later document first.

    Args:
        scores: of the candidates.
        excluded: the numbers of documents that must not be listed.

    """
    total = scores.total
    order = np.lexsort((-scores.others, -total))
    allowed: Indexes = order[total[order] > 0]
    return allowed[~np.isin(scores.others[allowed], excluded)] if excluded else allowed


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The best candidates for one document, best first. All arrays have one length."""

    others: npt.NDArray[np.int32]
    totals: npt.NDArray[np.float64]
    link_shares: npt.NDArray[np.float64]
    """See `Scores.link_share`."""
    omitted: int = 0
    """The number of candidates that come after these."""


def _rank_corpus(
    corpus: Corpus, pins: Sequence[Sequence[str]], vetoes: Mapping[str, Set[str]], count: int, map_ranges: RangeMapper
) -> tuple[Lists, Duplicates]:
    """Return the lists of one corpus, and its near-duplicates."""
    numbers = {document.id: number for number, document in enumerate(corpus.documents)}
    wanted = [
        0 if document.off else count - len(pinned) for document, pinned in zip(corpus.documents, pins, strict=True)
    ]

    def choose(row: int, scores: Scores, limit: int | None) -> _Candidates:
        excluded = find_excluded(corpus.documents[row], pins[row], vetoes)
        allowed = sort_candidates(scores, [numbers[id_] for id_ in excluded if id_ in numbers])
        best = allowed[:limit]
        others = scores.others[best].astype(np.int32)
        return _Candidates(others, scores.total[best], scores.link_share[best], len(allowed) - len(best))

    def score(start: int, stop: int) -> tuple[list[_Candidates], Duplicates]:
        chosen, pairs = [], Duplicates()
        for row, scores in enumerate(corpus.scorer.score(start, stop), start):
            chosen.append(choose(row, scores, wanted[row] + SPARE_ENTRIES))
            add_duplicates(corpus, row, scores, pairs)
        return chosen, pairs

    parts = map_ranges(score, len(corpus.documents))
    candidates: list[_Candidates] = [best for part, _ in parts for best in part]
    duplicates: Duplicates = {pair: share for _, pairs in parts for pair, share in pairs.items()}
    skipper = DuplicateSkipper(corpus, duplicates)

    def drop_duplicates(row: int, best: _Candidates) -> _Candidates:
        pinned = [numbers[pin] for pin in pins[row] if pin in numbers]
        indexes = skipper.skip(best.others.tolist(), wanted[row], pinned)
        # More near-duplicates than spare entries: look at all candidates.
        if len(indexes) < wanted[row] and best.omitted:
            best = choose(row, next(corpus.scorer.score(row, row + 1)), None)
            indexes = skip_duplicates(best.others, corpus, wanted[row], pinned)
        return _Candidates(best.others[indexes], best.totals[indexes], best.link_shares[indexes])

    def explain(start: int, stop: int) -> list[list[Related]]:
        # A generator: memory does not hold all lists in both forms.
        chosen = (drop_duplicates(row, candidates[row]) for row in range(start, stop))
        return list(_add_reasons(corpus, start, chosen, duplicates))

    explained = (entries for part in map_ranges(explain, len(corpus.documents)) for entries in part)
    lists = {
        document.id: (*(Related(pin, 1.0, (Reason("pin"),)) for pin in pinned), *entries)
        for document, pinned, entries in zip(corpus.documents, pins, explained, strict=True)
    }
    return lists, duplicates


def _add_reasons(
    corpus: Corpus, start: int, chosen: Iterable[_Candidates], duplicates: Duplicates
) -> Iterator[list[Related]]:
    """Yield the entries, with reasons, of one document after another from number `start` on."""
    chosen, for_queries = tee(chosen)
    queries = (_make_query(row, best, duplicates) for row, best in enumerate(for_queries, start))
    for best, reasons in zip(chosen, ReasonFinder(corpus).find_reasons(queries), strict=True):
        entries = zip(best.others.tolist(), best.totals.tolist(), reasons, strict=True)
        yield [Related(corpus.documents[other].id, total, why) for other, total, why in entries]


def _make_query(row: int, best: _Candidates, duplicates: Duplicates) -> ReasonQuery:
    others = best.others.tolist()
    own_duplicates = {other for other in others if (min(row, other), max(row, other)) in duplicates}
    return ReasonQuery(row, others, best.link_shares.tolist(), own_duplicates)
