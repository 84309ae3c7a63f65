"""Redirects: old addresses of articles and topics, each with the one that took its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from broadsheet.content import TOPICS_FILE, Article, SourcePosition
from broadsheet.core import SITE_URLS, Problem, make_listing_url
from broadsheet.edition.edition import Edition

_RESERVED = frozenset(
    {"404.html", "assets", "sitemap.xml", "sitemap.xml.gz"}
    | {SITE_URLS[name].partition("/")[0] for name in ("media", "pagefind", "pictures", "search")}
)
"""First parts of addresses that belong to the theme, to search and to files beside articles."""
_HINT = "take the alias out or give another"


def collect_redirects(
    edition: Edition, taken: Collection[str], label: Callable[[str], str]
) -> tuple[dict[str, str], list[Problem]]:
    """The redirects of an edition, and a problem for each alias that would take another page's place.

    Args:
        edition: what is public.
        taken: the URLs of every page and file of the site.
        label: gives a file's name in problems.

    """
    redirects, problems = _redirect_topics(edition, taken, label)
    files = {alias for article in edition.articles for alias in article.aliases if alias.endswith(".html")}
    folders = {parent for url in taken for parent in _parents(url)} if files else set()
    for article in edition.articles:
        for index, alias in enumerate(article.aliases):
            # A server shows one page for both spellings.
            old = alias.removesuffix("index.html") if f"/{alias}".endswith("/index.html") else alias
            is_free = old not in taken and old not in folders and redirects.get(old, article.url) == article.url
            if not is_free or _is_blocked(old) or any(parent in taken or parent in files for parent in _parents(old)):
                problems.append(_refuse(article, index, label))
            else:
                redirects[old] = article.url
    return dict(sorted(redirects.items())), problems


def _is_blocked(old: str) -> bool:
    """Whether an address belongs to others, or lies in a directory that has the name of a page's file."""
    return old.partition("/")[0] in _RESERVED or "/index.html/" in f"/{old}"


def _redirect_topics(
    edition: Edition, taken: Collection[str], label: Callable[[str], str]
) -> tuple[dict[str, str], list[Problem]]:
    redirects: dict[str, str] = {}
    problems = []
    for topic in edition.topics.values():
        for alias in topic.aliases:
            old = make_listing_url("topics", alias)
            if old not in taken:
                redirects[old] = make_listing_url("topics", topic.id)
            else:
                message = f"the address /{old} is taken: it does not lead to this topic"
                problems.append(Problem(label(TOPICS_FILE), 0, 0, f"{topic.id}.aliases", message, _HINT, "warning"))
    return redirects, problems


def _parents(url: str) -> Iterator[str]:
    """The directories that a page or file lies in, without trailing slashes."""
    parts = url.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[:count])


def _refuse(article: Article, index: int, label: Callable[[str], str]) -> Problem:
    mark = article.marks.get(f"aliases.{index}", SourcePosition(1, 1))
    alias = article.aliases[index]
    end = "the article's own" if alias == article.url else "taken: it does not lead to this article"
    message = f"the address /{alias} is {end}"
    return Problem(label(article.path), mark.line, mark.column, "aliases", message, _HINT, "warning")
