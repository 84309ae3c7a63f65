"""Plan: what an edition publishes and where, settled before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from broadsheet.comparing import check_pins, describe_articles
from broadsheet.edition import Edition, publish
from broadsheet.library import Library
from broadsheet.links import LinkMap
from broadsheet.listings import ListingPage, Listings, build_listings, paginate
from broadsheet.problems import Problem
from broadsheet.redirects import collect_redirects
from broadsheet.related import Document
from broadsheet.timelines import Timeline, build_timelines

INDEX_URLS = {"topics": "topics/", "authors": "authors/", "archive": "archive/", "stories": "stories/"}
"""The pages that list the lists."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a newsroom wants to have on its pages, and how many of it."""

    per_page: int = 20
    related_count: int = 8
    latest_count: int = 16
    feature_count: int = 4
    timeline_count: int = 10
    repeat_links: bool = False
    """Whether an article that the body links to may be a related headline as well."""
    language: str = ""
    """That of articles which name none."""
    site_url: str = ""
    """The full address of the site, by which links to its own pages are known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One edition with its addresses."""

    layout: Layout
    edition: Edition
    listings: Listings
    listing_pages: tuple[ListingPage, ...]
    links: LinkMap
    timelines: Mapping[str, Timeline]
    """By the path of each article that has one."""
    documents: tuple[Document, ...]
    """The public articles, for `related.rank`."""
    problems: tuple[Problem, ...]


def plan_edition(library: Library, now: datetime, layout: Layout, around: Mapping[str, str]) -> Plan:
    """Settle what is public at an instant, and every address; arguments as for `press.set_press`."""
    edition = publish(library, now)
    listings = build_listings(edition)
    pages = tuple(page for listing in listings for page in paginate(listing, layout.per_page))
    links, problems = _map_links(library, edition, pages, around, layout.site_url)
    timelines = build_timelines(edition, layout.timeline_count)
    documents = describe_articles(library, edition, links, timelines, layout.language, repeat_links=layout.repeat_links)
    problems += check_pins(library, edition, layout.related_count)
    return Plan(layout, edition, listings, pages, links, timelines, tuple(documents), tuple(problems))


def _map_links(
    library: Library, edition: Edition, pages: Iterable[ListingPage], around: Mapping[str, str], site: str
) -> tuple[LinkMap, list[Problem]]:
    public = {article.path: article.url for article in edition.articles}
    held = {article.path: article.url for article in library.articles if article.path not in public}
    held |= dict.fromkeys(library.faulty, "")
    urls = {"", *INDEX_URLS.values(), *around.values(), *public.values(), *(page.url for page in pages)}
    moved, problems = collect_redirects(edition, urls, library.name)
    return LinkMap(public, held, around, urls, library.media, library.refused, moved, site), problems
