"""Boilerplate: sentences and parts of headlines that an archive repeats, taken out before anything is counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from broadsheet.related.lexicon import END, Text

REPEATED = 3
"""In so many documents a sentence is a disclaimer or a note on the author, a headline's part the name of a column."""

LASTING = 30
"""What is repeated for fewer days is the background of a running story, and says what belongs together."""

SUBJECT = 0.5
"""A part of a headline whose words stand again in so many of the articles is their subject."""

_AT_ONCE = 4_000_000
"""So many words are looked at together."""

LEAST_WORDS = 5
"""Shorter sentences of a body are repeated by chance."""


def drop_boilerplate(texts: Sequence[Text], days: npt.NDArray[np.float64]) -> list[Text]:
    """The texts without what `REPEATED` or more of them have word for word, over more than `LASTING` days.

    One that would lose more than half is left whole: then it is not a note at its foot that is repeated, but
    the piece itself.

    Args:
        texts: in the order of time.
        days: when each was published.

    """
    if not texts:
        return []
    words = np.concatenate([text.words for text in texts])
    lengths = np.array([len(text.words) for text in texts])
    starts = np.cumsum(lengths) - lengths
    ends = np.flatnonzero(words == END)
    begins = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - begins + 1
    prints = _fingerprint(words, begins, sizes)
    owners = np.searchsorted(starts, begins, side="right") - 1
    in_headline = begins - starts[owners] < np.array([text.headline for text in texts])[owners]
    common = _find_common(prints, owners, in_headline, days)
    common[_find_subjects(words, prints, np.flatnonzero(common), begins, sizes, owners, (starts, lengths))] = False
    common |= _find_common(prints, owners, ~in_headline & (sizes > LEAST_WORDS), days)
    lost = np.bincount(owners, sizes * common, minlength=len(texts))
    common &= (2 * lost <= lengths)[owners]
    kept = ~np.repeat(common, sizes)
    bounds = np.concatenate(([0], np.cumsum(kept)))
    kept_words, kept_spellings = words[kept], np.concatenate([text.spellings for text in texts])[kept]
    left = []
    for text, start in zip(texts, starts, strict=True):
        place = slice(bounds[start], bounds[start + len(text.words)])
        headline = int(bounds[start + text.headline] - bounds[start])
        left.append(Text(kept_words[place], kept_spellings[place], headline))
    return left


def _find_subjects(
    words: npt.NDArray[np.int32],
    prints: npt.NDArray[np.uint64],
    repeated: npt.NDArray[np.int64],
    begins: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    owners: npt.NDArray[np.int64],
    places: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> npt.NDArray[np.int64]:
    """Of the repeated parts of headlines those that are what the articles are about, and no name of a column.

    "Ukraine: …" stands in the texts themselves, in most of them; "Analysis: …" does not.
    """
    starts, lengths = places
    found = []
    for sentence in repeated.tolist():
        part = words[begins[sentence] : begins[sentence] + sizes[sentence] - 1]
        start = starts[owners[sentence]]
        whole = words[start : start + lengths[owners[sentence]]]
        # It stands once in the headline itself.
        found.append(all(np.count_nonzero(whole == word) > np.count_nonzero(part == word) for word in part))
    kinds, places_of = np.unique(prints[repeated], return_inverse=True)
    shares = np.bincount(places_of, found, len(kinds)) / np.maximum(1, np.bincount(places_of, minlength=len(kinds)))
    subjects: npt.NDArray[np.int64] = repeated[shares[places_of] >= SUBJECT]
    return subjects


def _fingerprint(
    words: npt.NDArray[np.int32], begins: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64]:
    """A number for each sentence, the same for the same words: a polynomial in an odd base, modulo 2⁶⁴."""
    powers = np.full(int(sizes.max(initial=1)), 0x9E3779B97F4A7C15, dtype=np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    prints = np.empty(len(begins), dtype=np.uint64)
    # Some at a time: eight bytes a word, several times over, would be gigabytes.
    cuts = [*np.searchsorted(begins, np.arange(0, len(words), _AT_ONCE)).tolist(), len(begins)]
    for first, last in pairwise(cuts):
        if first < last:
            start = begins[first]
            chosen = words[start : begins[last - 1] + sizes[last - 1]]
            places = np.arange(len(chosen)) - np.repeat(begins[first:last] - start, sizes[first:last])
            mixed = (chosen.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD6E8FEB86659FD93)
            mixed = (mixed ^ (mixed >> np.uint64(32))) * powers[places]
            prints[first:last] = np.add.reduceat(mixed, begins[first:last] - start)
    return prints


def _find_common(
    prints: npt.NDArray[np.uint64],
    owners: npt.NDArray[np.int64],
    among: npt.NDArray[np.bool_],
    days: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Which sentences of those marked stand in `REPEATED` or more documents, over more than `LASTING` days."""
    chosen = np.flatnonzero(among)
    found = np.zeros(len(prints), dtype=bool)
    if not len(chosen):
        return found
    # Sorted by sentence, then by document, which is the order of time.
    order = np.lexsort((owners[chosen], prints[chosen]))
    sentences, documents = prints[chosen][order], owners[chosen][order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = sentences[1:] != sentences[:-1]
    once = new.copy()
    once[1:] |= documents[1:] != documents[:-1]
    sentences, documents = sentences[once], documents[once]
    first = np.flatnonzero(new[once])
    last = np.append(first[1:], len(sentences)) - 1
    span = days[documents[last]] - days[documents[first]]
    repeated = sentences[first[(last - first + 1 >= REPEATED) & (span > LASTING)]]
    found[chosen] = np.isin(prints[chosen], repeated)
    return found
