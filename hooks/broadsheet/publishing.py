"""Publishing: the site made ready beside the old one, and put in its place when all of it is there."""

from __future__ import annotations

import atexit
import shutil
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from broadsheet.cache import Cache
from broadsheet.imprints import Imprints
from broadsheet.packing import digest
from broadsheet.press_files import MediaFile, PressFile
from broadsheet.printing import Printer
from broadsheet.site_files import Printed, SiteState, find_kept, hold_site, make_staging, note, publish, scan


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

    def __init__(self, config: MkDocsConfig) -> None:
        """Have MkDocs write beside the site from here on, until `finish` or `abandon`."""
        self._config = config
        self._site = Path(config.site_dir)
        self._staging = make_staging(self._site)
        # Control-C ends a build without an event.
        atexit.register(self.abandon)
        config.site_dir = str(self._staging)

    @property
    def site(self) -> Path:
        """The directory of the site that readers see."""
        return self._site

    @property
    def staging(self) -> Path:
        """The directory in which the next state is made ready."""
        return self._staging

    def finish(
        self,
        files: Files,
        printer: Printer,
        imprints: Imprints,
        cache: Cache,
        workers: int,
        report: Callable[[str, int, int], None],
        start_search: Callable[[], None],
        others: Collection[str] = (),
        there: SiteState | None = None,
        place_search: Callable[[Path], None] | None = None,
    ) -> tuple[int, int, SiteState]:
        """Print what has changed, and put everything in its place.

        `start_search` is called when nothing stands in the way of a thread any more; `others` names directories
        of the site that someone else looks after; `there` is how the last build left a site that nobody else
        touches, where that is known; `place_search` puts the search index into the directory that it is given.

        Returns:
            how many files were written, how many went, and how the site was left.

        """
        ours = [file for file in files if isinstance(file, PressFile | MediaFile) and file.by_engine]
        marks = {file.dest_uri: file.find_imprint(imprints) for file in ours}
        key = digest(b"site", str(self._site.resolve()).encode(errors="surrogateescape"))
        noted = cache.get("site", [key]).get(key)
        known = noted.items() if isinstance(noted, dict) else ()
        printed = {path: one for path, one in known if isinstance(path, str) and isinstance(one, Printed)}
        there = scan(self._site, others) if there is None else there
        kept = find_kept(marks, printed, there)
        left = [file for file in ours if file.dest_uri not in kept]
        printer.print_all([file for file in left if isinstance(file, PressFile)], workers, report, start_search)
        printer.copy_media([file for file in left if isinstance(file, MediaFile)])
        if place_search is not None:
            place_search(self._staging)
        with hold_interrupts(), hold_site(self._site):
            written, placed = publish(self._staging, self._site, kept, there)
            cache.put("site", {key: note(marks, printed, kept, placed)})
        self.abandon()
        site = {**{path: there[path] for path in kept}, **placed}
        return written, len(there.keys() - site.keys()), site

    def abandon(self) -> None:
        """Leave the site as it is, and MkDocs' settings as they were."""
        self._config.site_dir = str(self._site)
        shutil.rmtree(self._staging, ignore_errors=True)
        atexit.unregister(self.abandon)
