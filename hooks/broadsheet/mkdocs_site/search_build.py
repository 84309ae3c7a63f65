"""Search desk: the search of a site that MkDocs builds or serves, from its page to its index."""

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

from broadsheet.edition import SiteModel
from broadsheet.mkdocs_site.config import find_language
from broadsheet.mkdocs_site.docs_files import is_published
from broadsheet.mkdocs_site.pages import ArticlePage, NewspaperPage, make_page_file
from broadsheet.mkdocs_site.resources import count_cores
from broadsheet.rendering import RenderedBody
from broadsheet.search import SEARCH_URL, BundleStore, IndexingError, Record, SearchIndex, record_articles, record_page

STYLES = "assets/stylesheets/search.css"
SHORTCUT = "assets/javascripts/search-box.js"
_PATIENCE = 1.0
"""How many seconds the index waits under `serve`, so that the build that a writer waits for ends first."""
log = get_plugin_logger("broadsheet")


class SearchBuild:
    """Makes the index of each build: beside a production build, and after a build under `serve`."""

    def __init__(self) -> None:
        self._store: BundleStore | None = None
        self._index: SearchIndex | None = None
        self._begun = False
        self._background: _BackgroundIndex | None = None

    def begin(self, model: SiteModel, config: MkDocsConfig, cache: Path | None) -> None:
        """Begin with the articles of a finished model, while the site's own pages are not known yet."""
        bodies = {view.article.path: view.body for view in model.spreads}
        try:
            self._make_index(config, cache).begin(record_articles(model.edition, bodies))
            self._begun = True
        except (IndexingError, OSError):
            # What is in the way is reported by `finish`, which begins once more.
            self.stop()

    def finish(self, files: Files, model: SiteModel, config: MkDocsConfig, cache: Path | None) -> None:
        """Once the site's own pages are rendered: have the index made.

        Raises:
            IndexingError: when that cannot even begin.

        """
        index = self._index if self._begun and self._index is not None else self._make_index(config, cache)
        if not self._begun:
            index.begin(record_articles(model.edition, find_bodies(files, model)), early=False)
        index.finish(record_pages(files))

    def place(self, site: Path) -> None:
        """Wait for the index and put it into the directory of a site.

        Raises:
            IndexingError: when there is no index of this site.

        """
        if self._index is not None:
            index, self._index, self._begun = self._index, None, False
            index.place(site)
            self._close()

    def follow_up(self, files: Files, model: SiteModel, config: MkDocsConfig, site: Path, cache: Path | None) -> None:
        """Under `serve`: make the index in a thread and put it into the site; the older one stays until then."""
        own, bodies, edition = record_pages(files), find_bodies(files, model), model.edition
        index = SearchIndex(self._open_store(cache), find_language(config), low_priority=True)
        self._background = _BackgroundIndex(
            lambda: (record_articles(edition, bodies), own), index, site, self._background
        )

    def stop(self) -> None:
        """End what is under way."""
        for index in (self._index, self._background):
            if index is not None:
                index.stop()
        self._index, self._begun, self._background = None, False, None
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
    """An index that a thread makes and puts into the site of a server, unless the one before it is the same."""

    def __init__(
        self,
        find_records: Callable[[], tuple[list[Record], list[Record]]],
        index: SearchIndex,
        site: Path,
        previous: _BackgroundIndex | None,
    ) -> None:
        """Start; `find_records` gives those of articles, and of the site's own pages."""
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
        """Whether an index is under way."""
        return self._thread.is_alive() or (self._previous is not None and self._previous.running)

    def stop(self) -> None:
        """End what is under way."""
        self._stopped.set()
        self._index.stop()
        self._thread.join()
        if self._previous is not None:
            self._previous.stop()

    def _run(self) -> None:
        try:
            if self._stopped.wait(_PATIENCE):
                return
            self._records = articles, own = self._find_records()
            if self._previous is not None:
                if self._previous.running and self._previous._records == self._records:
                    self._index.stop()
                    return
                self._previous.stop()
                self._previous = None
            self._index.begin(articles, early=False)
            self._index.finish(own)
            self._index.place(self._site)
        except (IndexingError, OSError) as error:
            self._index.stop()
            # The site may be gone, or another index be on its way: then nobody is interested.
            if not self._stopped.is_set():
                log.error("%s", error)  # noqa: TRY400 - a sentence for a writer


def load_search(config: MkDocsConfig) -> None:
    """Put the box's styles and its shortcut on every page, before the site's own that may change them."""
    script = ExtraScriptValue(SHORTCUT)
    script.type = "module"
    config.extra_css.insert(0, STYLES)
    config.extra_javascript.insert(0, script)


def make_search_page(config: MkDocsConfig, locale: Locale, title: str) -> File:
    """The page of results. It stands in no sitemap, as no search engine is to keep it."""
    tag = str(locale).replace("_", "-")

    def make(file: File) -> NewspaperPage:
        page = NewspaperPage(title, "broadsheet/search.html", file, config, locale=tag)
        page.canonical_url = page.abs_url = None
        return page

    file = make_page_file(SEARCH_URL, config, make, methodcaller("of_search", SEARCH_URL, tag), ())
    file.listed = False
    return file


def find_bodies(files: Files, model: SiteModel) -> dict[str, RenderedBody]:
    """The bodies of the articles by path; where MkDocs prints them, other plugins may have changed them."""
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    seen = [page.spread for page in pages if isinstance(page, ArticlePage)]
    return {spread.article.path: spread.body for spread in (*model.spreads, *seen)}


def record_pages(files: Files) -> list[Record]:
    """The records of the site's own pages, but for those that say otherwise.

    As Material's pages do, one says so with `search: {exclude: true}` in its front matter.
    """
    records = []
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    for page in pages:
        choice = page.meta.get("search")
        excluded = isinstance(choice, dict) and choice.get("exclude")
        if not (excluded or isinstance(page, NewspaperPage)) and is_published(page.file):
            url = page.file.url if page.file.url != "./" else ""
            records.append(record_page(url, str(page.title or ""), page.content or ""))
    return records
