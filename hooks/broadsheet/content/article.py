"""Articles: the data of one article, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from broadsheet.content.yaml_nodes import SourcePosition
from broadsheet.core import Moment, Problem, Severity

ARTICLES_DIR = "articles"
"""The directory of articles in the content directory."""

ARTICLE_TYPES = ("news", "brief", "analysis", "opinion", "live", "explainer")
"""The values of the `type` key; the first is the default."""

FRONT_PLACES = ("lead", "feature")
"""The values of the `front` key: the place on the front page."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with its texts."""

    src: str
    """As written: a path relative to the article's file."""
    alt: str
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A source of an article: an entry of `sources`."""

    title: str
    url: str
    """An http or https address, or ''."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected error, shown on the article."""

    date: Moment
    text: str


@dataclass(frozen=True, slots=True)
class RelatedChoice:
    """The editor's choice of related headlines: an article's `related` key."""

    pin: tuple[str, ...] = ()
    """Slugs or paths, as written, in the given order."""
    never: tuple[str, ...] = ()
    off: bool = False
    """True for `related: []`: the list is switched off."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its checked front matter, and its body as Markdown."""

    path: str
    """Relative to the content directory, with forward slashes: the article's identity."""
    title: str
    date: Moment
    topics: tuple[str, ...]
    slug: str
    body: str
    """Markdown, with line feeds only."""
    summary: str = ""
    authors: tuple[str, ...] = ()
    kicker: str = ""
    dateline: str = ""
    updated: Moment | None = None
    image: Image | None = None
    type: str = ARTICLE_TYPES[0]
    story: str = ""
    related: RelatedChoice = RelatedChoice()
    sources: tuple[Reference, ...] = ()
    corrections: tuple[Correction, ...] = ()
    front: str = ""
    draft: bool = False
    embargo: datetime | None = None
    expires: datetime | None = None
    aliases: tuple[str, ...] = ()
    """Old addresses on this site, as `2019/some/page/`: without a leading slash, with a trailing one."""
    language: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """The keys that begin with `x-`, without that prefix."""
    body_line: int = field(default=1, compare=False)
    """The 1-based line of the file on which `body` begins."""
    positions: Mapping[str, SourcePosition] = field(default_factory=dict, compare=False, repr=False)
    """The positions of values in the file: 'topics.0', 'related.pin.1', 'image.src' and so on."""
    link_targets: tuple[str, ...] | None = field(default=None, compare=False, repr=False)
    """The targets of links in the body, as written; None when the body was not searched for links."""
    metadata_digest: str = field(default="", compare=False, repr=False)
    """A digest of path, zone, language of slugs and front matter: it changes with everything but the body."""

    def make_problem(
        self, file: str, place: str, message: str, hint: str = "", severity: Severity = "error", instead: str = ""
    ) -> Problem:
        """Return a problem of a value, with its position in the file.

        Args:
            file: the article's file as problems name it.
            place: the place of the value, as in `positions`: its key, with an index for an item of a list.
            message: what was found and what was expected.
            hint: how to mend it.
            severity: an error excludes the article.
            instead: the place whose position is taken when the file has no such `place`.

        """
        position = self.positions.get(place) or self.positions.get(instead, SourcePosition(1, 1))
        key = place.rstrip("0123456789").removesuffix(".")
        return Problem(file, position.line, position.column, key, message, hint, severity)

    @property
    def url(self) -> str:
        """Relative to the site's root: `2026/01/slug/`."""
        return f"{self.date.at.year:04}/{self.date.at.month:02}/{self.slug}/"

    def is_public(self, now: datetime) -> bool:
        """Return whether the article is public at that instant.

        A draft never is; a date or embargo ahead hides it until then, an expiry from then on.
        """
        # Compare in UTC: Python compares two times of one zone by the clock, wrongly in the hour that autumn repeats.
        now = now.astimezone(UTC)
        has_begun = self.date.at <= now and (self.embargo is None or self.embargo <= now)
        return not self.draft and has_begun and (self.expires is None or now < self.expires)
