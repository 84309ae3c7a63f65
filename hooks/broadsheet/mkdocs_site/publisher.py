"""Publish the site: MkDocs builds in a staging directory, and then the site is replaced as a whole."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files

from broadsheet.core import (
    Cache,
    SiteState,
    WrittenPage,
    digest,
    fill_standby,
    find_standby,
    find_swap_obstacle,
    find_unchanged,
    find_unchanged_pages,
    list_site_files,
    make_staging_dir,
    move_files,
    publish,
    record_pages,
    recover_site,
    replace_files,
    replace_site,
)
from broadsheet.edition import PageDigests
from broadsheet.mkdocs_site.files import MediaFile, PageFile
from broadsheet.mkdocs_site.page_writer import PageWriter

log = get_plugin_logger("broadsheet")


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Delay SIGINT and SIGTERM until the work in the context, which must not be interrupted, is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    numbers = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not None]
    handlers = {number: signal.signal(number, lambda number, _: received.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for received_signal in received[:1]:
            signal.raise_signal(received_signal)


class Publisher:
    """Has MkDocs write one build to a staging directory beside the site, and then replaces the site."""

    def __init__(self, config: MkDocsConfig, *, in_place: bool = False, is_locked: bool = False) -> None:
        """Have MkDocs write to the staging directory, until `finish` or `abandon`.

        Args:
            config: MkDocs' configuration; its `site_dir` is the staging directory meanwhile.
            in_place: change the site file by file, as `mkdocs serve` does with its temporary site; its search index is
                written by somebody else.
            is_locked: whether no other build of the site can run.

        """
        self._config = config
        self._configured_dir = config.site_dir
        self._in_place = in_place
        # The target of a symbolic link is replaced; the link stays.
        self._site = Path(os.path.realpath(config.site_dir))
        if not in_place:
            recover_site(self._site, is_locked=is_locked)
        self._work_dir = make_staging_dir(self._site, is_locked=is_locked)
        self._staging = self._work_dir / "site"
        self._staging.mkdir()
        self._obstacle = "" if in_place or not self._site.is_dir() else find_swap_obstacle(self._site, self._work_dir)
        self._swaps = not in_place and not self._obstacle and self._site.is_dir()
        self._standby_in_use = False
        """Whether the standby tree has files that are not published yet."""
        # MkDocs sends no event when Control-C ends a build.
        atexit.register(self.abandon)
        config.site_dir = str(self._staging)

    @property
    def site(self) -> Path:
        """The directory of the published site."""
        return self._site

    @property
    def staging(self) -> Path:
        """The directory to which the build writes."""
        return self._staging

    def finish(
        self,
        files: Files,
        page_writer: PageWriter,
        digests: PageDigests,
        cache: Cache,
        workers: int,
        report: Callable[[str, int, int], None],
        start_search: Callable[[], None],
        place_search: Callable[[Path], None] | None = None,
        others: Collection[str] = (),
        current: SiteState | None = None,
    ) -> tuple[int, int, SiteState]:
        """Render what has changed, and publish the site.

        Args:
            files: MkDocs' own files and the engine's.
            page_writer: renders pages.
            digests: the digests of pages, to find those that are unchanged.
            cache: has the digests of the last build.
            workers: the number of processes that render.
            report: is called with the progress.
            start_search: starts the search index as soon as threads may be started.
            place_search: puts the search index into the staging directory; None under `serve` or without a search.
            others: the names of directories of the site that the publisher leaves alone.
            current: the state of the site after the last build, where it is known; it is read from disk otherwise.

        Returns:
            the number of files written, the number of files removed, and the state of the site.

        """
        own_files = [file for file in files if isinstance(file, PageFile | MediaFile) and file.by_engine]
        new_digests = {file.dest_uri: file.find_digest(digests) for file in own_files}
        key = digest(b"site", str(self._site.resolve()).encode(errors="surrogateescape"))
        record = cache.get("site", [key]).get(key)
        entries = record.items() if isinstance(record, dict) else ()
        last_pages = {path: page for path, page in entries if isinstance(path, str) and isinstance(page, WrittenPage)}
        current = list_site_files(self._site, others) if current is None else current
        unchanged = find_unchanged_pages(new_digests, last_pages, current)
        changed = [file for file in own_files if file.dest_uri not in unchanged]
        page_writer.write_pages([file for file in changed if isinstance(file, PageFile)], workers, report, start_search)
        page_writer.copy_media([file for file in changed if isinstance(file, MediaFile)])
        if place_search is not None:
            place_search(self._staging)
        replace = self._swap_site if self._swaps else self._write_files
        written, site = replace(unchanged, current)
        cache.put("site", {key: record_pages(new_digests, last_pages, unchanged, site)})
        self.abandon()
        return len(written), len(current.keys() - site.keys()), site

    def _write_files(self, unchanged: Collection[str], current: SiteState) -> tuple[Collection[str], SiteState]:
        """Publish a site that is new in one step, or one file by file over the old site.

        Returns:
            the files that are new or changed, and the state of the site.

        """
        if self._obstacle:
            log_obstacle(self._configured_dir, self._obstacle)
            # The tree of a build that could swap may hold articles that are withdrawn now.
            shutil.rmtree(find_standby(self._site), ignore_errors=True)
        with hold_interrupts():
            written, placed = publish(self._staging, self._site, unchanged, current)
        return written, {**{path: current[path] for path in unchanged}, **placed}

    def _swap_site(self, unchanged: Collection[str], current: SiteState) -> tuple[Collection[str], SiteState]:
        """Replace the site as a whole; leave it alone where nothing has changed.

        Returns:
            as `_write_files`.

        """
        standby, buffer = find_standby(self._site), self._work_dir / "file"
        staged = list_site_files(self._staging, hidden=True)
        same = find_unchanged(self._staging, self._site, staged, current)
        changed = {path: state for path, state in staged.items() if path not in same}
        removed = current.keys() - staged.keys() - set(unchanged)
        if changed or removed:
            self._standby_in_use = True
            carried = {path: state for path, state in current.items() if path not in removed and path not in changed}
            try:
                fill_standby(self._site, standby, carried, buffer)
            except (PermissionError, shutil.Error) as error:
                # A hidden file of the site's that this user may not read.
                self._obstacle = str(error.strerror or "some of its hidden files cannot be read")
                return self._write_files(unchanged, current)
            move_files(self._staging, standby, changed)
            site = {**carried, **changed}
            with hold_interrupts():
                try:
                    replace_site(self._site, standby, current, site, changed, buffer)
                except OSError as error:
                    log_obstacle(self._configured_dir, error.strerror or str(error))
                    replace_files(self._site, standby, site, changed, buffer)
            self._standby_in_use = False
            return changed, site
        return changed, current

    def abandon(self) -> None:
        """Remove the staging directory, and give MkDocs its `site_dir` back; the site stays."""
        self._config.site_dir = self._configured_dir
        for folder in (self._work_dir, *([find_standby(self._site)] if self._standby_in_use else [])):
            shutil.rmtree(folder, ignore_errors=True)
        atexit.unregister(self.abandon)


def log_obstacle(site: str, reason: str) -> None:
    """Log that a site is replaced file by file, and what that means."""
    name = Path(os.path.relpath(site)).as_posix()
    log.info(
        "'%s' cannot be replaced as a whole (%s): its files are replaced one by one, and a build that is killed "
        "meanwhile leaves some old and some new ones",
        *(name, reason),
    )
