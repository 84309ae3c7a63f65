"""The documents that are compared, and the related headlines that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ReasonKind = Literal["pin", "story", "copy", "linked", "links", "text", "topics", "words"]
"""`copy`: near-duplicates. `linked`: one links to the other. `links`: similar articles link to it. `text`: phrases
that both texts have. `words`: similar texts, but no phrase to show."""


@dataclass(frozen=True, slots=True)
class Document:
    """An article to compare with others."""

    id: str
    """Unique; the article's path."""
    headline: str
    dek: str = ""
    """The summary below the headline."""
    body: str = ""
    """Markdown."""
    published: datetime = EPOCH
    """With a time zone."""
    url: str = ""
    """Breaks ties between equal scores of the same date."""
    topics: tuple[str, ...] = ()
    story: str = ""
    """The id of the running story that the article belongs to, or ''."""
    language: str = ""
    """BCP 47. Only documents of the same language are compared; the country makes no difference."""
    links: tuple[str, ...] = ()
    """Ids that the body links to."""
    pins: tuple[str, ...] = ()
    """Ids that come first in the list, in this order."""
    never: tuple[str, ...] = ()
    """Ids that must not be in its list, and whose lists must not have it."""
    shown: tuple[str, ...] = ()
    """Ids that the page shows elsewhere (links in the body, the story's timeline): not listed again, unless pinned."""
    off: bool = False
    """Whether its list stays empty."""

    def __post_init__(self) -> None:
        """Check the date now: a date without a time zone would fail much later, in a comparison.

        Raises:
            ValueError: when `published` has no time zone.

        """
        if self.published.tzinfo is None:
            raise ValueError(f"{self.id!r} is published at {self.published}, expected a moment with a zone")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one document is related to another."""

    kind: ReasonKind
    names: tuple[str, ...] = ()
    """For the kind `text`: phrases that both texts have. For `topics`: ids of topics. Empty for other kinds."""

    def list_names(self, titles: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names for readers: each topic's title, or its id where `titles` lacks it.

        >>> Reason("topics", ("eu", "sea")).list_names({"eu": "European Union"})
        ('European Union', 'sea')
        """
        return tuple(titles.get(name, name) for name in self.names) if self.kind == "topics" else self.names


@dataclass(frozen=True, slots=True)
class Related:
    """One related headline."""

    id: str
    score: float
    """From 0 to 1 + TOPIC_BOOST (see `weights`); 1 for a pin."""
    reasons: tuple[Reason, ...] = ()
    """The most important first."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The related headlines of an archive."""

    lists: Mapping[str, tuple[Related, ...]]
    """By document id, the related headlines, best first."""
    near_duplicates: tuple[tuple[str, str, float], ...]
    """Pairs of ids, the older document first, with the share of the shorter text that is in the other."""
