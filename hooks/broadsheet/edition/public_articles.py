"""The edition: the articles that are public at one instant, with indexes by topic, author, story and month."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar

from broadsheet.content import Article, Author, Library, Story, Topic, list_topic_ancestors
from broadsheet.core import title_from_id

Entry = TypeVar("Entry", Topic, Author, Story)
Index = Mapping[str, tuple[Article, ...]]


@dataclass(frozen=True, slots=True)
class Edition:
    """The public articles at the instant `at`, and what they belong to. It has no data of held articles."""

    at: datetime
    articles: tuple[Article, ...] = ()
    """Newest first; of the same moment, by URL."""
    topics: Mapping[str, Topic] = field(default_factory=dict)
    authors: Mapping[str, Author] = field(default_factory=dict)
    stories: Mapping[str, Story] = field(default_factory=dict)
    by_path: Mapping[str, Article] = field(default_factory=dict)
    by_topic: Index = field(default_factory=dict)
    """Each article is listed under its topics and under all topics above them."""
    by_author: Index = field(default_factory=dict)
    by_story: Index = field(default_factory=dict)
    """Oldest first: a story is told from its beginning."""
    by_month: Index = field(default_factory=dict)
    """Keys as `2026/01`."""

    @property
    def sections(self) -> tuple[Topic, ...]:
        """The topics of the navigation, in the order of topics.yml."""
        return tuple(topic for topic in self.topics.values() if topic.section)

    def section_of(self, article: Article) -> Topic | None:
        """The first section that the article's topics, taken in their order, lead to."""
        for name in article.topics:
            for ancestor in list_topic_ancestors(name, self.topics):
                if ancestor in self.topics and self.topics[ancestor].section:
                    return self.topics[ancestor]
        return None


def newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Articles by date, the newest first; of the same moment, by URL from a to z."""
    by_url = sorted(articles, key=lambda article: article.url)
    # In UTC: Python compares two times of one zone by wall clock, which is wrong in the hour that repeats in autumn.
    return tuple(sorted(by_url, key=lambda article: article.date.at.astimezone(UTC), reverse=True))


def publish(library: Library, now: datetime, faulty: Collection[str] = ()) -> Edition:
    """The edition of a library at an instant, without the articles at the paths `faulty`.

    It has all topics, authors and stories of the registers. A topic, author or story that no register has is in the
    edition only if a public article names it.
    """
    public = (article for article in library.articles if article.is_public(now) and article.path not in faulty)
    return _build_edition(library, now, public)


def publish_all(library: Library, now: datetime, faulty: Collection[str] = ()) -> Edition:
    """The edition in which every article is public, whatever its state, but for those at the paths `faulty`.

    Nothing of it reaches a page. It has every URL that the site has at any time, so that a problem is reported on the
    day on which it is written, and no warning depends on the clock.
    """
    return _build_edition(library, now, (article for article in library.articles if article.path not in faulty))


def explain_hold(article: Article, now: datetime) -> str:
    """Why an article is not public at an instant, in words that follow its name."""
    if article.draft:
        return "is not public yet (a draft)"
    if article.expires is not None and article.expires.astimezone(UTC) <= now.astimezone(UTC):
        return f"was withdrawn on {_write_moment(article.expires)}"
    begins = [moment for moment in (article.date.at, article.embargo) if moment is not None]
    return f"is not public yet (it waits until {_write_moment(max(begins, key=lambda moment: moment.astimezone(UTC)))})"


def _write_moment(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")


def _build_edition(library: Library, now: datetime, public: Iterable[Article]) -> Edition:
    articles = newest_first(public)
    registers = library.taxonomies
    topics = _add_unregistered(registers.topics, (name for article in articles for name in article.topics), Topic)
    authors = _add_unregistered(registers.authors, (name for article in articles for name in article.authors), Author)
    stories = _add_unregistered(registers.stories, (article.story for article in articles if article.story), Story)
    ancestors = {name: list_topic_ancestors(name, topics) for name in topics}
    by_topic = _group_by(
        articles, lambda article: dict.fromkeys(above for name in article.topics for above in ancestors[name])
    )
    by_story = _group_by(reversed(articles), lambda article: [article.story] if article.story else [])
    return Edition(
        now,
        articles,
        topics,
        authors,
        stories,
        MappingProxyType({article.path: article for article in articles}),
        by_topic,
        _group_by(articles, lambda article: article.authors),
        by_story,
        _group_by(articles, lambda article: [f"{article.date.at.year:04}/{article.date.at.month:02}"]),
    )


def find_next_change(library: Library, now: datetime) -> datetime | None:
    """The first moment after an instant at which an article becomes public or expires; None if there is none."""
    changes = []
    for article in library.articles:
        for boundary in (article.date.at, article.embargo, article.expires):
            # In UTC: see `newest_first`.
            moment = now if boundary is None else boundary.astimezone(UTC)
            if moment > now and article.is_public(moment) != article.is_public(now):
                changes.append(moment)
    return min(changes, default=None)


def _add_unregistered(
    known: Mapping[str, Entry], named: Iterable[str], make: Callable[[str, str], Entry]
) -> Mapping[str, Entry]:
    unknown = sorted({name for name in named if name not in known})
    return MappingProxyType({**known, **{name: make(name, title_from_id(name)) for name in unknown}})


def _group_by(articles: Iterable[Article], keys: Callable[[Article], Iterable[str]]) -> Index:
    index: dict[str, list[Article]] = {}
    for article in articles:
        for key in keys(article):
            index.setdefault(key, []).append(article)
    return MappingProxyType({key: tuple(entries) for key, entries in sorted(index.items())})
