"""Evidence: an archive's articles as the engine reads them, with the links that its editors made between them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from broadsheet.library import Rules, build_library
from broadsheet.related import Document
from broadsheet.related.shelf import sort_by_time
from broadsheet.source import read_source

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """Documents in the order of time; a document's number is its place."""

    documents: tuple[Document, ...]
    authors: tuple[tuple[str, ...], ...]
    wanted: tuple[frozenset[int], ...]
    """Of each document, those that a link ties to it; none for most."""

    @cached_property
    def queries(self) -> npt.NDArray[np.int64]:
        """The documents that have a link: those that are scored."""
        return np.array([number for number, tied in enumerate(self.wanted) if tied], dtype=np.int64)

    @cached_property
    def days(self) -> npt.NDArray[np.float64]:
        """When each document was published."""
        return np.array([document.published.timestamp() / 86_400 for document in self.documents])

    @cached_property
    def months(self) -> npt.NDArray[np.int64]:
        """Of each query the month: what is drawn together when errors are estimated, as a month's articles link."""
        published = (self.documents[query].published for query in self.queries)
        return np.unique([12 * at.year + at.month for at in published], return_inverse=True)[1]

    @cached_property
    def links(self) -> npt.NDArray[np.float32]:
        """A square of ones where two documents are tied."""
        square = np.zeros((len(self.documents), len(self.documents)), dtype=np.float32)
        for query in self.queries:
            square[query, list(self.wanted[query])] = 1
        return np.maximum(square, square.T)

    def restrict(self, kept: Mask) -> Evidence:
        """The same as if only some documents had ever been published."""
        numbers = {int(old): new for new, old in enumerate(np.flatnonzero(kept))}
        return Evidence(
            tuple(self.documents[old] for old in numbers),
            tuple(self.authors[old] for old in numbers),
            tuple(frozenset(numbers[one] for one in self.wanted[old] if one in numbers) for old in numbers),
        )

    def change(self, **changes: Sequence[object]) -> Evidence:
        """The same with other values of some fields of the documents, a list of them for each field."""
        values = [dict(zip(changes, row, strict=True)) for row in zip(*changes.values(), strict=True)]
        changed = (replace(one, **value) for one, value in zip(self.documents, values, strict=True))
        return replace(self, documents=tuple(changed))


def read_evidence(content: Path, links: Path) -> Evidence:
    """Read a content directory and a file `{"articles/…md": ["articles/…md", …], …}` of what is tied to what.

    The editors' choices in front matter (pins, vetoes) are left out: they are answers, not what is tested.
    """
    library = build_library(read_source(content, "content"), Rules(UTC, open_topics=True, open_authors=True))
    public = {one.path: one for one in library.articles if one.is_public(datetime.now(UTC))}
    documents = sort_by_time(
        Document(
            one.path,
            one.title,
            one.summary,
            one.body,
            published=one.date.at,
            url=one.url,
            topics=one.topics,
            story=one.story,
        )
        for one in public.values()
    )
    numbers = {document.id: number for number, document in enumerate(documents)}
    tied = json.loads(links.read_text(encoding="utf-8"))
    return Evidence(
        tuple(documents),
        tuple(public[document.id].authors for document in documents),
        tuple(frozenset(numbers[one] for one in tied.get(document.id, ()) if one in numbers) for document in documents),
    )


def divide(evidence: Evidence, seed: int) -> Iterator[tuple[str, Evidence]]:
    """Parts of an archive, each an archive of its own: what stands in for other newsrooms."""
    count = len(evidence.documents)
    places = np.arange(count)
    yield "the older half", evidence.restrict(places < count // 2)
    yield "the newer half", evidence.restrict(places >= count // 2)
    third = np.random.default_rng(seed).permutation(count) % 3
    for number, name in enumerate(("a random third", "another third", "the last third")):
        yield name, evidence.restrict(third == number)
    lengths = np.array([len(document.body) for document in evidence.documents])
    yield "the shorter half", evidence.restrict(lengths < np.median(lengths))
    yield "the longer half", evidence.restrict(lengths >= np.median(lengths))
    named = Counter(topic for document in evidence.documents for topic in document.topics)
    topics = {topic for topic, _ in sorted(named.items(), key=lambda item: (-item[1], item[0]))[:3]}
    within = np.array([bool(topics & set(document.topics)) for document in evidence.documents])
    yield "with one of the three commonest topics", evidence.restrict(within)
    yield "with none of them", evidence.restrict(~within)
