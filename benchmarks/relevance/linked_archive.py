"""Linked archives: articles as the engine reads them, with the links that editors made between them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from broadsheet.related import Document

from benchmarks.corpus import Corpus

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LinkedArchive:
    """Documents in the order of time; a document's number is its index."""

    documents: tuple[Document, ...]
    linked: tuple[frozenset[int], ...]
    """For each document, the documents that a link connects with it, in either direction."""

    @cached_property
    def queries(self) -> npt.NDArray[np.int64]:
        """The documents that have a link: their lists are scored."""
        return np.array([number for number, linked in enumerate(self.linked) if linked], dtype=np.int64)

    @cached_property
    def days(self) -> npt.NDArray[np.float64]:
        """When each document was published."""
        return np.array([document.published.timestamp() / 86_400 for document in self.documents])

    @cached_property
    def months(self) -> npt.NDArray[np.int64]:
        """The month of each query. Errors are estimated by drawing whole months, as articles of a month link alike."""
        published = (self.documents[query].published for query in self.queries)
        return np.unique([12 * at.year + at.month for at in published], return_inverse=True)[1]

    def restrict(self, kept: Mask) -> LinkedArchive:
        """The archive as if only some documents had ever been published."""
        numbers = {int(old): new for new, old in enumerate(np.flatnonzero(kept))}
        return LinkedArchive(
            tuple(self.documents[old] for old in numbers),
            tuple(frozenset(numbers[other] for other in self.linked[old] if other in numbers) for old in numbers),
        )


def read_archive(corpus: Path, links: Path) -> LinkedArchive:
    """Read a corpus and its file of links. Pins in front matter are ignored: they are answers, not input."""
    reader = Corpus(corpus)
    documents = [article.to_document() for article in reader.read_articles(len(reader.texts))]
    # The order of the engine: of equal scores, the later document wins.
    documents.sort(key=lambda document: document.url, reverse=True)
    documents.sort(key=lambda document: document.published)
    numbers = {document.id: number for number, document in enumerate(documents)}
    linked = json.loads(links.read_text(encoding="utf-8"))
    return LinkedArchive(
        tuple(documents),
        tuple(frozenset(numbers[path] for path in linked.get(one.id, ()) if path in numbers) for one in documents),
    )


def divide(archive: LinkedArchive, seed: int) -> Iterator[tuple[str, LinkedArchive]]:
    """Parts of an archive, each an archive of its own: they stand in for other newsrooms."""
    count = len(archive.documents)
    numbers = np.arange(count)
    yield "the older half", archive.restrict(numbers < count // 2)
    yield "the newer half", archive.restrict(numbers >= count // 2)
    third = np.random.default_rng(seed).permutation(count) % 3
    for number, name in enumerate(("a random third", "another third", "the last third")):
        yield name, archive.restrict(third == number)
    lengths = np.array([len(document.body) for document in archive.documents])
    yield "the shorter half", archive.restrict(lengths < np.median(lengths))
    yield "the longer half", archive.restrict(lengths >= np.median(lengths))
    counts = Counter(topic for document in archive.documents for topic in document.topics)
    common = {topic for topic, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]}
    within = np.array([bool(common & set(document.topics)) for document in archive.documents])
    yield "with one of the three commonest topics", archive.restrict(within)
    yield "with none of them", archive.restrict(~within)
