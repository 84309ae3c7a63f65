"""Shelf: the documents of one language in the order of time, weighed, ready to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.boilerplate import drop_boilerplate
from broadsheet.related.document import EPOCH, Document
from broadsheet.related.features import count_features
from broadsheet.related.lexicon import Lexicon, Reading, Text
from broadsheet.related.runs import Runs, list_runs
from broadsheet.related.scoring import Scorer
from broadsheet.related.sharing import Share, work_alone
from broadsheet.related.vectors import weigh_features, weigh_links, weigh_topics
from broadsheet.related.words import strip_markdown


@dataclass(frozen=True, slots=True)
class Shelf:
    """Documents of one language with all that comparing them takes; a document's number is its place."""

    documents: tuple[Document, ...]
    """Oldest first, of the same moment from z to a, so that of equal scores the later place wins."""
    texts: tuple[Text, ...]
    vectors: sparse.csr_array
    keys: npt.NDArray[np.int64]
    """What the columns of `vectors` are: see `Features.keys`."""
    frequency: npt.NDArray[np.int64]
    """In how many documents each is."""
    words: Sequence[str]
    """Every word as it is mostly written, by number."""
    spellings: Sequence[str]
    """Every spelling, by number: see `Text.spellings`."""
    scorer: Scorer
    runs: Sequence[Runs] = ()
    """Of each text."""


def sort_by_time(documents: Iterable[Document]) -> list[Document]:
    """The documents in the order of a shelf."""
    ordered = sorted(documents, key=lambda document: (document.url, document.id), reverse=True)
    return sorted(ordered, key=lambda document: document.published)


def group_by_language(documents: Iterable[Document]) -> list[list[Document]]:
    """The documents of each language, those of `pt-BR` and `pt` together; languages from a to z."""
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(document.language.replace("_", "-").partition("-")[0].lower(), []).append(document)
    return [groups[language] for language in sorted(groups)]


def fill_shelf(documents: Iterable[Document], share: Share = work_alone) -> Shelf:
    """Read and weigh documents. Cost: about 0.8 ms a document of 600 words, and 0.1 MB while it lasts.

    `share` may have parts of the reading done elsewhere, which changes nothing: see `sharing`.
    """
    ordered = sort_by_time(documents)

    def read(start: int, stop: int) -> Reading:
        return Lexicon().tell((one.headline, one.dek, strip_markdown(one.body)) for one in ordered[start:stop])

    lexicon = Lexicon()
    days = np.array([(one.published - EPOCH).total_seconds() / 86_400 for one in ordered])
    texts = drop_boilerplate(lexicon.take_over(share(read, len(ordered))), days)
    features = count_features(texts, lexicon.size)
    # A story ties like the rarest of topics.
    topics = weigh_topics([(*one.topics, *([f"story {one.story}"] if one.story else [])) for one in ordered])
    vectors, keys, frequency = weigh_features(features), features.keys, features.frequency
    # A quarter of a gigabyte, in the largest archives.
    del features
    return Shelf(
        tuple(ordered),
        tuple(texts),
        vectors,
        keys,
        frequency,
        lexicon.choose_spellings(),
        tuple(lexicon.spellings),
        Scorer(vectors, topics, _link(ordered), days),
        [list_runs(text) for text in texts],
    )


def _link(ordered: Sequence[Document]) -> sparse.csr_array:
    """The links between documents; none between two of which one must not stand beside the other."""
    numbers = {document.id: number for number, document in enumerate(ordered)}
    links = []
    for document in ordered:
        linked = [one for one in document.links if one in numbers and one not in document.never]
        links.append([numbers[one] for one in linked if document.id not in ordered[numbers[one]].never])
    return weigh_links(links)
