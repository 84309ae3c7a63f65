"""Search desk: the search of a site that MkDocs builds or serves, from its page to its index."""

from __future__ import annotations

from pathlib import Path

from babel import Locale
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files

from broadsheet.indexing import Indexing, bring_index_back, is_current, remove_index, set_index_aside
from broadsheet.pages import ArticlePage, PressPage, is_published, make_page_file
from broadsheet.press import Press
from broadsheet.searching import SEARCH_URL, Record, record_articles, record_page

STYLES = "assets/stylesheets/search.css"
SHORTCUT = "assets/javascripts/search-box.js"
log = get_plugin_logger("broadsheet")


class SearchDesk:
    """Holds the index that is being made: while pages are printed, and while serving beside that as well."""

    def __init__(self) -> None:
        self._indexing: Indexing | None = None

    def prepare_build(self, site_dir: str, *, wanted: bool) -> None:
        """Before MkDocs empties the site: stop what is under way, and save an index that is wanted from that."""
        self.stop()
        if wanted:
            set_index_aside(Path(site_dir))
        else:
            remove_index(Path(site_dir))

    def start(self, files: Files, press: Press, config: MkDocsConfig, *, serving: bool) -> None:
        """Once all pages are rendered: start to make the index, unless it is there and right.

        While serving, the old one stays until the new one is ready; a build must not publish it.
        """
        site_dir, language = Path(config.site_dir), find_language(config)
        records = collect_records(files, press)
        bring_index_back(site_dir)
        if is_current(records, site_dir, language):
            return
        if not serving:
            remove_index(site_dir)
        self._indexing = Indexing(records, site_dir, language, log.warning)

    def wait(self) -> None:
        """Until the index is made, or the reason why it cannot be has been told."""
        if self._indexing is not None:
            self._indexing.wait()

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
    file = make_page_file(SEARCH_URL, config)
    page = PressPage("Search", "broadsheet/search.html", file, config, locale=str(locale).replace("_", "-"))
    page.canonical_url = page.abs_url = None
    return file


def find_language(config: MkDocsConfig) -> str:
    """The language by whose rules words are reduced: the one that pages say they are in."""
    return str(config.theme.get("language") or "en")


def collect_records(files: Files, press: Press) -> list[Record]:
    """What can be found: the edition's articles, and each page of the site's own that does not say otherwise.

    As Material's pages do, one says so with `search: {exclude: true}` in its front matter.
    """
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    spreads = [page.spread for page in pages if isinstance(page, ArticlePage)]
    own = [page for page in pages if not isinstance(page, PressPage) and is_published(page.file)]
    records = record_articles(press.edition, spreads)
    for page in own:
        choice = page.meta.get("search")
        if not (isinstance(choice, dict) and choice.get("exclude")):
            url = page.file.url if page.file.url != "./" else ""
            records.append(record_page(url, str(page.title or ""), page.content or ""))
    return records
