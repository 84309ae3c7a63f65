"""The last good state of what a writer has broken: registers, and the pages of faulty articles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from broadsheet.content import ContentFiles, Library, SiteConfig, build_library
from broadsheet.core import Cache
from broadsheet.edition import SiteModel


class LastGood:
    """Keeps registers and pages that were good, and puts them in the place of broken ones."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        """By URL: the last good pages of the articles that are faulty now."""
        self._faults: dict[str, tuple[str, ...]] = {}
        """By URL: the errors of each of these articles."""
        self._registers: dict[str, bytes] = {}
        self._urls: dict[str, str] = {}
        """By path: the URLs of articles when they were last good."""

    def read(self, source: ContentFiles, config: SiteConfig, cache: Cache | None) -> Library:
        """Return the library of the content files, with the last good state of each broken register."""
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

    def save_pages(self, library: Library, model: SiteModel, site_dir: Path) -> None:
        """Read the pages of faulty articles from the site, before the site is built without these articles."""
        known = {article.path: article.url for article in library.articles if article.path not in model.faulty}
        used_urls = set(known.values())
        pages, faults = dict[str, bytes](), dict[str, tuple[str, ...]]()
        for path in model.faulty:
            url = self._urls.get(path, "")
            file = site_dir / url / "index.html"
            if url and url not in used_urls and file.is_file():
                pages[url] = file.read_bytes()
                name = library.name(path)
                problems = (item for item in model.problems if item.path == name and item.severity == "error")
                faults[url] = tuple(map(str, problems))
        self.pages, self._faults = pages, faults
        self._urls |= known

    def find_faults(self, url: str) -> tuple[str, ...]:
        """Return the errors of the article whose last good page has this URL."""
        return self._faults.get(url, ())
