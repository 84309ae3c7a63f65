"""Navigation: the front page, the sections and the archives, before the site's own pages."""

from __future__ import annotations

import html
from collections.abc import Sequence

from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from broadsheet.registers import Topic

_INDEXES = ("topics/index.md", "archive/index.md")


def build_navigation(nav: Navigation, files: Files, sections: Sequence[Topic]) -> Navigation:
    """The site's navigation with the newspaper's parts put first; Material shows its top level as tabs."""
    front = _find_page(files, "index.md")
    if front is not None:
        front.title = "Front page"
    pages = [front]
    for topic in sections:
        page = _find_page(files, f"topics/{topic.id}/index.md")
        if page is not None:
            page.title = html.escape(topic.title)
            pages.append(page)
    pages += [_find_page(files, uri) for uri in _INDEXES]
    ours = [page for page in pages if page is not None]
    return Navigation([*ours, *nav.items], [*ours, *nav.pages])


def _find_page(files: Files, src_uri: str) -> Page | None:
    file = files.get_file_from_path(src_uri)
    return file.page if file is not None else None
