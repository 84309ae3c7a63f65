"""Records: the plain text of articles and of the site's own pages, for the search index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from operator import attrgetter

from broadsheet.content import Article, list_topic_ancestors
from broadsheet.core import SITE_URLS, digest
from broadsheet.edition import Edition
from broadsheet.rendering import RenderedBody, collapse_whitespace, html_to_text

SEARCH_URL = SITE_URLS["search"]
"""The page that shows results."""

_HEADLINE = re.compile(r"<h1\b.*?</h1>", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"\w+")
_MIN_RECORDS, _SAMPLE = 200, 250


@dataclass(frozen=True, slots=True)
class Record:
    """One page in the search index. All fields are plain text; each record has a `url` of its own."""

    url: str
    """Relative to the site's root, not percent-encoded."""
    title: str
    text: str
    language: str = ""
    """BCP 47; '' for the language of the site."""
    topics: tuple[str, ...] = ()
    """Titles of topics and of their parents: a search in a section finds the articles of all its topics."""
    authors: tuple[str, ...] = ()
    """Names."""
    day: str = ""
    """A date such as `2026-01-18`, in the time zone of the newspaper; '' for a page without a date."""
    at: str = ""
    """The instant of publication in UTC, as ISO 8601, so that texts sort by time; '' for a page without a date."""

    @property
    def year(self) -> str:
        """The year of the article; '' for a page without a date."""
        return self.day[:4]


def record_articles(edition: Edition, bodies: Mapping[str, RenderedBody]) -> list[Record]:
    """Return the records of an edition's articles; `bodies` are by path. Cost: about 20 µs an article."""
    return [_record_article(edition, article, bodies[article.path]) for article in edition.articles]


def record_page(url: str, title: str, content: str, language: str = "") -> Record:
    """Return the record of one of the site's own pages; title and content are HTML."""
    return Record(url, html_to_text(title), html_to_text(_HEADLINE.sub("", content, count=1)), language)


def digest_records(records: Iterable[Record], language: str) -> bytes:
    """Return a digest of all that an index of records in a site of this language depends on. Cost: 10 µs a record."""
    return digest(language.encode(), *map(_digest_record, records))


def _digest_record(record: Record) -> bytes:
    # Names and titles are on one line.
    topics, authors = ("\n".join(names) for names in (record.topics, record.authors))
    texts = (record.url, record.title, record.text, record.language, topics, authors, record.day, record.at)
    return digest(*(text.encode("utf-8", "surrogatepass") for text in texts))


def find_common_words(records: Sequence[Record]) -> list[str]:
    """Return words that two of three records have, such as "the", in any language; none for few records.

    The search page leaves them out of queries: they load the largest parts of the index and separate results least.
    Cost: about 40 ms, because it reads only a sample of the records.
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
    before = map(collapse_whitespace, (article.kicker, article.summary, article.dateline))
    after = map(collapse_whitespace, (caption, *corrections))
    return Record(
        article.url,
        collapse_whitespace(article.title),
        # `body.text` is on one line already.
        " ".join(filter(None, (*before, body.text, *after))),
        article.language,
        tuple(
            dict.fromkeys(collapse_whitespace(edition.topics[name].title) for name in topics if name in edition.topics)
        ),
        tuple(dict.fromkeys(collapse_whitespace(edition.authors[name].name) for name in article.authors)),
        article.date.at.date().isoformat(),
        article.date.at.astimezone(UTC).isoformat(),
    )
