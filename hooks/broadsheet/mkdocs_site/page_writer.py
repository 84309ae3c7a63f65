"""Render the newspaper's pages and write them, without MkDocs' own loop over all pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

from broadsheet.core import run_in_forks
from broadsheet.mkdocs_site.files import MediaFile, PageFile

MIN_PAGES_FOR_FORKS = 300
"""Fewer pages are rendered by this process alone."""

_PAGES_PER_TASK = 100
_PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")


def find_page_plugins(config: MkDocsConfig, ours: Sequence[object]) -> list[str]:
    """Return the modules of plugins and hooks, other than `ours`, that handle pages: then MkDocs must render them."""
    modules = []
    for event in _PAGE_EVENTS:
        for handler in config.plugins.events.get(event, ()):
            owner = getattr(handler, "__self__", None)
            if not any(owner is plugin for plugin in ours):
                modules.append(getattr(type(owner), "__module__", "") if owner else getattr(handler, "__module__", "?"))
    return sorted(set(modules))


class PageWriter:
    """Renders and writes pages with the templates, navigation and settings of one build."""

    def __init__(self, env: Environment, nav: Navigation, files: Files, config: MkDocsConfig, staging: Path) -> None:
        """Take the objects of MkDocs' build; pages are written below `staging`."""
        self._env = env
        self._nav = nav
        self._files = files
        self._pages = list(files.documentation_pages())
        self.config = config
        """MkDocs' configuration."""
        self._staging = staging

    @property
    def by_engine(self) -> bool:
        """Whether the engine renders the newspaper's pages; where other plugins handle pages, MkDocs does."""
        return not any(isinstance(file, PageFile) for file in self._pages)

    def write_pages(
        self,
        files: Sequence[PageFile],
        workers: int,
        report: Callable[[str, int, int], None],
        start_threads: Callable[[], None],
    ) -> None:
        """Render and write pages, in forks of this process where there are many. Cost: about 1 ms a page.

        Args:
            files: the files of the pages.
            workers: the number of processes.
            report: is called with the progress.
            start_threads: may start threads: it is called after the forks are made, or when none are needed.

        """

        def write_range(start: int, stop: int) -> None:
            for file in files[start:stop]:
                self.write_page(file)

        ranges = [(start, min(start + _PAGES_PER_TASK, len(files))) for start in range(0, len(files), _PAGES_PER_TASK)]
        forks = workers if workers > 1 and len(files) >= MIN_PAGES_FOR_FORKS else 0
        done = 0
        with run_in_forks(write_range, ranges, forks) as results:
            start_threads()
            for (start, stop), _ in results:
                done += stop - start
                report("Printing pages", done, len(files))

    def write_page(self, file: PageFile) -> None:
        """Render and write one page."""
        self.write_file(file.dest_uri, self.render_page(file))

    def render_page(self, file: PageFile) -> bytes:
        """Return one page, rendered as `mkdocs.commands.build` renders the pages of docs_dir."""
        page, config = file.page, self.config
        try:
            page.read_source(config)
            page.render(config, self._files)
            page.active = True
            context = get_context(self._nav, self._pages, config, page)
            template = self._env.get_template(str(page.meta["template"]))
            context = config.plugins.on_page_context(context, page=page, config=config, nav=self._nav)
            output = template.render(context)
        finally:
            page.active = False
        return output.encode("utf-8", errors="xmlcharrefreplace")

    def write_file(self, path: str, data: bytes) -> None:
        """Write a file into the staging directory."""
        target = self._staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def copy_media(self, files: Sequence[MediaFile]) -> None:
        """Copy pictures and recordings into the staging directory."""
        for file in files:
            file.write_to(self._staging / file.dest_uri)
