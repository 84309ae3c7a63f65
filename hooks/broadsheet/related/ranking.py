"""Ranking: for each document, the others that an editor would put beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.vectors import build_vectors
from broadsheet.related.words import split_words, strip_markdown

PINNED = "Chosen by the editor"
"""The reason given for a pin."""

_CHUNK = 256
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Document:
    """What the ranking knows of an article."""

    id: str
    """Unique; the article's path."""
    headline: str
    dek: str = ""
    body: str = ""
    """Markdown."""
    published: datetime = datetime.min
    url: str = ""
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

    Pins come first. The others follow by the likeness of their texts; of equals the newer wins, then the URL
    that comes first. The order of `documents` makes no difference.

    >>> talks = Document("a", "Talks in Geneva end without a deal", "Envoys talked about missiles for eight hours.")
    >>> again = Document("b", "More talks about missiles", "Envoys meet in Brussels after Geneva.")
    >>> chips = Document("c", "Seoul seeks better terms for its chips", "Tariffs on memory loom.")
    >>> [related.id for related in relate([talks, again, chips])["a"]]
    ['b']

    Args:
        documents: each with an id of its own.
        count: how many headlines a list has at most.

    """
    # Newest first, then by URL: a stable sort by score then settles ties as promised.
    ordered = sorted(documents, key=lambda document: (document.url, document.id))
    ordered.sort(key=lambda document: document.published, reverse=True)
    numbers = {document.id: number for number, document in enumerate(ordered)}
    banned = _find_vetoes(ordered, numbers)
    texts = [_read_words(document) for document in ordered]
    lists: dict[str, tuple[Related, ...]] = {}
    for number, row in enumerate(_rows(build_vectors(texts))):
        document = ordered[number]
        pins = [] if document.off else [numbers[pin] for pin in document.pins if pin in numbers]
        pins = [pin for pin in dict.fromkeys(pins) if pin != number][:count]
        scores = np.round(row, _DECIMALS)
        scores[[number, *pins, *banned.get(number, ())]] = 0
        left = 0 if document.off else count - len(pins)
        best = [int(other) for other in np.argsort(-scores, kind="stable")[:left] if scores[other] > 0]
        lists[document.id] = (
            *(Related(ordered[pin].id, 1.0, (PINNED,)) for pin in pins),
            *(Related(ordered[other].id, round(float(scores[other]), 6)) for other in best),
        )
    return {document.id: lists[document.id] for document in documents}


def _read_words(document: Document) -> tuple[list[str], list[str]]:
    rest = split_words(document.dek) + split_words(strip_markdown(document.body))
    return split_words(document.headline), rest


def _find_vetoes(ordered: Sequence[Document], numbers: dict[str, int]) -> dict[int, set[int]]:
    banned: dict[int, set[int]] = {}
    for number, document in enumerate(ordered):
        for other in (numbers[one] for one in document.never if one in numbers):
            banned.setdefault(number, set()).add(other)
            banned.setdefault(other, set()).add(number)
    return banned


def _rows(vectors: sparse.csr_array) -> Iterator[npt.NDArray[np.float64]]:
    """The likeness of each document to all, row by row: never more than `_CHUNK` rows in memory."""
    turned = vectors.T.tocsr()
    for start in range(0, vectors.shape[0], _CHUNK):
        yield from (vectors[start : start + _CHUNK] @ turned).toarray()
