"""The corpus: the documents of one language, tokenized and weighed, ready to be compared.

Sentences and parts of headlines that an archive repeats (boilerplate) are removed before anything is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.core import RangeMapper, map_in_process
from broadsheet.related.duplicates import Shingles, hash_shingles
from broadsheet.related.features import count_features
from broadsheet.related.model import EPOCH, Document
from broadsheet.related.scoring import Scorer
from broadsheet.related.tokens import SENTENCE_END, TokenizedBatch, TokenizedText, Vocabulary, strip_markdown
from broadsheet.related.weights import weigh_features, weigh_links, weigh_topics

MIN_REPEATS = 3
"""A sentence in so many documents is boilerplate (a disclaimer, a note on the author); a repeated part of headlines is
the name of a column."""

MIN_REPEAT_DAYS = 30
"""What is repeated for no longer than this is the background of a running story, which relates documents."""

MIN_REPEATED_WORDS = 5
"""Shorter sentences of a body are repeated by chance."""

SUBJECT_SHARE = 0.5
"""A repeated part of headlines is a subject, no boilerplate, where its words occur again in so many of the texts."""

_CHUNK_WORDS = 4_000_000

Ids = npt.NDArray[np.int32]
Indexes = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents of one language, with all that comparing them needs. A document's number is its index."""

    documents: tuple[Document, ...]
    """Oldest first; of one time in descending order of URLs, so that of equal scores the later index wins."""
    texts: tuple[TokenizedText, ...]
    weights: sparse.csr_array
    """A row of unit length per document: see `weights.weigh_features`."""
    keys: npt.NDArray[np.int64]
    """What each column of `weights` is: see `Features.keys`."""
    document_frequency: npt.NDArray[np.int64]
    """The number of documents that have each column."""
    words: Sequence[str]
    """The most frequent spelling of each word, by word id."""
    spellings: Sequence[str]
    """Every spelling: see `TokenizedText.spellings`."""
    scorer: Scorer
    shingles: Sequence[Shingles]
    """Of each text."""


def sort_by_time(documents: Iterable[Document]) -> list[Document]:
    """Return the documents in the order of `Corpus.documents`."""
    ordered = sorted(documents, key=lambda document: (document.url, document.id), reverse=True)
    return sorted(ordered, key=lambda document: document.published)


def group_by_language(documents: Iterable[Document]) -> list[list[Document]]:
    """Return the documents of each language, `pt-BR` and `pt` together; languages in alphabetical order."""
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(document.language.replace("_", "-").partition("-")[0].lower(), []).append(document)
    return [groups[language] for language in sorted(groups)]


def build_corpus(documents: Iterable[Document], map_ranges: RangeMapper = map_in_process) -> Corpus:
    """Tokenize and weigh documents. Cost: about 0.8 ms per document of 600 words, and 0.1 MB while it lasts.

    `map_ranges` can run parts of the tokenization in other processes, with the same result: see `core.processes`.
    """
    ordered = sort_by_time(documents)

    def tokenize(start: int, stop: int) -> TokenizedBatch:
        return Vocabulary().tokenize_batch(
            (document.headline, document.dek, strip_markdown(document.body)) for document in ordered[start:stop]
        )

    vocabulary = Vocabulary()
    days = np.array([(document.published - EPOCH).total_seconds() / 86_400 for document in ordered])
    texts = remove_boilerplate(vocabulary.merge(map_ranges(tokenize, len(ordered))), days)
    features = count_features(texts, vocabulary.size)
    # A common story counts like the rarest of topics.
    topics = weigh_topics(
        [(*document.topics, *([f"story {document.story}"] if document.story else [])) for document in ordered]
    )
    weights, keys, frequency = weigh_features(features), features.keys, features.document_frequency
    # Free the counts: a quarter of a gigabyte in the largest archives.
    del features
    return Corpus(
        tuple(ordered),
        tuple(texts),
        weights,
        keys,
        frequency,
        vocabulary.choose_spellings(),
        tuple(vocabulary.spellings),
        Scorer(weights, topics, weigh_links(_number_links(ordered)), days),
        [hash_shingles(text) for text in texts],
    )


def _number_links(ordered: Sequence[Document]) -> list[list[int]]:
    """Return the links of each document by number, without links between documents that exclude each other."""
    numbers = {document.id: number for number, document in enumerate(ordered)}
    links = []
    for document in ordered:
        linked = [id_ for id_ in document.links if id_ in numbers and id_ not in document.never]
        links.append([numbers[id_] for id_ in linked if document.id not in ordered[numbers[id_]].never])
    return links


@dataclass(frozen=True, slots=True)
class _Sentences:
    """All sentences of all texts, as arrays of one length."""

    starts: Indexes
    """The index of each sentence's first word, among the words of all texts."""
    lengths: Indexes
    """The number of words of each sentence, its end included."""
    owners: Indexes
    """The number of the document of each sentence."""
    hashes: Hashes
    """Equal for equal sentences."""


def remove_boilerplate(texts: Sequence[TokenizedText], days: npt.NDArray[np.float64]) -> list[TokenizedText]:
    """Return the texts without sentences that are in at least `MIN_REPEATS` documents, over `MIN_REPEAT_DAYS`.

    A text that would lose more than half is kept whole: it is an article published again, not a note below it.

    Args:
        texts: in the order of time.
        days: when each was published.

    """
    if not texts:
        return []
    words = np.concatenate([text.words for text in texts])
    text_lengths = np.array([len(text.words) for text in texts])
    text_starts = np.cumsum(text_lengths) - text_lengths
    ends = np.flatnonzero(words == SENTENCE_END)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    owners = np.searchsorted(text_starts, starts, side="right") - 1
    sentences = _Sentences(starts, lengths, owners, _hash_sentences(words, starts, lengths))
    in_headline = starts - text_starts[owners] < np.array([text.headline_length for text in texts])[owners]
    repeated = _find_repeated(sentences, in_headline, days)
    repeated[_find_subjects(words, sentences, np.flatnonzero(repeated), text_starts, text_lengths)] = False
    repeated |= _find_repeated(sentences, ~in_headline & (lengths > MIN_REPEATED_WORDS), days)
    lost = np.bincount(owners, lengths * repeated, minlength=len(texts))
    repeated &= (2 * lost <= text_lengths)[owners]
    kept = ~np.repeat(repeated, lengths)
    bounds = np.concatenate(([0], np.cumsum(kept)))
    kept_words, kept_spellings = words[kept], np.concatenate([text.spellings for text in texts])[kept]
    cleaned = []
    for text, start in zip(texts, text_starts, strict=True):
        own = slice(bounds[start], bounds[start + len(text.words)])
        headline_length = int(bounds[start + text.headline_length] - bounds[start])
        cleaned.append(TokenizedText(kept_words[own], kept_spellings[own], headline_length))
    return cleaned


def _find_subjects(
    words: Ids, sentences: _Sentences, repeated: Indexes, text_starts: Indexes, text_lengths: Indexes
) -> Indexes:
    """Return the repeated parts of headlines that are subjects, not names of columns.

    The words of "Ukraine: …" occur again in most of the texts; those of "Analysis: …" do not.

    Args:
        words: of all texts.
        sentences: of all texts.
        repeated: indexes of sentences, parts of headlines.
        text_starts: the index of each text's first word.
        text_lengths: the number of words of each text.

    """
    recurs = []
    for sentence in repeated.tolist():
        start, owner = sentences.starts[sentence], sentences.owners[sentence]
        part = words[start : start + sentences.lengths[sentence] - 1]
        text = words[text_starts[owner] : text_starts[owner] + text_lengths[owner]]
        # More often in the text than in this part of its headline.
        recurs.append(all(np.count_nonzero(text == word) > np.count_nonzero(part == word) for word in part))
    hashes, inverse = np.unique(sentences.hashes[repeated], return_inverse=True)
    shares = np.bincount(inverse, recurs, len(hashes)) / np.maximum(1, np.bincount(inverse, minlength=len(hashes)))
    subjects: Indexes = repeated[shares[inverse] >= SUBJECT_SHARE]
    return subjects


def _hash_sentences(words: Ids, starts: Indexes, lengths: Indexes) -> Hashes:
    """Return a hash for each sentence: a polynomial of its words in an odd base, modulo 2⁶⁴."""
    powers = np.full(int(lengths.max(initial=1)), 0x9E3779B97F4A7C15, dtype=np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    hashes = np.empty(len(starts), dtype=np.uint64)
    # In chunks: several arrays of eight bytes per word would take gigabytes.
    cuts = [*np.searchsorted(starts, np.arange(0, len(words), _CHUNK_WORDS)).tolist(), len(starts)]
    for first, last in pairwise(cuts):
        if first < last:
            start = starts[first]
            chunk = words[start : starts[last - 1] + lengths[last - 1]]
            positions = np.arange(len(chunk)) - np.repeat(starts[first:last] - start, lengths[first:last])
            mixed = (chunk.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD6E8FEB86659FD93)
            mixed = (mixed ^ (mixed >> np.uint64(32))) * powers[positions]
            hashes[first:last] = np.add.reduceat(mixed, starts[first:last] - start)
    return hashes


def _find_repeated(sentences: _Sentences, among: Mask, days: npt.NDArray[np.float64]) -> Mask:
    """Return which of the sentences in `among` are in enough documents, over a time that is long enough."""
    hashes, places = np.unique(sentences.hashes[among], return_inverse=True)
    # Sentence and document in one number: each pair once, sorted by sentence, then in the order of time.
    repeats, documents = np.divmod(np.unique(places * len(days) + sentences.owners[among]), len(days))
    first, end = (np.searchsorted(repeats, np.arange(len(hashes)), side=side) for side in ("left", "right"))
    span = days[documents[end - 1]] - days[documents[first]]
    is_repeated = np.zeros(len(among), dtype=bool)
    is_repeated[among] = ((end - first >= MIN_REPEATS) & (span > MIN_REPEAT_DAYS))[places]
    return is_repeated
