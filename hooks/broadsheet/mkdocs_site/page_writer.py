"""Printing: the newspaper's pages made and written, each for itself, past MkDocs' own loop over all pages."""

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

WORTH_SHARING = 300
"""Fewer pages are printed by this process alone."""

_SHARE = 100
_HANDLERS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")


def find_page_plugins(config: MkDocsConfig, ours: Sequence[object]) -> list[str]:
    """The plugins and hooks that want to see every page, other than `ours`: for them MkDocs has to print."""
    found = []
    for event in _HANDLERS:
        for handler in config.plugins.events.get(event, ()):
            owner = getattr(handler, "__self__", None)
            if not any(owner is one for one in ours):
                found.append(getattr(type(owner), "__module__", "") if owner else getattr(handler, "__module__", "?"))
    return sorted(set(found))


class PageWriter:
    """Prints pages with the templates, navigation and settings of one build."""

    def __init__(self, env: Environment, nav: Navigation, files: Files, config: MkDocsConfig, staging: Path) -> None:
        """Take what MkDocs has made ready; pages are written below `staging`."""
        self._env = env
        self._nav = nav
        self._files = files
        self._pages = list(files.documentation_pages())
        self.config = config
        """MkDocs' configuration."""
        self._staging = staging

    @property
    def by_engine(self) -> bool:
        """Whether it prints the newspaper's pages; where other plugins want to see them, MkDocs does."""
        return not any(isinstance(file, PageFile) for file in self._pages)

    def print_all(
        self,
        files: Sequence[PageFile],
        workers: int,
        report: Callable[[str, int, int], None],
        start_beside: Callable[[], None],
    ) -> None:
        """Print pages. Cost: about 1 ms a page, shared by processes where there are many pages and cores.

        `start_beside` may start threads: it is called once copies of this process have been made, or none are needed.
        """
        if workers > 1 and len(files) >= WORTH_SHARING and _may_fork():
            left = self._share(files, workers, report, start_beside)
        else:
            start_beside()
            left = list(files)
        for done, file in enumerate(left, 1):
            self.print_page(file)
            report("Printing pages", len(files) - len(left) + done, len(files))

    def print_page(self, file: PageFile) -> None:
        """Print one page."""
        self.write(file.dest_uri, self.make_page(file))

    def make_page(self, file: PageFile) -> bytes:
        """One page, made as `mkdocs.commands.build` makes those of documents."""
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

    def write(self, path: str, data: bytes) -> None:
        """Write a file of the site to come."""
        target = self._staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def copy_media(self, files: Sequence[MediaFile]) -> None:
        """Copy pictures and recordings."""
        for file in files:
            file.put(self._staging / file.dest_uri)

    def _share(
        self,
        files: Sequence[PageFile],
        workers: int,
        report: Callable[[str, int, int], None],
        start_beside: Callable[[], None],
    ) -> list[PageFile]:
        """Print with processes that are copies of this one; gives back what they have not printed."""
        global _shared  # noqa: PLW0603 - what a forked process begins with
        _shared = (self, files)
        left = dict(enumerate(files))
        started = False
        try:
            with make_process_pool(workers, "fork") as executor:
                futures = [executor.submit(_print_share, start) for start in range(0, len(files), _SHARE)]
                started = True
                start_beside()
                for future in as_completed(futures):
                    for number in future.result():
                        del left[number]
                    report("Printing pages", len(files) - len(left), len(files))
        except BrokenExecutor:
            pass
        finally:
            _shared = None
        if not started:
            # A copy died before all had their work.
            start_beside()
        return list(left.values())


_shared: tuple[PageWriter, Sequence[PageFile]] | None = None


def _print_share(start: int) -> list[int]:
    assert _shared is not None
    printer, files = _shared
    numbers = list(range(start, min(start + _SHARE, len(files))))
    for number in numbers:
        printer.print_page(files[number])
    return numbers


def _may_fork() -> bool:
    """A copy of a process with threads may wait for ever for a lock that one of those held."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
