"""Ranking: for each document, the others that an editor would put beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.boilerplate import drop_boilerplate
from broadsheet.related.candidates import find_candidates
from broadsheet.related.closeness import fade, lift
from broadsheet.related.features import count_features
from broadsheet.related.lexicon import Lexicon, Text
from broadsheet.related.vectors import weigh_features, weigh_topics
from broadsheet.related.words import split_words, strip_markdown

PINNED = "Chosen by the editor"
"""The reason given for a pin."""

_DECIMALS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Document:
    """What the ranking knows of an article."""

    id: str
    """Unique; the article's path."""
    headline: str
    dek: str = ""
    body: str = ""
    """Markdown."""
    published: datetime = _EPOCH
    url: str = ""
    topics: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    """Ids that come first, in this order."""
    never: tuple[str, ...] = ()
    """Ids that must not be beside it, nor it beside them."""
    off: bool = False
    """Whether its list stays empty."""


@dataclass(frozen=True, slots=True)
class Related:
    """One related headline."""

    id: str
    score: float
    """From 0 to 1; 1 for a pin."""
    why: tuple[str, ...] = ()
    """The reasons, in words for readers."""


def relate(documents: Sequence[Document], count: int = 8) -> dict[str, tuple[Related, ...]]:
    """The related headlines of every document, best first.

    Pins come first. The others follow by their score: the likeness of the texts, times a fading with the days
    between them, times a lift for rare topics that both have. Of equals the newer wins, then the URL that comes
    first. The order of `documents` makes no difference.

    >>> talks = Document("a", "Talks in Geneva end without a deal", "Envoys talked about missiles for eight hours.")
    >>> again = Document("b", "More talks about missiles", "Envoys meet in Brussels after Geneva.")
    >>> chips = Document("c", "Seoul seeks better terms for its chips", "Tariffs on memory loom.")
    >>> [related.id for related in relate([talks, again, chips])["a"]]
    ['b']

    Args:
        documents: each with an id of its own.
        count: how many headlines a list has at most.

    """
    # Oldest first, of the same moment from z to a, so that of equal scores the later place wins.
    ordered = sorted(documents, key=lambda document: (document.url, document.id), reverse=True)
    ordered.sort(key=lambda document: document.published)
    numbers = {document.id: number for number, document in enumerate(ordered)}
    banned = _find_vetoes(ordered, numbers)
    lists: dict[str, tuple[Related, ...]] = {}
    for number, (found, all_scores) in enumerate(_score(ordered)):
        document = ordered[number]
        pins = [] if document.off else [numbers[pin] for pin in document.pins if pin in numbers]
        pins = [pin for pin in dict.fromkeys(pins) if pin != number][:count]
        allowed = ~np.isin(found, [number, *pins, *banned.get(number, ())]) & (all_scores > 0)
        others, scores = found[allowed], all_scores[allowed]
        left = 0 if document.off else count - len(pins)
        best = np.lexsort((-others, -scores))[:left]
        lists[document.id] = (
            *(Related(ordered[pin].id, 1.0, (PINNED,)) for pin in pins),
            *(Related(ordered[int(others[place])].id, float(scores[place])) for place in best),
        )
    return {document.id: lists[document.id] for document in documents}


def _score(ordered: Sequence[Document]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """For each document its candidates and their scores."""
    lexicon = Lexicon()
    texts = drop_boilerplate([_read_words(document, lexicon) for document in ordered])
    if not texts:
        return
    features = count_features(texts, len(lexicon))
    vectors, topics = weigh_features(features), weigh_topics([document.topics for document in ordered])
    days = np.array([(document.published - _EPOCH).total_seconds() / 86_400 for document in ordered])
    words = vectors[:, features.is_word].tocsr()
    full = [np.zeros(matrix.shape[1], dtype=np.float32) for matrix in (vectors, topics)]
    for row, others in enumerate(find_candidates(words, days, 0, len(ordered))):
        text = _compare(vectors, row, others, full[0])
        shared = _compare(topics, row, others, full[1])
        scores: npt.NDArray[np.float64] = (text * fade(days[others] - days[row]) * lift(shared)).astype(np.float64)
        yield others, np.round(scores, _DECIMALS)


def _compare(
    matrix: sparse.csr_array, row: int, others: npt.NDArray[np.int64], space: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """The dot products of one row with others; `space` is a row of zeros, and is again afterwards."""
    own = slice(matrix.indptr[row], matrix.indptr[row + 1])
    space[matrix.indices[own]] = matrix.data[own]
    products: npt.NDArray[np.float32] = matrix[others] @ space
    space[matrix.indices[own]] = 0
    return products


def _read_words(document: Document, lexicon: Lexicon) -> Text:
    body = split_words(strip_markdown(document.body))
    return lexicon.read((split_words(document.headline), split_words(document.dek), body))


def _find_vetoes(ordered: Sequence[Document], numbers: Mapping[str, int]) -> dict[int, set[int]]:
    banned: dict[int, set[int]] = {}
    for number, document in enumerate(ordered):
        for other in (numbers[one] for one in document.never if one in numbers):
            banned.setdefault(number, set()).add(other)
            banned.setdefault(other, set()).add(number)
    return banned
