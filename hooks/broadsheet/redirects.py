"""Redirects: old addresses of articles and topics, each with the one that took its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from broadsheet.article import Article
from broadsheet.edition import Edition
from broadsheet.nodes import Mark
from broadsheet.problems import Problem

_RESERVED = frozenset({"404.html", "assets", "media", "search", "sitemap.xml", "sitemap.xml.gz"})
"""First parts of addresses that belong to the theme, to search and to files beside articles."""


def collect_redirects(
    edition: Edition, taken: Collection[str], label: Callable[[str], str]
) -> tuple[dict[str, str], list[Problem]]:
    """The redirects of an edition, and a problem for each alias that would take another page's place.

    Args:
        edition: what is public.
        taken: the URLs of every page and file of the site.
        label: gives a file's name in problems.

    """
    redirects = {
        f"topics/{alias}/": f"topics/{topic.id}/"
        for topic in edition.topics.values()
        for alias in topic.aliases
        if alias not in edition.topics
    }
    files = {alias for article in edition.articles for alias in article.aliases if alias.endswith(".html")}
    problems = []
    for article in edition.articles:
        for index, alias in enumerate(article.aliases):
            # A server shows one page for both spellings.
            old = alias.removesuffix("index.html") if f"/{alias}".endswith("/index.html") else alias
            if old in taken or old in redirects or _is_blocked(old, files):
                problems.append(_refuse(article, index, label))
            else:
                redirects[old] = article.url
    return dict(sorted(redirects.items())), problems


def _is_blocked(old: str, files: Collection[str]) -> bool:
    """Whether something that is no page stands at the address, or where it needs a directory."""
    return old.partition("/")[0] in _RESERVED or any(parent in files for parent in _parents(old))


def _parents(url: str) -> Iterator[str]:
    parts = url.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[:count])


def _refuse(article: Article, index: int, label: Callable[[str], str]) -> Problem:
    mark = article.marks.get(f"aliases.{index}", Mark(1, 1))
    message = f"the address /{article.aliases[index]} is taken: it does not lead to this article"
    return Problem(
        label(article.path), mark.line, mark.column, "aliases", message, "take the alias out or give another", "warning"
    )
