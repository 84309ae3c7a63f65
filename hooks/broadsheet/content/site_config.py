"""The decisions of a newsroom that the engine depends on, as one value without MkDocs."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """A site's checked settings; `broadsheet.mkdocs_site` makes it from mkdocs.yml."""

    zone: tzinfo = UTC
    """The time zone of dates that give none, and of the year and month in URLs."""
    _: KW_ONLY
    open_topics: bool = False
    """Whether articles may name topics that topics.yml does not have."""
    open_authors: bool = False
    """Whether articles may name authors that authors.yml does not have."""
    per_page: int = 20
    """How many articles one page of a list shows."""
    related_count: int = 8
    """How many related headlines an article has."""
    latest_count: int = 16
    """How many of the latest headlines stand beside an article and on the front page."""
    feature_count: int = 4
    """How many features stand below the lead of the front page."""
    timeline_count: int = 10
    """How many articles the timeline of a story shows."""
    repeat_links: bool = False
    """Whether an article that the body links to may be a related headline as well."""
    language: str = ""
    """The language of articles that name none."""
    slug_language: str = ""
    """The language by whose rules slugs of file names are written in ASCII; '' where letters stay as they are."""
    site_url: str = ""
    """The full address of the site, by which links to its own pages are known."""
