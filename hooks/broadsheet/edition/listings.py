"""Listings: the lists of articles that have pages of their own, cut into pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from broadsheet.content import Article, Author, Story, Topic, list_topic_ancestors
from broadsheet.core import make_listing_url
from broadsheet.edition.edition import Edition


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of articles: a topic's, an author's, a story's, a year's or a month's."""

    kind: str
    """'topic', 'author', 'story', 'year' or 'month'."""
    key: str
    url: str
    """Of its first page, relative to the site's root, with a trailing slash."""
    title: str
    articles: tuple[Article, ...]
    """In the order shown."""
    entry: Topic | Author | Story | None = None
    """The register entry it belongs to."""
    parent: Listing | None = None
    """The topic above a topic, the year of a month; this one knows its own parent, but no children."""
    children: tuple[Listing, ...] = ()
    """Topics below a topic, each with its own children; months of a year."""
    earlier: str = ""
    """The key of the month before a month, as `2025/12`, of those that have articles; '' for the first."""
    later: str = ""

    @property
    def summary(self) -> str:
        """What the list is about, or ''."""
        return getattr(self.entry, "summary", "") or getattr(self.entry, "bio", "")


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing."""

    listing: Listing
    number: int
    """From 1."""
    total: int
    """How many pages the listing has: at least 1, even when it is empty."""
    articles: tuple[Article, ...]
    start: int
    """The place of its first article in the listing, from 1."""

    @property
    def url(self) -> str:
        """Page 1 is only at the bare URL."""
        return page_url(self.listing.url, self.number)

    @property
    def newer_url(self) -> str:
        """The page before, or ''."""
        return page_url(self.listing.url, self.number - 1) if self.number > 1 else ""

    @property
    def older_url(self) -> str:
        """The page after, or ''."""
        return page_url(self.listing.url, self.number + 1) if self.number < self.total else ""


def page_url(url: str, number: int) -> str:
    """The URL of a page: `topics/nato/`, `topics/nato/page/2/`."""
    return url if number == 1 else f"{url}page/{number}/"


def paginate(listing: Listing, per_page: int) -> tuple[ListingPage, ...]:
    """Cut a listing into pages of `per_page` articles; an empty one still has its first page."""
    articles = listing.articles
    total = max(1, -(-len(articles) // per_page))
    starts = range(0, total * per_page, per_page)
    return tuple(
        ListingPage(listing, number, total, articles[start : start + per_page], start + 1)
        for number, start in enumerate(starts, 1)
    )


@dataclass(frozen=True, slots=True)
class Listings:
    """All listings of an edition, each kind in the order of its index page."""

    topics: tuple[Listing, ...] = ()
    authors: tuple[Listing, ...] = ()
    stories: tuple[Listing, ...] = ()
    years: tuple[Listing, ...] = ()
    """Newest first; their months are their children."""

    def __iter__(self) -> Iterator[Listing]:
        """Every listing once."""
        yield from (*self.topics, *self.authors, *self.stories)
        for year in self.years:
            yield from (year, *year.children)


def build_listings(edition: Edition) -> Listings:
    """The listings of an edition. Cost: one pass over the edition's indexes."""
    return Listings(
        _nest_topics(edition),
        _sorted_by_title(
            Listing(
                "author", name, make_listing_url("authors", name), author.name, edition.by_author.get(name, ()), author
            )
            for name, author in edition.authors.items()
        ),
        tuple(
            Listing(
                "story", name, make_listing_url("stories", name), story.title, edition.by_story.get(name, ()), story
            )
            for name, story in edition.stories.items()
        ),
        _build_archive(edition),
    )


def _sorted_by_title(listings: Iterable[Listing]) -> tuple[Listing, ...]:
    return tuple(sorted(listings, key=lambda listing: (listing.title.casefold(), listing.url)))


def _nest_topics(edition: Edition) -> tuple[Listing, ...]:
    """A listing of every topic, with those above it and, as whole trees, those below it."""
    topics = edition.topics
    from_top = sorted(topics, key=lambda name: len(list_topic_ancestors(name, topics)))
    above: dict[str, Listing] = {}
    for name in from_top:
        topic = topics[name]
        articles = edition.by_topic.get(name, ())
        above[name] = Listing(
            "topic",
            name,
            make_listing_url("topics", name),
            topic.title,
            articles,
            topic,
            parent=above.get(topic.parent),
        )
    below: dict[str, list[Listing]] = {}
    whole: list[Listing] = []
    for name in reversed(from_top):
        listing = replace(above[name], children=_sorted_by_title(below.pop(name, ())))
        below.setdefault(topics[name].parent, []).append(listing)
        whole.append(listing)
    return _sorted_by_title(whole)


def _build_archive(edition: Edition) -> tuple[Listing, ...]:
    years = []
    months = sorted(edition.by_month.items(), reverse=True)
    keys = [key for key, _ in months]
    earlier = dict(pairwise(keys))
    later = {before: month for month, before in earlier.items()}
    for year, group in groupby(months, key=lambda item: item[0][:4]):
        in_year = list(group)
        articles: Sequence[Article] = [article for _, found in in_year for article in found]
        bare = Listing("year", year, make_listing_url("archive", year), year, tuple(articles))
        children = tuple(
            Listing(
                *("month", month, make_listing_url("archive", month), month, found),
                parent=bare,
                earlier=earlier.get(month, ""),
                later=later.get(month, ""),
            )
            for month, found in in_year
        )
        years.append(Listing("year", year, bare.url, year, bare.articles, children=children))
    return tuple(years)
