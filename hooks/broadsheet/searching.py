"""Searching: what readers can search, as records of articles and of the site's own pages."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC

import nh3

from broadsheet.edition import Edition
from broadsheet.press import Spread
from broadsheet.registers import trace_topic

SEARCH_URL = "search/"
"""The page that shows what was found."""

# Without a space in front of them, the last word of one paragraph would grow together with the first of the next.
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|caption|d[dlt]|details|div|fig\w+|footer|h[1-6r]|header|li|"
    r"[ou]l|p|pre|section|summary|t[dhr]|table)\b)",
    re.IGNORECASE,
)
_HEADLINE = re.compile(r"<h1\b.*?</h1>", re.DOTALL | re.IGNORECASE)
_UNSEEN = {"script", "style", "template"}
_WORD = re.compile(r"\w+")
_MANY, _SAMPLE = 200, 500


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One page as the search knows it, all of it plain text. Records are sorted by `url`, which none share."""

    url: str
    """Relative to the site's root, not percent-encoded."""
    title: str
    text: str
    language: str = ""
    """BCP 47; '' for the site's own."""
    topics: tuple[str, ...] = ()
    """Titles, those of parents too: who narrows a search to a section means all of it."""
    authors: tuple[str, ...] = ()
    """Names."""
    day: str = ""
    """As `2026-01-18`, in the newspaper's zone; '' for a page without a date."""
    at: str = ""
    """The instant in UTC, so that its order is that of time; '' as above."""

    @property
    def year(self) -> str:
        """Of the article; '' for a page without a date."""
        return self.day[:4]


def record_articles(edition: Edition, spreads: Iterable[Spread]) -> list[Record]:
    """The records of an edition's articles."""
    return [_record_article(edition, spread) for spread in spreads]


def record_page(url: str, title: str, content: str, language: str = "") -> Record:
    """The record of a page of the site's own; title and content are HTML."""
    return Record(url, read_text(title), read_text(_HEADLINE.sub("", content, count=1)), language)


def read_text(content: str) -> str:
    """What a reader sees of some HTML, on one line.

    >>> read_text("<p>Ham &amp; <b>e</b>ggs</p><p>&lt;b&gt;</p><script>x</script>")
    'Ham & eggs <b>'
    """
    plain = nh3.clean(_BLOCK.sub(" <", content), tags=set(), clean_content_tags=_UNSEEN)
    return _squeeze(html.unescape(plain))


def digest(records: Sequence[Record], language: str) -> str:
    """A text that two indexes share only when readers find the same in both: of these records, in this language.

    The order of the records makes no difference.
    """
    told = json.dumps([language, *(astuple(record) for record in sorted(records))], separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def find_common_words(records: Sequence[Record]) -> list[str]:
    """Words that two records in three have, such as "the": to look one up costs readers most and tells them least.

    In a language of any kind, as no list of words is needed for it. Of a small archive there are none.
    """
    if len(records) < _MANY:
        return []
    some = sorted(records)[:: 1 + len(records) // _SAMPLE]
    counts = Counter(word for record in some for word in set(_WORD.findall(record.text.lower())))
    return sorted(word for word, count in counts.items() if 3 * count > 2 * len(some))


def _record_article(edition: Edition, spread: Spread) -> Record:
    article = spread.article
    lines = [one for name in article.topics for one in trace_topic(name, edition.topics)]
    caption = article.image.caption if article.image else ""
    corrections = (correction.text for correction in article.corrections)
    parts = (article.kicker, article.summary, article.dateline, read_text(spread.body.html), caption, *corrections)
    return Record(
        article.url,
        _squeeze(article.title),
        _squeeze(" ".join(parts)),
        article.language,
        tuple(dict.fromkeys(_squeeze(edition.topics[name].title) for name in lines if name in edition.topics)),
        tuple(dict.fromkeys(_squeeze(edition.authors[name].name) for name in article.authors)),
        article.date.at.date().isoformat(),
        article.date.at.astimezone(UTC).isoformat(),
    )


def _squeeze(text: str) -> str:
    """A text on one line, without what no file can hold and the marks that Pagefind would split words at."""
    return " ".join(text.replace("\u200b", "").encode("utf-8", "ignore").decode().split())
