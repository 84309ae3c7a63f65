"""Variants: the engine's formula with every number in it open to change, and all pairs compared.

The counting is written anew, plainly, so that it can be varied and so that it checks the engine's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from broadsheet.related import boilerplate, closeness, features, vectors
from broadsheet.related.lexicon import END
from broadsheet.related.shelf import Shelf, fill_shelf
from evidence import Evidence
from scipy import sparse
from scoring import Floats, measure, rank

Square = npt.NDArray[np.float32]

KEPT = 12
"""So many counts of all features are remembered: some 50 MB each for two thousand articles."""

_NEVER = 10**9


@dataclass(frozen=True)
class Settings:
    """What can be varied; the defaults are the engine's."""

    repeated: int = boilerplate.REPEATED
    lasting: float = boilerplate.LASTING
    least_words: int = boilerplate.LEAST_WORDS
    headline: float = features.HEADLINE_WEIGHT
    window: int = features.WINDOW
    near: float = 1
    """Two words d apart count d ** -near."""
    documents: int = features.MIN_DOCUMENTS
    saturation: str = "power"
    """What a count becomes: "power", "log" or "bm25"."""
    power: float = 0.5
    rarity: float = features.RARITY
    fade: float = closeness.FADE
    fade_days: float = closeness.FADE_DAYS
    topics: float = closeness.TOPICS


@dataclass(frozen=True)
class Words:
    """One document's words as numbers, with what each occurrence counts."""

    numbers: npt.NDArray[np.int32]
    weights: Floats


@dataclass(frozen=True)
class Counts:
    """A row per document, a column per feature."""

    matrix: sparse.csr_array
    frequency: npt.NDArray[np.int64]


@contextmanager
def _patch_boilerplate(settings: Settings) -> Iterator[None]:
    names = {"REPEATED": settings.repeated or _NEVER, "LASTING": settings.lasting, "LEAST_WORDS": settings.least_words}
    kept = {name: getattr(boilerplate, name) for name in names}
    try:
        for name, value in names.items():
            setattr(boilerplate, name, value)
        yield
    finally:
        for name, value in kept.items():
            setattr(boilerplate, name, value)


def count_features(texts: Sequence[Words], settings: Settings) -> Counts:
    """Count words, and pairs of words of one sentence whatever their order."""
    words = np.concatenate([text.numbers for text in texts]).astype(np.int64)
    weights = np.concatenate([text.weights for text in texts])
    owners = np.repeat(np.arange(len(texts)), [len(text.numbers) for text in texts])
    size = int(words.max(initial=0)) + 1
    sentences, real = np.cumsum(words == END), words != END
    found = [(words[real], owners[real], weights[real])]
    for distance in range(1, settings.window + 1):
        left, right = words[:-distance], words[distance:]
        same = (sentences[:-distance] == sentences[distance:]) & real[:-distance]
        keys = (np.minimum(left, right) + 1) * size + np.maximum(left, right)
        found.append((keys[same], owners[:-distance][same], weights[:-distance][same] / distance**settings.near))
    keys, rows, amounts = (np.concatenate(part) for part in zip(*found, strict=True))
    known, columns = np.unique(keys, return_inverse=True)
    matrix = sparse.coo_array((amounts.astype(np.float32), (rows, columns)), shape=(len(texts), len(known))).tocsr()
    frequency = np.bincount(matrix.indices, minlength=len(known))
    kept = np.flatnonzero(frequency >= settings.documents)
    return Counts(matrix[:, kept], frequency[kept])


def weigh(counts: Counts, settings: Settings, pivot: float = 1) -> sparse.csr_array:
    """Rows of unit length; with another `pivot` than 1, long documents keep or lose more of their weight."""
    amounts = counts.matrix.data.astype(np.float64)
    saturated = {"power": amounts**settings.power, "log": np.log1p(amounts), "bm25": amounts / (amounts + 2)}
    rarity = np.log((counts.matrix.shape[0] + 1) / counts.frequency) ** settings.rarity
    return scale_rows(counts, saturated[settings.saturation] * rarity[counts.matrix.indices], pivot)


def scale_rows(counts: Counts, data: Floats, pivot: float = 1) -> sparse.csr_array:
    """A matrix with other values, each row divided by its length to the power of `pivot`."""
    rows = np.repeat(np.arange(counts.matrix.shape[0]), np.diff(counts.matrix.indptr))
    lengths = np.sqrt(np.bincount(rows, data**2, minlength=counts.matrix.shape[0]))
    lengths /= np.mean(lengths) if pivot != 1 else 1
    divisors = np.where(lengths > 0, lengths, 1) ** pivot
    scaled = (data / divisors[rows]).astype(np.float32)
    if pivot != 1:
        scaled /= np.float32(np.sqrt((scaled.astype(np.float64) ** 2).sum() / len(lengths)))
    return sparse.csr_array((scaled, counts.matrix.indices, counts.matrix.indptr), shape=counts.matrix.shape)


class Variants:
    """The scores of one archive under any settings; what was computed once is remembered."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._texts: dict[tuple[int, float, int], list[tuple[npt.NDArray[np.int32], int]]] = {}
        self._likeness: tuple[Settings | None, Square] = (None, np.zeros((0, 0), dtype=np.float32))
        self._counts: dict[Settings, Counts] = {}
        self._ndcg: dict[Settings, Floats] = {}

    @cached_property
    def shelf(self) -> Shelf:
        """The archive as the engine reads it."""
        return fill_shelf(self.evidence.documents)

    @cached_property
    def gaps(self) -> Floats:
        """The days between each query and each document."""
        days = self.evidence.days
        return np.abs(days[self.evidence.queries, None] - days)

    @cached_property
    def topics(self) -> sparse.csr_array:
        """The documents by their topics and stories."""
        stories = ([f"story {one.story}"] if one.story else [] for one in self.evidence.documents)
        return vectors.weigh_topics(
            [(*one.topics, *story) for one, story in zip(self.evidence.documents, stories, strict=True)]
        )

    @cached_property
    def shared(self) -> Square:
        """The rarity of the topics that each query shares with each document."""
        return self.compare_rows(self.topics)

    def read(self, settings: Settings) -> list[Words]:
        """The documents without boilerplate, the headline's words heavier."""
        key = settings.repeated, settings.lasting, settings.least_words
        if key not in self._texts:
            with _patch_boilerplate(settings):
                texts = fill_shelf(self.evidence.documents).texts
            self._texts[key] = [(text.words, text.headline) for text in texts]
        return [
            Words(words, np.where(np.arange(len(words)) < headline, settings.headline, 1.0))
            for words, headline in self._texts[key]
        ]

    def weigh(self, settings: Settings) -> sparse.csr_array:
        """The documents as vectors."""
        key = replace(settings, saturation="", power=0, rarity=0, fade=0, fade_days=1, topics=0)
        if key not in self._counts:
            if len(self._counts) == KEPT:
                del self._counts[next(iter(self._counts))]
            self._counts[key] = count_features(self.read(settings), settings)
        return weigh(self._counts[key], settings)

    def compare_texts(self, settings: Settings) -> Square:
        """How alike each query is to each document, from 0 to 1."""
        key = replace(settings, fade=0, fade_days=1, topics=0)
        if self._likeness[0] != key:
            self._likeness = key, self.compare_rows(self.weigh(settings))
        return self._likeness[1]

    def compare_rows(self, matrix: sparse.csr_array) -> Square:
        """The dot products of the queries' rows with all."""
        return (matrix[self.evidence.queries] @ matrix.T).toarray()

    def close(self, settings: Settings) -> Square:
        """What nearness in time and shared topics make of a likeness: the factor on it."""
        fading = (1 + self.gaps / settings.fade_days) ** -settings.fade
        return (fading * (1 + settings.topics * np.minimum(self.shared, 1))).astype(np.float32)

    def score(self, settings: Settings) -> Square:
        """The engine's formula."""
        return self.compare_texts(settings) * self.close(settings)

    def judge(self, scores: npt.NDArray[np.floating]) -> Floats:
        """The nDCG of each query under any scores."""
        return measure(rank(scores, self.evidence.queries), self.evidence).ndcg

    def test(self, settings: Settings) -> Floats:
        """The nDCG of each query under some settings."""
        if settings not in self._ndcg:
            self._ndcg[settings] = self.judge(self.score(settings))
        return self._ndcg[settings]
