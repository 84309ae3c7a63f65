"""Render the newspaper's pages and write them, without MkDocs' own loop over all pages."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, as_completed
from pathlib import Path

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

from broadsheet.core import make_process_pool
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
        if workers > 1 and len(files) >= MIN_PAGES_FOR_FORKS and _may_fork():
            remaining = self._write_in_forks(files, workers, report, start_threads)
        else:
            start_threads()
            remaining = list(files)
        for done, file in enumerate(remaining, 1):
            self.write_page(file)
            report("Printing pages", len(files) - len(remaining) + done, len(files))

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

    def _write_in_forks(
        self,
        files: Sequence[PageFile],
        workers: int,
        report: Callable[[str, int, int], None],
        start_threads: Callable[[], None],
    ) -> list[PageFile]:
        """Write pages in forked processes; return the files of the pages that they did not write."""
        global _shared  # noqa: PLW0603 - forked processes inherit it
        _shared = (self, files)
        remaining = dict(enumerate(files))
        threads_started = False
        try:
            with make_process_pool(workers, "fork") as executor:
                futures = [executor.submit(_write_task, start) for start in range(0, len(files), _PAGES_PER_TASK)]
                threads_started = True
                start_threads()
                for future in as_completed(futures):
                    for number in future.result():
                        del remaining[number]
                    report("Printing pages", len(files) - len(remaining), len(files))
        except BrokenExecutor:
            pass
        finally:
            _shared = None
        if not threads_started:
            # A fork died before all tasks were submitted.
            start_threads()
        return list(remaining.values())


_shared: tuple[PageWriter, Sequence[PageFile]] | None = None


def _write_task(start: int) -> list[int]:
    assert _shared is not None
    page_writer, files = _shared
    numbers = list(range(start, min(start + _PAGES_PER_TASK, len(files))))
    for number in numbers:
        page_writer.write_page(files[number])
    return numbers


def _may_fork() -> bool:
    """Whether forks are safe: a fork of a process with threads may wait for ever for a lock that a thread held."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
