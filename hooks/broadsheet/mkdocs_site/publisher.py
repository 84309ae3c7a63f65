"""Publishing: the site made ready beside the old one, and put in its place when all of it is there."""

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
    """Have Control-C, or a request to end, wait until something is done that must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    numbers = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not None]
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for first in came[:1]:
            signal.raise_signal(first)


class Publisher:
    """Leads one build's output past the site: MkDocs writes to a directory beside it."""

    def __init__(self, config: MkDocsConfig, *, in_place: bool = False) -> None:
        """Have MkDocs write beside the site from here on, until `finish` or `abandon`.

        Args:
            config: of which `site_dir` is another meanwhile.
            in_place: change the site file by file, as a server wants it of its own; the search index of that is not
                the publisher's.

        """
        self._config = config
        self._named = config.site_dir
        self._in_place = in_place
        # What a link leads to is the site: that can be exchanged, the link stays.
        self._site = Path(os.path.realpath(config.site_dir))
        if not in_place:
            recover_site(self._site)
        self._room = make_staging_dir(self._site)
        self._staging = self._room / "site"
        self._staging.mkdir()
        self._hindrance = "" if in_place or not self._site.is_dir() else find_swap_obstacle(self._site, self._room)
        self._swaps = not in_place and not self._hindrance and self._site.is_dir()
        self._filling = False
        """Whether the spare tree holds what is not published."""
        # Control-C ends a build without an event.
        atexit.register(self.abandon)
        config.site_dir = str(self._staging)

    @property
    def site(self) -> Path:
        """The directory of the site that readers see."""
        return self._site

    @property
    def staging(self) -> Path:
        """The directory in which the pages of the next state are made ready."""
        return self._staging

    def finish(
        self,
        files: Files,
        printer: PageWriter,
        digests: PageDigests,
        cache: Cache,
        workers: int,
        report: Callable[[str, int, int], None],
        start_search: Callable[[], None],
        place_search: Callable[[Path], None] | None = None,
        others: Collection[str] = (),
        there: SiteState | None = None,
    ) -> tuple[int, int, SiteState]:
        """Print what has changed, and put everything in its place.

        Args:
            files: MkDocs' own and the engine's.
            printer: prints pages.
            digests: tell which pages are as they were.
            cache: has the notes of the last build.
            workers: how many processes print.
            report: is told how far that has come.
            start_search: is called when nothing stands in the way of a thread any more.
            place_search: puts the search index into the staging directory; None while serving, or without a search.
            others: names directories of the site that someone else looks after.
            there: how the last build left a site that nobody else touches, where that is known.

        Returns:
            how many files were written, how many went, and how the site was left.

        """
        ours = [file for file in files if isinstance(file, PageFile | MediaFile) and file.by_engine]
        marks = {file.dest_uri: file.find_imprint(digests) for file in ours}
        key = digest(b"site", str(self._site.resolve()).encode(errors="surrogateescape"))
        noted = cache.get("site", [key]).get(key)
        known = noted.items() if isinstance(noted, dict) else ()
        printed = {path: one for path, one in known if isinstance(path, str) and isinstance(one, WrittenPage)}
        there = list_site_files(self._site, others) if there is None else there
        kept = find_unchanged_pages(marks, printed, there)
        left = [file for file in ours if file.dest_uri not in kept]
        printer.print_all([file for file in left if isinstance(file, PageFile)], workers, report, start_search)
        printer.copy_media([file for file in left if isinstance(file, MediaFile)])
        if place_search is not None:
            place_search(self._staging)
        put = self._exchange if self._swaps else self._put_files
        written, site = put(kept, there)
        cache.put("site", {key: record_pages(marks, printed, kept, site)})
        self.abandon()
        return len(written), len(there.keys() - site.keys()), site

    def _put_files(self, kept: Collection[str], there: SiteState) -> tuple[Collection[str], SiteState]:
        """Put the next site where there is none in one step, or file by file in the old one.

        Returns:
            the files that are new or changed, and how the site was left.

        """
        if self._hindrance:
            tell_hindrance(self._named, self._hindrance)
        with hold_interrupts():
            written, placed = publish(self._staging, self._site, kept, there)
        return written, {**{path: there[path] for path in kept}, **placed}

    def _exchange(self, kept: Collection[str], there: SiteState) -> tuple[Collection[str], SiteState]:
        """Put the next site in the old one's place as a whole; nothing is touched where all is as it was.

        Returns:
            as `_put_files`.

        """
        spare, via = find_standby(self._site), self._room / "file"
        fresh = list_site_files(self._staging, hidden=True)
        same = find_unchanged(self._staging, self._site, fresh, there)
        changed = {path: state for path, state in fresh.items() if path not in same}
        gone = there.keys() - fresh.keys() - set(kept)
        if changed or gone:
            self._filling = True
            carried = {path: state for path, state in there.items() if path not in gone and path not in changed}
            fill_standby(self._site, spare, carried, via)
            move_files(self._staging, spare, changed)
            site = {**carried, **changed}
            with hold_interrupts():
                try:
                    replace_site(self._site, spare, there, site, changed, via)
                except OSError as error:
                    tell_hindrance(self._named, error.strerror or str(error))
                    replace_files(self._site, spare, site, changed, via)
            self._filling = False
            return changed, site
        return changed, there

    def abandon(self) -> None:
        """Leave the site as it is, and MkDocs' settings as they were."""
        self._config.site_dir = self._named
        for folder in (self._room, *([find_standby(self._site)] if self._filling else [])):
            shutil.rmtree(folder, ignore_errors=True)
        atexit.unregister(self.abandon)


def tell_hindrance(site: str, reason: str) -> None:
    """Say that a site is changed file by file, and what that means."""
    name = Path(os.path.relpath(site)).as_posix()
    log.info(
        "'%s' cannot be replaced as a whole (%s): its files are replaced one by one, and a build that is killed "
        "meanwhile leaves some old and some new ones",
        *(name, reason),
    )
