"""Plan: what an edition publishes and where, settled before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from broadsheet.content import Library
from broadsheet.core import SITE_URLS, Problem
from broadsheet.edition.edition import Edition, explain_hold, publish, publish_all
from broadsheet.edition.listings import ListingPage, Listings, build_listings, paginate
from broadsheet.edition.redirects import collect_redirects
from broadsheet.edition.related_input import check_pins, make_documents
from broadsheet.edition.story_timeline import StoryTimeline, build_timelines
from broadsheet.related import Document
from broadsheet.rendering import LinkMap

INDEX_URLS = {name: SITE_URLS[name] for name in ("topics", "authors", "archive", "stories")}
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
    timelines: Mapping[str, StoryTimeline]
    """By the path of each article that has one."""
    documents: tuple[Document, ...]
    """The public articles, for `related.rank`."""
    problems: tuple[Problem, ...]


def plan_edition(library: Library, now: datetime, layout: Layout, around: Mapping[str, str]) -> Plan:
    """Settle what is public at an instant, and every address; arguments as for `press.set_press`."""
    edition = publish(library, now)
    listings = build_listings(edition)
    pages = tuple(page for listing in listings for page in paginate(listing, layout.per_page))
    links, problems = _map_links(library, edition, pages, around, layout)
    timelines = build_timelines(edition, layout.timeline_count)
    documents = make_documents(library, edition, links, timelines, layout.language, repeat_links=layout.repeat_links)
    problems += check_pins(library, edition, layout.related_count)
    return Plan(layout, edition, listings, pages, links, timelines, tuple(documents), tuple(problems))


def _map_links(
    library: Library, edition: Edition, pages: Iterable[ListingPage], around: Mapping[str, str], layout: Layout
) -> tuple[LinkMap, list[Problem]]:
    """Where links can lead now, and a problem for each alias that is in the way of a page at any time."""
    public = {article.path: article.url for article in edition.articles}
    held = [article for article in library.articles if article.path not in public]
    reasons = dict.fromkeys(library.faulty, "has an error, so it is not published")
    reasons |= {article.path: explain_hold(article, edition.at) for article in held}
    places = {article.path: article.url for article in held} | dict.fromkeys(library.faulty, "")
    ours = _list_urls(edition, pages)
    urls = {*around.values(), *ours}
    moved, problems = collect_redirects(edition, urls, library.name)
    hidden: dict[str, str] = {}
    if held:
        whole = publish_all(library, edition.at)
        every_page = (page for listing in build_listings(whole) for page in paginate(listing, layout.per_page))
        every_url = _list_urls(whole, every_page)
        every_move, problems = collect_redirects(whole, {*around.values(), *every_url}, library.name)
        hidden = {url: url for url in sorted(every_url - ours)}
        hidden |= {old: new for old, new in every_move.items() if old not in moved}
    known = (public, places, around, urls, library.media, library.refused, moved)
    return LinkMap(*known, layout.site_url, hidden, reasons), problems


def _list_urls(edition: Edition, pages: Iterable[ListingPage]) -> set[str]:
    """The URL of every page of an edition."""
    articles = (article.url for article in edition.articles)
    return {"", *INDEX_URLS.values(), *articles, *(page.url for page in pages)}
