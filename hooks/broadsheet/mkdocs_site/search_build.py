"""The search of a site: its page, and the builds of its index beside a build or under `serve`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path

from babel import Locale
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files

from broadsheet.core import Cache, count_cores, digest
from broadsheet.edition import SiteModel
from broadsheet.mkdocs_site.files import is_published
from broadsheet.mkdocs_site.pages import ArticlePage, NewspaperPage, make_page_file
from broadsheet.mkdocs_site.settings import find_language
from broadsheet.rendering import RenderedBody
from broadsheet.search import (
    SEARCH_URL,
    BundleStore,
    IndexContents,
    IndexingError,
    Record,
    SearchIndex,
    digest_records,
    record_articles,
    record_page,
)

STYLES = "assets/stylesheets/search.css"
SHORTCUT = "assets/javascripts/search-box.js"
_SERVE_DELAY = 1.0
"""Seconds that the index waits under `serve`, so that the build that a writer waits for ends first."""
_CACHE_KIND = "search"
log = get_plugin_logger("broadsheet")


class SearchBuild:
    """Builds the search index of each build: during a production build, and after a build under `serve`."""

    def __init__(self) -> None:
        self._store: BundleStore | None = None
        self._index: SearchIndex | None = None
        self._started = False
        self._articles: list[Record] | None = None
        """What `begin` has got, until the index is placed."""
        self._background: _BackgroundIndex | None = None

    def begin(self, model: SiteModel, config: MkDocsConfig, cache: Cache, folder: Path | None) -> None:
        """Begin with the articles of a finished model, while the site's own pages are not known yet.

        Nothing is started where an earlier build had the same articles.
        """
        bodies = {view.article.path: view.body for view in model.spreads}
        articles = record_articles(model.edition, bodies)
        try:
            index = self._make_index(config, folder)
            if not cache.get(_CACHE_KIND, [digest_records(articles, find_language(config))]):
                index.begin(articles)
                self._started = True
            self._articles = articles
        except (IndexingError, OSError):
            # `finish` tries again, and reports the error.
            self.stop()

    def finish(self, files: Files, model: SiteModel, config: MkDocsConfig, cache: Cache, folder: Path | None) -> None:
        """Index the rest once the pages of docs_dir are rendered.

        Raises:
            IndexingError: when indexing cannot start.

        """
        articles, pages, language = self._articles, record_pages(files), find_language(config)
        if articles is None:
            articles = record_articles(model.edition, find_bodies(files, model))
        of_articles = digest_records(articles, language)
        of_all = digest(of_articles, digest_records(pages, language))
        index = self._index if self._index is not None else self._make_index(config, folder)
        if not self._started:
            contents = cache.get(_CACHE_KIND, [of_all]).get(of_all)
            if isinstance(contents, IndexContents) and index.take(contents):
                return
            index.begin(articles, early=False)
        index.finish(pages)
        cache.put(_CACHE_KIND, {of_articles: True, of_all: index.contents})

    def place(self, site: Path) -> None:
        """Wait for the index, and write it into the directory of a site.

        Raises:
            IndexingError: when indexing has failed.

        """
        if self._index is not None:
            index, self._index, self._started, self._articles = self._index, None, False, None
            index.place(site)
            self._close()

    def follow_up(self, files: Files, model: SiteModel, config: MkDocsConfig, site: Path, cache: Path | None) -> None:
        """Under `serve`: build the index in a thread; the last index stays in the site until then."""
        page_records, bodies, edition = record_pages(files), find_bodies(files, model), model.edition
        index = SearchIndex(self._open_store(cache), find_language(config), low_priority=True)
        self._background = _BackgroundIndex(
            lambda: (record_articles(edition, bodies), page_records), index, site, self._background
        )

    def stop(self) -> None:
        """Stop indexing."""
        for index in (self._index, self._background):
            if index is not None:
                index.stop()
        self._index, self._started, self._articles, self._background = None, False, None, None
        self._close()

    def _make_index(self, config: MkDocsConfig, cache: Path | None) -> SearchIndex:
        self.stop()
        language, processes = find_language(config), count_cores() // 2
        self._index = SearchIndex(self._open_store(cache), language, processes=processes)
        return self._index

    def _open_store(self, cache: Path | None) -> BundleStore:
        if self._store is None:
            self._store = BundleStore(cache)
            if self._store.warning:
                log.warning("%s", self._store.warning)
        return self._store

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


class _BackgroundIndex:
    """Builds an index in a thread, and writes it into the site, unless the previous index has the same records."""

    def __init__(
        self,
        find_records: Callable[[], tuple[list[Record], list[Record]]],
        index: SearchIndex,
        site: Path,
        previous: _BackgroundIndex | None,
    ) -> None:
        """Start; `find_records` returns the records of articles, and those of the pages of docs_dir."""
        self._records: tuple[list[Record], list[Record]] | None = None
        self._find_records = find_records
        self._index = index
        self._site = site
        self._previous = previous if previous is not None and previous.running else None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search index", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether an index is being built."""
        return self._thread.is_alive() or (self._previous is not None and self._previous.running)

    def stop(self) -> None:
        """Stop indexing."""
        self._stopped.set()
        self._index.stop()
        self._thread.join()
        if self._previous is not None:
            self._previous.stop()

    def _run(self) -> None:
        try:
            if self._stopped.wait(_SERVE_DELAY):
                return
            self._records = article_records, page_records = self._find_records()
            if self._previous is not None:
                if self._previous.running and self._previous._records == self._records:
                    self._index.stop()
                    return
                self._previous.stop()
                self._previous = None
            self._index.begin(article_records, early=False)
            self._index.finish(page_records)
            self._index.place(self._site)
        except (IndexingError, OSError) as error:
            self._index.stop()
            # After `stop` the site may be gone, or another index may be under way.
            if not self._stopped.is_set():
                log.error("%s", error)  # noqa: TRY400 - a sentence for a writer


def load_search(config: MkDocsConfig) -> None:
    """Add the styles and the script of the search box to every page; those of the site come later and override them."""
    script = ExtraScriptValue(SHORTCUT)
    script.type = "module"
    config.extra_css.insert(0, STYLES)
    config.extra_javascript.insert(0, script)


def make_search_page(config: MkDocsConfig, locale: Locale, title: str) -> File:
    """Return the page of results. It is not in the sitemap: search engines should not index it."""
    tag = str(locale).replace("_", "-")

    def make(file: File) -> NewspaperPage:
        page = NewspaperPage(title, "broadsheet/search.html", file, config, locale=tag)
        page.canonical_url = page.abs_url = None
        return page

    file = make_page_file(SEARCH_URL, config, make, methodcaller("of_search", SEARCH_URL, tag), ())
    file.listed = False
    return file


def find_bodies(files: Files, model: SiteModel) -> dict[str, RenderedBody]:
    """Return the bodies of articles by path; where MkDocs renders pages, other plugins may have changed them."""
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    changed_views = [page.spread for page in pages if isinstance(page, ArticlePage)]
    return {view.article.path: view.body for view in (*model.spreads, *changed_views)}


def record_pages(files: Files) -> list[Record]:
    """Return the records of the pages of docs_dir; `search: {exclude: true}` in front matter leaves a page out."""
    records = []
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    for page in pages:
        option = page.meta.get("search")
        excluded = isinstance(option, dict) and option.get("exclude")
        if not (excluded or isinstance(page, NewspaperPage)) and is_published(page.file):
            url = page.file.url if page.file.url != "./" else ""
            records.append(record_page(url, str(page.title or ""), page.content or ""))
    return records
