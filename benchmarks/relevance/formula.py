"""Formula: the engine's ranking formula with every parameter open to change, computed over all pairs of articles.

Counting and weighting are written again, plainly, so that they can be varied and so that they check the engine's own.
Everything that this package takes from inside `broadsheet.related` is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from broadsheet.related import corpus, features, weights
from broadsheet.related.tokens import SENTENCE_END
from scipy import sparse

from benchmarks.relevance.linked_archive import LinkedArchive
from benchmarks.relevance.metrics import Floats, measure, rank_scores

Scores = npt.NDArray[np.float32]
"""A row per query, a column per document."""

MAX_CACHED_COUNTS = 12
"""How many sets of feature counts are remembered: some 50 MB each for two thousand articles."""

_NEVER = 10**9


@dataclass(frozen=True)
class Settings:
    """The parameters of the formula; the defaults are the engine's."""

    repeated: int = corpus.MIN_REPEATS
    """0 keeps boilerplate."""
    lasting: float = corpus.MIN_REPEAT_DAYS
    least_words: int = corpus.MIN_REPEATED_WORDS
    headline: float = features.HEADLINE_WEIGHT
    window: int = features.WINDOW
    near: float = 1
    """Two words at a distance of d count d ** -near."""
    documents: int = features.MIN_DOCUMENT_FREQUENCY
    saturation: str = "power"
    """How a count is dampened: "power", "log" or "bm25"."""
    power: float = 0.5
    rarity: float = features.IDF_POWER
    fade: float = weights.DECAY_POWER
    fade_days: float = weights.DECAY_DAYS
    topics: float = weights.TOPIC_BOOST


@dataclass(frozen=True)
class WeightedText:
    """One document's words as numbers, with the weight of each occurrence."""

    numbers: npt.NDArray[np.int32]
    weights: Floats


@dataclass(frozen=True)
class Counts:
    """A row per document, a column per feature."""

    matrix: sparse.csr_array
    frequency: npt.NDArray[np.int64]


@contextmanager
def _patch_boilerplate(settings: Settings) -> Iterator[None]:
    values = {
        "MIN_REPEATS": settings.repeated or _NEVER,
        "MIN_REPEAT_DAYS": settings.lasting,
        "MIN_REPEATED_WORDS": settings.least_words,
    }
    originals = {name: getattr(corpus, name) for name in values}
    try:
        for name, value in values.items():
            setattr(corpus, name, value)
        yield
    finally:
        for name, value in originals.items():
            setattr(corpus, name, value)


def count_features(texts: Sequence[WeightedText], settings: Settings) -> Counts:
    """Count words, and pairs of words of one sentence whatever their order."""
    words = np.concatenate([text.numbers for text in texts]).astype(np.int64)
    weights = np.concatenate([text.weights for text in texts])
    owners = np.repeat(np.arange(len(texts)), [len(text.numbers) for text in texts])
    size = int(words.max(initial=0)) + 1
    sentences, real = np.cumsum(words == SENTENCE_END), words != SENTENCE_END
    parts = [(words[real], owners[real], weights[real])]
    for distance in range(1, settings.window + 1):
        left, right = words[:-distance], words[distance:]
        same = (sentences[:-distance] == sentences[distance:]) & real[:-distance]
        keys = (np.minimum(left, right) + 1) * size + np.maximum(left, right)
        parts.append((keys[same], owners[:-distance][same], weights[:-distance][same] / distance**settings.near))
    keys, rows, amounts = (np.concatenate(part) for part in zip(*parts, strict=True))
    known, columns = np.unique(keys, return_inverse=True)
    matrix = sparse.coo_array((amounts.astype(np.float32), (rows, columns)), shape=(len(texts), len(known))).tocsr()
    frequency = np.bincount(matrix.indices, minlength=len(known))
    kept = np.flatnonzero(frequency >= settings.documents)
    return Counts(matrix[:, kept], frequency[kept])


def weigh(counts: Counts, settings: Settings) -> sparse.csr_array:
    """Rows of unit length: dampened counts times rarity."""
    amounts = counts.matrix.data.astype(np.float64)
    dampened = {"power": amounts**settings.power, "log": np.log1p(amounts), "bm25": amounts / (amounts + 2)}
    rarity = np.log((counts.matrix.shape[0] + 1) / counts.frequency) ** settings.rarity
    return _scale_rows(counts, dampened[settings.saturation] * rarity[counts.matrix.indices])


def _scale_rows(counts: Counts, data: Floats) -> sparse.csr_array:
    """The matrix with other values, each row divided by its length."""
    rows = np.repeat(np.arange(counts.matrix.shape[0]), np.diff(counts.matrix.indptr))
    lengths = np.sqrt(np.bincount(rows, data**2, minlength=counts.matrix.shape[0]))
    scaled = (data / np.where(lengths > 0, lengths, 1)[rows]).astype(np.float32)
    return sparse.csr_array((scaled, counts.matrix.indices, counts.matrix.indptr), shape=counts.matrix.shape)


class Formula:
    """The scores of one archive under any settings, with a cache of intermediate results."""

    def __init__(self, archive: LinkedArchive) -> None:
        self.archive = archive
        self._texts: dict[tuple[int, float, int], list[tuple[npt.NDArray[np.int32], int]]] = {}
        self._similarity: tuple[Settings | None, Scores] = (None, np.zeros((0, 0), dtype=np.float32))
        self._counts: dict[Settings, Counts] = {}
        self._ndcg: dict[Settings, Floats] = {}

    @cached_property
    def gaps(self) -> Floats:
        """The days between each query and each document."""
        days = self.archive.days
        return np.abs(days[self.archive.queries, None] - days)

    @cached_property
    def topics(self) -> npt.NDArray[np.float32]:
        """A row per document, a column per topic: 1 where the document has the topic."""
        names = sorted({topic for document in self.archive.documents for topic in document.topics})
        return np.array([[name in one.topics for name in names] for one in self.archive.documents], dtype=np.float32)

    @cached_property
    def shared_topics(self) -> Scores:
        """The sum of the rarities of the topics that each query shares with each document.

        The rarity of a topic is ln((n + 1) / df) / ln(n + 1).
        """
        count = len(self.topics)
        rarity = np.log((count + 1) / self.topics.sum(axis=0)) / np.log(count + 1)
        shared: Scores = (self.topics[self.archive.queries] * rarity.astype(np.float32)) @ self.topics.T
        return shared

    def read(self, settings: Settings) -> list[WeightedText]:
        """The documents without boilerplate, with the weight of the headline."""
        key = settings.repeated, settings.lasting, settings.least_words
        if key not in self._texts:
            with _patch_boilerplate(settings):
                texts = corpus.build_corpus(self.archive.documents).texts
            self._texts[key] = [(text.words, text.headline_length) for text in texts]
        return [
            WeightedText(words, np.where(np.arange(len(words)) < headline, settings.headline, 1.0))
            for words, headline in self._texts[key]
        ]

    def compare_texts(self, settings: Settings) -> Scores:
        """The similarity of each query's text to each document's, from 0 to 1."""
        key = replace(settings, fade=0, fade_days=1, topics=0)
        if self._similarity[0] != key:
            counted = replace(key, saturation="", power=0, rarity=0)
            if counted not in self._counts:
                if len(self._counts) == MAX_CACHED_COUNTS:
                    del self._counts[next(iter(self._counts))]
                self._counts[counted] = count_features(self.read(settings), settings)
            self._similarity = key, self._compare_rows(weigh(self._counts[counted], settings))
        return self._similarity[1]

    def compare_plain(self) -> Scores:
        """Cosines of plain TF-IDF with bigrams: tf · (1 + ln((1 + n) / (1 + df))), boilerplate left in."""
        settings = replace(Settings(), repeated=0, headline=1, window=1, documents=1)
        counts = count_features(self.read(settings), settings)
        rarity: Floats = 1 + np.log((1 + counts.matrix.shape[0]) / (1 + counts.frequency))
        return self._compare_rows(_scale_rows(counts, counts.matrix.data * rarity[counts.matrix.indices]))

    def count_shared_topics(self) -> Scores:
        """How many topics each query shares with each document."""
        shared: Scores = self.topics[self.archive.queries] @ self.topics.T
        return shared

    def weigh_context(self, settings: Settings) -> Scores:
        """The factor on a similarity: what distance in time and shared topics make of it."""
        fading = (1 + self.gaps / settings.fade_days) ** -settings.fade
        return (fading * (1 + settings.topics * np.minimum(self.shared_topics, 1))).astype(np.float32)

    def score(self, settings: Settings) -> Scores:
        """The formula as a whole."""
        return self.compare_texts(settings) * self.weigh_context(settings)

    def measure_ndcg(self, settings: Settings) -> Floats:
        """The nDCG of each query."""
        if settings not in self._ndcg:
            ranked = rank_scores(self.score(settings), self.archive.queries)
            self._ndcg[settings] = measure(ranked, self.archive).ndcg
        return self._ndcg[settings]

    def _compare_rows(self, matrix: sparse.csr_array) -> Scores:
        """The dot products of the queries' rows with all rows."""
        product: Scores = (matrix[self.archive.queries] @ matrix.T).toarray()
        return product
