"""The last good state of registers and articles, which takes the place of faulty ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from broadsheet.content import (
    Article,
    ContentFiles,
    Library,
    SiteConfig,
    Withholding,
    build_library,
    find_earliest,
    find_latest,
    read_withholding,
)
from broadsheet.core import Cache, Problem
from broadsheet.edition import SiteModel


class LastGood:
    """Keeps registers and articles as they were shown last, and puts them in the place of faulty ones.

    So a faulty article keeps its page, its pictures and its places in lists until its file is mended or deleted, or
    hides the article.
    """

    def __init__(self) -> None:
        self._registers: dict[str, bytes] = {}
        self._articles: dict[str, Article] = {}
        """By path: the articles as they were shown last, without an error."""
        self._kept: frozenset[str] = frozenset()
        """Paths of the faulty articles of the last library for which the last good state stands."""
        self._failed: dict[str, tuple[Article, tuple[Problem, ...]]] = {}
        """By path: articles whose body cannot be rendered, with the errors of the body."""

    def read(self, source: ContentFiles, config: SiteConfig, cache: Cache | None) -> Library:
        """Return the library of the content files, with the last good state of what is broken.

        Cost beside that of `build_library`: 1 ms for each faulty article.
        """
        library = self._read_registers(source, config, cache)
        failed = {
            article.path: self._failed[article.path]
            for article in library.articles
            if article.path in self._failed and self._failed[article.path][0] == article
        }
        valid = [article for article in library.articles if article.path not in failed]
        taken = {url for article in valid for url in (article.url, *article.aliases)}
        kept: dict[str, Article] = {}
        for path in sorted(library.faulty | failed.keys()):
            article = self._articles.get(path)
            if article is not None and article.url not in taken:
                withholding = read_withholding(source.articles[path], path, source.name(path), config.zone)
                kept[path] = _withhold(article, withholding, taken)
                taken |= {article.url, *article.aliases}
        self._failed, self._kept = failed, frozenset(kept)
        body_problems = (problem for _, problems in failed.values() for problem in problems)
        return replace(
            library,
            articles=tuple(sorted((*valid, *kept.values()), key=lambda article: article.path)),
            faulty=library.faulty.union(failed) - self._kept,
            problems=tuple(sorted({*library.problems, *body_problems})),
        )

    def note_failures(self, library: Library, model: SiteModel) -> bool:
        """Note the articles whose body could not be rendered; return whether `read` can now put others in their place.

        Args:
            library: what `read` has returned.
            model: the model of this library.

        """
        failed = [
            article
            for article in library.articles
            if article.path in model.faulty and article.path in self._articles and article.path not in self._kept
        ]
        for article in failed:
            name = library.name(article.path)
            problems = (problem for problem in model.problems if problem.path == name)
            self._failed[article.path] = (article, tuple(problems))
        return bool(failed)

    def select_problems(self, library: Library, model: SiteModel) -> tuple[Problem, ...]:
        """Return the problems of a model without those of a last good state, which are not in the files of today."""
        kept, of_library = {library.name(path) for path in self._kept}, set(library.problems)
        return tuple(problem for problem in model.problems if problem.path not in kept or problem in of_library)

    def remember(self, library: Library, model: SiteModel) -> None:
        """Take the articles of a library as good: the site that has been built shows them."""
        good = {article.path: article for article in library.articles if article.path not in model.faulty}
        self._articles = good | {path: self._articles[path] for path in self._kept if path in self._articles}

    def remember_shown(self, articles: Iterable[Article]) -> None:
        """Take articles as good: a preview shows them."""
        self._articles |= {article.path: article for article in articles}

    def _read_registers(self, source: ContentFiles, config: SiteConfig, cache: Cache | None) -> Library:
        library = build_library(source, config, cache)
        errors = {problem.path for problem in library.problems if problem.severity == "error"}
        broken = {name for name in source.taxonomy_files if source.name(name) in errors}
        last_good = {name: self._registers[name] for name in broken if name in self._registers}
        self._registers |= {name: data for name, data in source.taxonomy_files.items() if name not in broken}
        if not last_good:
            return library
        rebuilt = build_library(replace(source, taxonomy_files={**source.taxonomy_files, **last_good}), config, cache)
        broken_paths = {source.name(name) for name in broken}
        register_problems = [problem for problem in library.problems if problem.path in broken_paths]
        return replace(rebuilt, problems=tuple(sorted({*rebuilt.problems, *register_problems})))


def _withhold(article: Article, withholding: Withholding, taken: set[str]) -> Article:
    """Return an article that is hidden when it was before, and when the file hides it now; without taken aliases."""
    return replace(
        article,
        draft=article.draft or withholding.draft,
        embargo=find_latest([article.embargo, withholding.embargo]),
        expires=find_earliest([article.expires, withholding.expires]),
        aliases=tuple(alias for alias in article.aliases if alias not in taken),
    )
