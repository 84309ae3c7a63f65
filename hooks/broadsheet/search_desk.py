"""Search desk: the search of a site that MkDocs builds or serves, from its page to its index."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path

from babel import Locale
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files

from broadsheet.body import RenderedBody
from broadsheet.edition import Edition
from broadsheet.index_process import Indexing, LateIndexing
from broadsheet.indexing import INDEX_DIR, is_current, remove_index
from broadsheet.pages import ArticlePage, PressPage, make_page_file
from broadsheet.press import Press
from broadsheet.records import Record
from broadsheet.searching import SEARCH_URL, record_articles, record_page
from broadsheet.settings import find_language
from broadsheet.surroundings import is_published

STYLES = "assets/stylesheets/search.css"
SHORTCUT = "assets/javascripts/search-box.js"
log = get_plugin_logger("broadsheet")


@dataclass(frozen=True, slots=True)
class IndexPlace:
    """The directories of one index."""

    site: Path
    """The site that readers see, whose index may be right as it is."""
    target: Path
    """The tree that gets the new one: the same while serving, the next site otherwise."""
    make_in: Path | None = None
    """Where it is made; in the site while serving."""


class SearchDesk:
    """Holds the index that is being made: while pages are printed, and while serving beside that as well."""

    def __init__(self) -> None:
        self._indexing: Indexing | LateIndexing | None = None
        self._begun = False
        self._records: list[Record] | None = None
        """Of the articles, where they are known for certain."""

    def begin(
        self,
        edition: Edition,
        bodies: Mapping[str, RenderedBody],
        config: MkDocsConfig,
        place: IndexPlace,
        cache: Path | None,
    ) -> None:
        """Once the bodies are rendered: begin to make the index, unless the articles in the one that is there are.

        The site's own pages are not known yet: `start` tells.
        """
        self.stop()
        language = find_language(config)
        records = self._records = record_articles(edition, bodies)
        if not is_current(records, place.site, language, dated=True):
            # What hinders it now is told when it is started in earnest.
            with suppress(OSError):
                self._indexing = Indexing(records, place.target, language, log.warning, cache, make_in=place.make_in)
                self._begun = True

    def start(
        self,
        files: Files,
        press: Press,
        config: MkDocsConfig,
        place: IndexPlace,
        cache: Path | None,
        *,
        at_once: bool = True,
    ) -> None:
        """Once all of the site's own pages are rendered: start to make the index, unless it is there and right.

        An older one stays in its place until `place`. Without `at_once`, a thread looks what there is to be done, and
        the index takes the older one's place when it is made.

        Raises:
            OSError: with `at_once`, when no process can be started for it.

        """
        own = record_pages(files)
        if isinstance(self._indexing, Indexing) and self._begun:
            self._begun, self._records = False, None
            self._indexing.finish(own, leave=False)
            return
        language, bodies = find_language(config), find_bodies(files, press)
        known, self._records = self._records, None

        def begin(under_way: Indexing | None) -> Indexing | None:
            records = [*(known or record_articles(press.edition, bodies)), *own]
            if under_way is not None and under_way.running and under_way.records == records:
                return under_way
            if under_way is not None:
                under_way.stop()
            if is_current(records, place.site, language):
                return None
            arguments = (records, place.target, language, log.warning, cache)
            try:
                indexing = Indexing(*arguments, gently=not at_once, make_in=place.make_in)
            except OSError as error:
                if at_once:
                    raise
                log.warning("no search index: %s", error)
                remove_index(place.site)
                return None
            indexing.finish(leave=not at_once)
            return indexing

        previous = self._indexing if isinstance(self._indexing, LateIndexing) else None
        self._indexing = begin(None) if at_once else LateIndexing(begin, previous)

    def place(self, staging: Path) -> bool:
        """Wait for the index, and have it in the next site, in `staging`; False where the site's own is still right.

        Without Pagefind, the next site has no index: the old one may have what is not public any more.

        Raises:
            PluginError: when the disk is full, or something like that.

        """
        indexing = self._indexing
        if not isinstance(indexing, Indexing):
            return False
        indexing.leave()
        done = indexing.wait()
        self.stop()
        if indexing.disk_fault:
            raise PluginError(f"{indexing.disk_fault}: the site stays as it was")
        if not done:
            shutil.rmtree(staging / INDEX_DIR, ignore_errors=True)
        return True

    def stop(self) -> None:
        """End what is under way, without a trace."""
        if self._indexing is not None:
            self._indexing.stop()
            self._indexing, self._begun, self._records = None, False, None


def load_search(config: MkDocsConfig) -> None:
    """Put the box's styles and its shortcut on every page, before the site's own that may change them."""
    script = ExtraScriptValue(SHORTCUT)
    script.type = "module"
    config.extra_css.insert(0, STYLES)
    config.extra_javascript.insert(0, script)


def make_search_page(config: MkDocsConfig, locale: Locale, title: str) -> File:
    """The page that shows what was found. It stands in no sitemap, as no search engine is to keep it."""
    tag = str(locale).replace("_", "-")

    def make(file: File) -> PressPage:
        page = PressPage(title, "broadsheet/search.html", file, config, locale=tag)
        page.canonical_url = page.abs_url = None
        return page

    file = make_page_file(SEARCH_URL, config, make, methodcaller("of_search", SEARCH_URL, tag), ())
    file.listed = False
    return file


def find_bodies(files: Files, press: Press) -> dict[str, RenderedBody]:
    """The bodies of the articles by path; where MkDocs prints them, other plugins may have changed them."""
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    seen = [page.spread for page in pages if isinstance(page, ArticlePage)]
    return {spread.article.path: spread.body for spread in (*press.spreads, *seen)}


def record_pages(files: Files) -> list[Record]:
    """Each page of the site's own, but those that say otherwise.

    As Material's pages do, one says so with `search: {exclude: true}` in its front matter.
    """
    records = []
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    for page in pages:
        choice = page.meta.get("search")
        excluded = isinstance(choice, dict) and choice.get("exclude")
        if not (excluded or isinstance(page, PressPage)) and is_published(page.file):
            url = page.file.url if page.file.url != "./" else ""
            records.append(record_page(url, str(page.title or ""), page.content or ""))
    return records
