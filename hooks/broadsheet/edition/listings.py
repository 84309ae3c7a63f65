"""Listings: the lists of articles that have pages of their own, their pagination, and the timelines of stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from broadsheet.content import Article, Author, Story, Topic, list_topic_ancestors
from broadsheet.core import make_listing_url
from broadsheet.edition.public_articles import Edition


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of articles: a topic's, an author's, a story's, a year's or a month's."""

    kind: str
    """'topic', 'author', 'story', 'year' or 'month'."""
    key: str
    url: str
    """The URL of its first page, relative to the site's root, with a trailing slash."""
    title: str
    articles: tuple[Article, ...]
    """In the order in which pages show them."""
    entry: Topic | Author | Story | None = None
    """The topic, author or story that it lists; None for years and months."""
    parent: Listing | None = None
    """The topic above a topic, or the year of a month. It has its own parent, but no children."""
    children: tuple[Listing, ...] = ()
    """The topics below a topic, each with its own children, or the months of a year."""
    earlier: str = ""
    """For a month, the key of the last month before it that has articles, as `2025/12`; '' for the first month."""
    later: str = ""
    """For a month, the key of the next month that has articles; '' for the last month."""

    @property
    def summary(self) -> str:
        """The summary of the topic or story, or the biography of the author; '' without one."""
        return getattr(self.entry, "summary", "") or getattr(self.entry, "bio", "")


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing."""

    listing: Listing
    number: int
    """From 1."""
    total: int
    """The number of pages of the listing: at least 1, even if it is empty."""
    articles: tuple[Article, ...]
    start: int
    """The position of its first article in the listing, from 1."""

    @property
    def url(self) -> str:
        """The URL of this page; page 1 has the URL of the listing."""
        return page_url(self.listing.url, self.number)

    @property
    def newer_url(self) -> str:
        """The URL of the page before, or ''."""
        return page_url(self.listing.url, self.number - 1) if self.number > 1 else ""

    @property
    def older_url(self) -> str:
        """The URL of the page after, or ''."""
        return page_url(self.listing.url, self.number + 1) if self.number < self.total else ""


def page_url(url: str, number: int) -> str:
    """The URL of a page: `topics/nato/`, `topics/nato/page/2/`."""
    return url if number == 1 else f"{url}page/{number}/"


def paginate(listing: Listing, per_page: int) -> tuple[ListingPage, ...]:
    """The pages of a listing, of `per_page` articles each; an empty listing has one page."""
    articles = listing.articles
    total = max(1, -(-len(articles) // per_page))
    starts = range(0, total * per_page, per_page)
    return tuple(
        ListingPage(listing, number, total, articles[start : start + per_page], start + 1)
        for number, start in enumerate(starts, 1)
    )


@dataclass(frozen=True, slots=True)
class Listings:
    """All listings of an edition; each kind is in the order of its index page."""

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
            _make_listing("author", author, edition.by_author.get(name, ())) for name, author in edition.authors.items()
        ),
        tuple(_make_listing("story", story, edition.by_story.get(name, ())) for name, story in edition.stories.items()),
        _build_archive(edition),
    )


_DIRECTORIES = {"topic": "topics", "author": "authors", "story": "stories"}
"""The first part of the URLs of each kind of listing."""


def _make_listing(
    kind: str, entry: Topic | Author | Story, articles: tuple[Article, ...], parent: Listing | None = None
) -> Listing:
    """The listing of an entry of a register."""
    return Listing(
        kind, entry.id, make_listing_url(_DIRECTORIES[kind], entry.id), entry.title, articles, entry, parent=parent
    )


def _sorted_by_title(listings: Iterable[Listing]) -> tuple[Listing, ...]:
    return tuple(sorted(listings, key=lambda listing: (listing.title.casefold(), listing.url)))


def _nest_topics(edition: Edition) -> tuple[Listing, ...]:
    """A listing for every topic, with its parents, and with its children as whole trees."""
    topics = edition.topics
    by_depth = sorted(topics, key=lambda name: len(list_topic_ancestors(name, topics)))
    with_parents: dict[str, Listing] = {}
    for name in by_depth:
        parent = with_parents.get(topics[name].parent)
        with_parents[name] = _make_listing("topic", topics[name], edition.by_topic.get(name, ()), parent)
    children: dict[str, list[Listing]] = {}
    complete: list[Listing] = []
    for name in reversed(by_depth):
        listing = replace(with_parents[name], children=_sorted_by_title(children.pop(name, ())))
        children.setdefault(topics[name].parent, []).append(listing)
        complete.append(listing)
    return _sorted_by_title(complete)


def _build_archive(edition: Edition) -> tuple[Listing, ...]:
    years = []
    months = sorted(edition.by_month.items(), reverse=True)
    keys = [key for key, _ in months]
    earlier = dict(pairwise(keys))
    later = {before: month for month, before in earlier.items()}
    for year, group in groupby(months, key=lambda item: item[0][:4]):
        in_year = list(group)
        articles = tuple(article for _, in_month in in_year for article in in_month)
        without_months = Listing("year", year, make_listing_url("archive", year), year, articles)
        children = tuple(
            Listing(
                *("month", month, make_listing_url("archive", month), month, in_month),
                parent=without_months,
                earlier=earlier.get(month, ""),
                later=later.get(month, ""),
            )
            for month, in_month in in_year
        )
        years.append(replace(without_months, children=children))
    return tuple(years)


@dataclass(frozen=True, slots=True)
class StoryTimeline:
    """The timeline of a story that one of its articles shows."""

    story: Story
    parts: tuple[tuple[Article, ...], ...]
    """The articles shown, newest first, in one or two parts; between two parts articles are left out."""
    total: int
    """The number of articles of the story."""
    newer: Article | None
    """The next newer article of the story."""
    older: Article | None
    """The next older article of the story."""
    latest: Article | None
    """The newest article of the story; None if it is this article."""

    @property
    def shown(self) -> frozenset[str]:
        """The paths of all articles that the timeline links to."""
        links = (article for article in (self.newer, self.older, self.latest) if article)
        return frozenset(article.path for article in (*links, *(article for part in self.parts for article in part)))


def build_timelines(edition: Edition, count: int) -> dict[str, StoryTimeline]:
    """The timeline of each article of a story with more than one article, by the article's path.

    Cost: `count` steps an article.

    Args:
        edition: the public articles.
        count: how many articles a timeline shows; 0 for no timelines.

    """
    timelines: dict[str, StoryTimeline] = {}
    for name, articles in edition.by_story.items():
        newest_first = tuple(reversed(articles))
        for position, article in enumerate(newest_first if count and len(articles) > 1 else ()):
            timelines[article.path] = StoryTimeline(
                edition.stories[name],
                _choose_parts(newest_first, position, count),
                len(articles),
                newest_first[position - 1] if position else None,
                newest_first[position + 1] if position + 1 < len(articles) else None,
                newest_first[0] if position else None,
            )
    return timelines


def _choose_parts(articles: Sequence[Article], position: int, count: int) -> tuple[tuple[Article, ...], ...]:
    """The newest articles and those around a position, `count` in all, as one part if they are adjacent.

    A single article between two parts is shown too: the line that says "left out" would take as much room.
    """
    if len(articles) <= count:
        return (tuple(articles),)
    around = max(1, count - count // 3)
    start = min(max(0, position - around // 2), len(articles) - around)
    newest = count - around
    if start <= newest:
        return (tuple(articles[:count]),)
    if newest and start == newest + 1:
        return (tuple(articles[: count + 1]),)
    return tuple(part for part in (tuple(articles[:newest]), tuple(articles[start : start + around])) if part)
