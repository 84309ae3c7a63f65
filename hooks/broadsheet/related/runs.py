"""Runs: the words of a text three by three, as numbers, by which copies are told from what is merely alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from broadsheet.related.lexicon import END, Text

LENGTH = 3
"""How many words a run has; sentences do not end it."""

MANY = 400
"""Of a text with more runs, those are looked at whose numbers are among the lower quarter of all numbers."""

_QUARTER = np.uint32(1 << 30)
_HALF = 16

Runs = npt.NDArray[np.uint32]


def list_runs(text: Text) -> Runs:
    """The runs of a text, each once, in the order of their numbers. Cost: about 40 µs for 600 words.

    A number is the upper half of a product (Knuth's multiplicative hashing, as in `sieve`).
    """
    words = text.words[text.words != END].astype(np.uint64)
    if len(words) < LENGTH:
        return np.zeros(0, dtype=np.uint32)
    # Word numbers of more than 21 bits are of an archive so large that a mistaken run among hundreds is no matter.
    packed = (words[:-2] << np.uint64(42)) ^ (words[1:-1] << np.uint64(21)) ^ words[2:]
    mixed = (packed ^ (packed >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    runs = np.sort((mixed >> np.uint64(32)).astype(np.uint32))
    first = np.ones(len(runs), dtype=bool)
    first[1:] = runs[1:] != runs[:-1]
    found: Runs = runs[first]
    return found


def share_runs(one: Runs, others: Sequence[Runs]) -> npt.NDArray[np.float64]:
    """How much of a text and each of others is in both: the share of the shorter one's runs; 0 where it has none.

    Broder: On the resemblance and containment of documents, 1997. Containment rather than resemblance, so that a
    brief and the report that grew out of it are found; of long texts a sample tells (section 4 there).
    """
    shares = np.zeros(len(others))
    long = len(one) > MANY
    samples = np.array([long or len(other) > MANY for other in others], dtype=bool)
    for sampled in (False, True):
        places = np.flatnonzero(samples == sampled)
        chosen = [_sample(others[place]) if sampled else others[place] for place in places.tolist()]
        own = _sample(one) if sampled else one
        if not chosen or not len(own):
            continue
        counts = np.array([len(other) for other in chosen])
        runs = np.concatenate(chosen)
        # Most runs of others have not even their upper half in common with one of the text's own.
        halves = np.zeros(1 << _HALF, dtype=bool)
        halves[own >> _HALF] = True
        near = np.flatnonzero(halves[runs >> _HALF])
        likely = runs[near]
        found = own[np.minimum(np.searchsorted(own, likely), len(own) - 1)] == likely
        owners = np.searchsorted(np.cumsum(counts), near[found], side="right")
        shared = np.bincount(owners, minlength=len(chosen))
        shares[places] = shared / np.maximum(1, np.minimum(counts, len(own)))
    return shares


def _sample(runs: Runs) -> Runs:
    return runs[: np.searchsorted(runs, _QUARTER)]
