"""Records: what the search knows of pages, with the marks that tell one set of them from another."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

_WORD = re.compile(r"\w+")
_MANY, _SAMPLE = 200, 500


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One page as the search knows it, all of it plain text. Records are sorted by `url`, which none share."""

    url: str
    """Relative to the site's root, not percent-encoded."""
    title: str
    text: str
    language: str = ""
    """BCP 47; '' for the site's own."""
    topics: tuple[str, ...] = ()
    """Titles, those of parents too: who narrows a search to a section means all of it."""
    authors: tuple[str, ...] = ()
    """Names."""
    day: str = ""
    """As `2026-01-18`, in the newspaper's zone; '' for a page without a date."""
    at: str = ""
    """The instant in UTC, so that its order is that of time; '' as above."""

    @property
    def year(self) -> str:
        """Of the article; '' for a page without a date."""
        return self.day[:4]


_URL = attrgetter("url")
_ALL = attrgetter(*(one.name for one in fields(Record)))


def pack_records(records: Iterable[Record]) -> str:
    """Records as JSON on one line, for another process (see `unpack_records`)."""
    return json.dumps([*map(_ALL, records)], separators=(",", ":"))


def unpack_records(packed: str) -> list[Record]:
    """Records that were packed; see `pack_records`."""
    told: list[list[Any]] = json.loads(packed)
    # Lists are what tuples have become.
    return [Record(*map(_restore, one)) for one in told]


def _restore(part: Any) -> Any:
    return tuple(part) if isinstance(part, list) else part


def digest(records: Iterable[Record], language: str) -> str:
    """A text that two indexes share only when readers find the same in both: of these records, in this language.

    The order of the records makes no difference.
    """
    return hashlib.sha256(f"{language}\n{pack_records(sorted(records, key=_URL))}".encode()).hexdigest()


def find_common_words(records: Sequence[Record]) -> list[str]:
    """Words that two records in three have, such as "the": to look one up costs readers most and tells them least.

    In a language of any kind, as no list of words is needed for it. Of a small archive there are none.
    """
    if len(records) < _MANY:
        return []
    some = sorted(records)[:: 1 + len(records) // _SAMPLE]
    counts = Counter(word for record in some for word in set(_WORD.findall(record.text.lower())))
    return sorted(word for word, count in counts.items() if 3 * count > 2 * len(some))
