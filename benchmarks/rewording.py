"""Rewording: tries that read the texts in another way or compare them by something else than the engine's vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from broadsheet.related.lexicon import END
from scipy import sparse
from scipy.sparse.linalg import svds
from scoring import Floats
from variants import Settings, Square, Variants, Words, count_features, scale_rows, weigh


class Rewording:
    """The texts of an archive and what the tries make of them."""

    def __init__(self, variants: Variants, seed: int) -> None:
        self.variants = variants
        self.evidence = variants.evidence
        self.likeness = variants.compare_texts(Settings())
        self.factor = variants.close(Settings())
        self._texts = variants.read(Settings())
        self._seed = seed
        self._spaces: dict[int, Floats] = {}

    def _score(self, texts: Sequence[Words]) -> Square:
        counts = count_features(texts, Settings())
        return self.variants.compare_rows(weigh(counts, Settings())) * self.factor

    def change_dek(self, times: int) -> Square:
        """The dek read so many times."""
        deks = [". ".join([one.dek] * times) for one in self.evidence.documents]
        return Variants(self.evidence.change(dek=deks)).score(Settings())

    def join_dek(self) -> Square:
        """The dek read as a part of the headline."""
        headlines = [f"{one.headline}. {one.dek}" for one in self.evidence.documents]
        return Variants(self.evidence.change(headline=headlines, dek=[""] * len(headlines))).score(Settings())

    def weigh_beginnings(self, words: int, weight: float) -> Square:
        """The first words heavier than the rest."""
        return self._score(
            [
                Words(text.numbers, np.maximum(text.weights, np.where(np.arange(len(text.numbers)) < words, weight, 1)))
                for text in self._texts
            ]
        )

    def drop_common(self, share: float) -> Square:
        """Without words that more than a share of the documents have: they no longer stand between others."""
        size = max(int(text.numbers.max(initial=0)) for text in self._texts) + 1
        frequency = sum(np.bincount(np.unique(text.numbers), minlength=size) for text in self._texts)
        kept = np.asarray(frequency) <= share * len(self._texts)
        kept[END] = True
        return self._score(
            [Words(text.numbers[kept[text.numbers]], text.weights[kept[text.numbers]]) for text in self._texts]
        )

    def stem(self, stem: Callable[[str], str]) -> Square:
        """Words taken for the same when their stems are."""
        numbers: dict[str, int] = {}
        spelt = (word.casefold() for word in self.variants.shelf.words)
        stems = np.array([numbers.setdefault(stem(word), len(numbers)) for word in spelt], dtype=np.int32)
        return self._score([Words(stems[text.numbers], text.weights) for text in self._texts])

    def normalise(self, pivot: float) -> Square:
        """Vectors divided by a power of their length (Singhal, Buckley, Mitra: Pivoted length normalization, 1996)."""
        counts = count_features(self._texts, Settings())
        return self.variants.compare_rows(weigh(counts, Settings(), pivot)) * self.factor

    def add_headlines(self, weight: float) -> Square:
        """With the likeness of the headlines by themselves."""
        matrix = self._weigh_parts([self._take(headline=True)])
        return (self.likeness + np.float32(weight) * self.variants.compare_rows(matrix)) * self.factor

    def add_crossed(self, weight: float) -> Square:
        """With the likeness of one's headline to the other's text, both ways."""
        matrix = self._weigh_parts([self._take(headline=True), self._take(headline=False)])
        count, queries = len(self._texts), self.evidence.queries
        headlines, bodies = matrix[:count], matrix[count:]
        crossed = (headlines[queries] @ bodies.T + bodies[queries] @ headlines.T).toarray() / 2
        return (self.likeness + np.float32(weight) * crossed) * self.factor

    def _take(self, *, headline: bool) -> list[Words]:
        """Only the headlines, or only what follows them; each word counts once."""
        kept = [text.numbers[(text.weights > 1) == headline] for text in self._texts]
        return [Words(numbers, np.ones(len(numbers))) for numbers in kept]

    @staticmethod
    def _weigh_parts(parts: Sequence[list[Words]]) -> sparse.csr_array:
        return weigh(count_features([text for part in parts for text in part], Settings()), Settings())

    def blend_latent(self, dimensions: int, weight: float) -> Square:
        """With the likeness in a space of fewer dimensions (Deerwester and others: Indexing by LSA, 1990)."""
        if dimensions not in self._spaces:
            matrix = self.variants.weigh(Settings()).astype(np.float64)
            left, values, _ = svds(matrix, k=dimensions, random_state=self._seed)
            space = left * values
            self._spaces[dimensions] = space / np.maximum(np.linalg.norm(space, axis=1, keepdims=True), 1e-9)
        space = self._spaces[dimensions]
        latent = np.maximum(space[self.evidence.queries] @ space.T, 0)
        return ((self.likeness + weight * latent) * self.factor).astype(np.float32)


def score_plain(variants: Variants) -> Square:
    """Plain TF-IDF with bigrams, by cosine: tf · (1 + ln((1 + n) / (1 + df))), nothing left out, no other signal."""
    settings = replace(Settings(), repeated=0, headline=1, window=1, documents=1)
    counts = count_features(variants.read(settings), settings)
    rarity: Floats = 1 + np.log((1 + counts.matrix.shape[0]) / (1 + counts.frequency))
    return variants.compare_rows(scale_rows(counts, counts.matrix.data * rarity[counts.matrix.indices]))


def score_topics(variants: Variants) -> npt.NDArray[np.int64]:
    """How many topics each query shares with each document."""
    topics = sorted({topic for one in variants.evidence.documents for topic in one.topics})
    named = np.array([[topic in one.topics for topic in topics] for one in variants.evidence.documents], dtype=np.int64)
    return named[variants.evidence.queries] @ named.T
