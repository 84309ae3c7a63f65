"""Search desk: the search of a site that MkDocs builds or serves, from its page to its index."""

from __future__ import annotations

from operator import methodcaller
from pathlib import Path

from babel import Locale
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files

from broadsheet.indexing import Indexing, is_current, remove_index
from broadsheet.pages import ArticlePage, PressPage, make_page_file
from broadsheet.press import Press
from broadsheet.searching import SEARCH_URL, Record, record_articles, record_page
from broadsheet.surroundings import is_published

STYLES = "assets/stylesheets/search.css"
SHORTCUT = "assets/javascripts/search-box.js"
log = get_plugin_logger("broadsheet")


class SearchDesk:
    """Holds the index that is being made: while pages are printed, and while serving beside that as well."""

    def __init__(self) -> None:
        self._indexing: Indexing | None = None
        self._site = Path()

    def start(self, files: Files, press: Press, config: MkDocsConfig, site: Path) -> None:
        """Once all of the site's own pages are rendered: start to make the index, unless it is there and right.

        An older one stays in its place until then.
        """
        language = find_language(config)
        records = collect_records(files, press)
        if not is_current(records, site, language):
            self._site = site
            self._indexing = Indexing(records, site, language, log.warning)

    def wait(self) -> None:
        """Until the index is made, or the reason why it cannot be has been told: then an older one goes.

        It may have what is not public any more.
        """
        if self._indexing is not None and not self._indexing.wait():
            remove_index(self._site)

    def stop(self) -> None:
        """End what is under way, without a trace."""
        if self._indexing is not None:
            self._indexing.stop()
            self._indexing = None


def load_search(config: MkDocsConfig) -> None:
    """Put the box's styles and its shortcut on every page, before the site's own that may change them."""
    script = ExtraScriptValue(SHORTCUT)
    script.type = "module"
    config.extra_css.insert(0, STYLES)
    config.extra_javascript.insert(0, script)


def make_search_page(config: MkDocsConfig, locale: Locale) -> File:
    """The page that shows what was found. It stands in no sitemap, as no search engine is to keep it."""
    tag = str(locale).replace("_", "-")

    def make(file: File) -> PressPage:
        page = PressPage("Search", "broadsheet/search.html", file, config, locale=tag)
        page.canonical_url = page.abs_url = None
        return page

    file = make_page_file(SEARCH_URL, config, make, methodcaller("of_search", SEARCH_URL, tag), ())
    file.listed = False
    return file


def find_language(config: MkDocsConfig) -> str:
    """The language by whose rules words are reduced: the one that pages say they are in."""
    return str(config.theme.get("language") or "en")


def collect_records(files: Files, press: Press) -> list[Record]:
    """What can be found: the edition's articles, and each page of the site's own that does not say otherwise.

    As Material's pages do, one says so with `search: {exclude: true}` in its front matter.
    """
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    seen = [page.spread for page in pages if isinstance(page, ArticlePage)]
    own = [page for page in pages if not isinstance(page, PressPage) and is_published(page.file)]
    # Where MkDocs prints the articles, other plugins may have changed them.
    records = record_articles(press.edition, seen or press.spreads)
    for page in own:
        choice = page.meta.get("search")
        if not (isinstance(choice, dict) and choice.get("exclude")):
            url = page.file.url if page.file.url != "./" else ""
            records.append(record_page(url, str(page.title or ""), page.content or ""))
    return records
