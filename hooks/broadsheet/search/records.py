"""Records: what readers can search, as plain text of the articles and of the site's own pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from operator import attrgetter

from broadsheet.content import Article, list_topic_ancestors
from broadsheet.core import SITE_URLS
from broadsheet.edition import Edition
from broadsheet.rendering import RenderedBody, collapse_whitespace, html_to_text

SEARCH_URL = SITE_URLS["search"]
"""The page that shows results."""

_HEADLINE = re.compile(r"<h1\b.*?</h1>", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"\w+")
_MIN_RECORDS, _SAMPLE = 200, 250


@dataclass(frozen=True, slots=True)
class Record:
    """One page as the search knows it, all of it plain text. No two records have the same `url`."""

    url: str
    """Relative to the site's root, not percent-encoded."""
    title: str
    text: str
    language: str = ""
    """BCP 47; '' for the site's own."""
    topics: tuple[str, ...] = ()
    """Titles, with those of parent topics: a search within a section finds all of its topics."""
    authors: tuple[str, ...] = ()
    """Names."""
    day: str = ""
    """As `2026-01-18`, in the newspaper's zone; '' for a page without a date."""
    at: str = ""
    """The instant in UTC, as ISO 8601: sorted as text, instants are sorted by time; '' as above."""

    @property
    def year(self) -> str:
        """The year of the article; '' for a page without a date."""
        return self.day[:4]


def record_articles(edition: Edition, bodies: Mapping[str, RenderedBody]) -> list[Record]:
    """The records of an edition's articles, whose bodies are given by path. Cost: about 20 µs an article."""
    return [_record_article(edition, article, bodies[article.path]) for article in edition.articles]


def record_page(url: str, title: str, content: str, language: str = "") -> Record:
    """The record of one of the site's own pages; title and content are HTML."""
    return Record(url, html_to_text(title), html_to_text(_HEADLINE.sub("", content, count=1)), language)


def find_common_words(records: Sequence[Record]) -> list[str]:
    """Words that two in three records have, such as "the", in any language; none where there are few records.

    The search page leaves them out of a query: they load the largest parts of the index and tell results apart least.
    Cost: about 40 ms, as a sample of records is looked at.
    """
    if len(records) < _MIN_RECORDS:
        return []
    sample = sorted(records, key=attrgetter("url"))[:: 1 + len(records) // _SAMPLE]
    counts = Counter(word for record in sample for word in set(_WORD.findall(record.text.lower())))
    return sorted(word for word, count in counts.items() if 3 * count > 2 * len(sample))


def _record_article(edition: Edition, article: Article, body: RenderedBody) -> Record:
    topics = [topic for name in article.topics for topic in list_topic_ancestors(name, edition.topics)]
    caption = article.image.caption if article.image else ""
    corrections = (correction.text for correction in article.corrections)
    parts = (article.kicker, article.summary, article.dateline, body.text, caption, *corrections)
    return Record(
        article.url,
        collapse_whitespace(article.title),
        collapse_whitespace(" ".join(parts)),
        article.language,
        tuple(
            dict.fromkeys(collapse_whitespace(edition.topics[name].title) for name in topics if name in edition.topics)
        ),
        tuple(dict.fromkeys(collapse_whitespace(edition.authors[name].name) for name in article.authors)),
        article.date.at.date().isoformat(),
        article.date.at.astimezone(UTC).isoformat(),
    )
