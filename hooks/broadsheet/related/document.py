"""Documents: what the ranking knows of an article, and what it says of another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ReasonKind = Literal["pin", "story", "copy", "linked", "links", "text", "topics", "words"]


@dataclass(frozen=True, slots=True)
class Document:
    """An article, as the ranking sees it."""

    id: str
    """Unique; the article's path."""
    headline: str
    dek: str = ""
    body: str = ""
    """Markdown."""
    published: datetime = EPOCH
    """With a zone."""
    url: str = ""
    """Decides between equals."""
    topics: tuple[str, ...] = ()
    story: str = ""
    """The running story that it belongs to, or ''."""
    language: str = ""
    """BCP 47: documents are compared with those of the same language, of whatever country."""
    links: tuple[str, ...] = ()
    """Ids that its body links to: what editors have linked before tells what belongs together."""
    pins: tuple[str, ...] = ()
    """Ids that come first, in this order."""
    never: tuple[str, ...] = ()
    """Ids that must not be beside it, nor it beside them."""
    shown: tuple[str, ...] = ()
    """Ids that its page shows elsewhere, in its body or its story's timeline: no need to repeat them, unless pinned."""
    off: bool = False
    """Whether its list stays empty."""

    def __post_init__(self) -> None:
        """Check what would fail much later.

        Raises:
            ValueError: when `published` has no zone.

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
    """From 0 to 1 + TOPICS; 1 for a pin."""
    reasons: tuple[Reason, ...] = ()
    """The weightiest first."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The related headlines of an archive."""

    lists: Mapping[str, tuple[Related, ...]]
    """By document: the related ones, best first."""
    copies: tuple[tuple[str, str, float], ...]
    """Pairs of documents that are nearly the same, the older first, and how much of the shorter is in the other."""
