"""Moved pages: where the article of an old address is after its file was renamed, or its slug or date changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from broadsheet.content import Article


@dataclass(frozen=True, slots=True)
class MovedPages:
    """The addresses of articles that have moved while the server runs."""

    paths: Mapping[str, str] = field(default_factory=dict)
    """By old URL: the path of the article now."""
    urls: Mapping[str, str] = field(default_factory=dict)
    """By path: the URL of each public article now."""

    def find(self, url: str) -> str:
        """Return the URL to which the article of an old URL has moved; '' if none has, or it is not public."""
        target = self.urls.get(self.paths.get(url, ""), "")
        return "" if target == url else target


def follow_moves(
    moved: MovedPages, before: Iterable[Article], after: Iterable[Article], public: Iterable[Article]
) -> MovedPages:
    """Return the addresses after a build.

    An article has moved if its path has another URL, or if its path is gone and one new path has the same article: the
    same text, else the same slug, else the same headline.

    Args:
        moved: the addresses of the build before.
        before: the articles of that build.
        after: the articles now.
        public: those of them that have a page.

    """
    old, new = ({article.path: article for article in articles} for articles in (before, after))
    renamed = match_renamed(
        [article for path, article in old.items() if path not in new],
        [article for path, article in new.items() if path not in old],
    )
    paths = {url: renamed.get(path, path) for url, path in moved.paths.items()}
    for path, url in moved.urls.items():
        target = renamed.get(path, path)
        if target in new and new[target].url != url:
            paths[url] = target
    urls = {article.path: article.url for article in public}
    return MovedPages({url: path for url, path in paths.items() if path in new}, urls)


_SAMENESS: tuple[Callable[[Article], Hashable], ...] = (
    lambda article: (article.title, article.date, article.topics, article.body),
    lambda article: article.slug,
    lambda article: article.title,
)


def match_renamed(gone: Iterable[Article], come: Iterable[Article]) -> dict[str, str]:
    """Return the new paths of articles that are gone from their old ones, where there is one new path for one old."""
    renamed: dict[str, str] = {}
    for describe in _SAMENESS:
        gone = [article for article in gone if article.path not in renamed]
        come = [article for article in come if article.path not in renamed.values()]
        sides = [_group(articles, describe) for articles in (gone, come)]
        renamed |= {
            paths[0]: sides[1][key][0]
            for key, paths in sides[0].items()
            if len(paths) == 1 == len(sides[1].get(key, ()))
        }
    return renamed


def _group(articles: Iterable[Article], describe: Callable[[Article], Hashable]) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for article in articles:
        groups.setdefault(describe(article), []).append(article.path)
    return groups
