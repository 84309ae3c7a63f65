"""The navigation: front page, sections and archives come before the site's own pages."""

from __future__ import annotations

import html
from collections.abc import Sequence

from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from broadsheet.content import Topic
from broadsheet.core import SITE_URLS, Translations, make_listing_url

_INDEX_PAGES = (f"{SITE_URLS['topics']}index.md", f"{SITE_URLS['archive']}index.md")


def build_navigation(nav: Navigation, files: Files, sections: Sequence[Topic], words: Translations) -> Navigation:
    """Return the navigation with the newspaper's pages first; Material shows its top level as tabs."""
    front = _find_page(files, "index.md")
    if front is not None:
        front.title = html.escape(words.write("front_page"))
    pages = [front]
    pages += [_find_page(files, f"{make_listing_url('topics', topic.id)}index.md") for topic in sections]
    pages += [_find_page(files, uri) for uri in _INDEX_PAGES]
    own_pages = [page for page in pages if page is not None]
    # A site's `nav` may name a page of the newspaper too, such as index.md.
    items = [item for item in nav.items if not any(item is page for page in own_pages)]
    others = [page for page in nav.pages if not any(page is own_page for own_page in own_pages)]
    return Navigation([*own_pages, *items], [*own_pages, *others])


def _find_page(files: Files, src_uri: str) -> Page | None:
    file = files.get_file_from_path(src_uri)
    return file.page if file is not None else None
