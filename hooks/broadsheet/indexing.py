"""Indexing: the index of a site, made of records and put into place whole."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from broadsheet.pagefind_program import IndexingError, PagefindProgram
from broadsheet.searching import Record, digest, find_common_words
from broadsheet.site_files import is_alive
from broadsheet.tidying import tidy_index

INDEX_DIR = "pagefind"
"""Where in the site the index lies."""
_STAMP = "records.sha256"
_COMMON = "common-words.json"
_WORKSHOP = ".search-"
_FORM = 2
"""Counted up when the engine makes another index of the same records."""


class Indexing:
    """One index, made by a thread beside the build; it has no effect on a site until it is finished."""

    def __init__(self, records: Sequence[Record], site_dir: Path, language: str, report: Callable[[str], None]) -> None:
        """Start; `report` is told why there is no index, should there be none."""
        self._pagefind = PagefindProgram()
        self._arguments = (records, site_dir, language, self._pagefind)
        self._report = report
        self._done = False
        self._thread = threading.Thread(target=self._run, name="search index", daemon=True)
        self._thread.start()

    def wait(self) -> bool:
        """Until it is finished or has failed; whether the index is there."""
        self._thread.join()
        return self._done

    def stop(self) -> None:
        """End it without an effect, or do nothing where it is finished."""
        self._pagefind.stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            build_search_index(*self._arguments)
            self._done = True
        except (IndexingError, OSError) as error:
            if not self._pagefind.stopped:
                self._report(str(error) if isinstance(error, IndexingError) else f"no search index: {error}")


def build_search_index(
    records: Sequence[Record], site_dir: Path, language: str, pagefind: PagefindProgram | None = None
) -> bool:
    """Make the index of a site and put it into `site_dir`/pagefind, in the place of an older one.

    Nothing is done, and False comes back, where the index that is there was made of the same records (see `digest`)
    by the same Pagefind. An index that cannot be made leaves the older one as it was. The same records give the same
    bytes, and names of files, in whatever order they come.

    Args:
        records: every page that can be found; nothing else gets into the index.
        site_dir: the directory of the built site.
        language: that of the site, whose rules all words are reduced by: there is one index for all languages.
        pagefind: what runs the program; only for who wants to stop it.

    Raises:
        IndexingError: that says how to mend what is wrong.

    """
    if is_current(records, site_dir, language):
        return False
    clear_workshops(site_dir)
    with tempfile.TemporaryDirectory(
        prefix=f"{_WORKSHOP}{os.getpid()}-", dir=site_dir, ignore_cleanup_errors=True
    ) as workshop:
        made, target = Path(workshop, INDEX_DIR), Path(site_dir, INDEX_DIR)
        with pagefind or PagefindProgram() as program:
            program.make_index(sorted(records), made.resolve(), language)
        tidy_index(made)
        (made / _COMMON).write_text(json.dumps(find_common_words(records), ensure_ascii=False), encoding="utf-8")
        (made / _STAMP).write_text(_stamp(records, language), encoding="ascii")
        if target.exists():
            target.rename(Path(workshop, "old"))
        made.rename(target)
    return True


def is_current(records: Sequence[Record], site_dir: Path, language: str) -> bool:
    """Whether the index in a site was made of these records, in this language, by the Pagefind that is installed."""
    path = Path(site_dir, INDEX_DIR, _STAMP)
    return path.is_file() and path.read_text(encoding="ascii", errors="replace") == _stamp(records, language)


def remove_index(site_dir: Path) -> None:
    """Take out of a site all that belongs to an index."""
    shutil.rmtree(Path(site_dir, INDEX_DIR), ignore_errors=True)
    clear_workshops(site_dir)


def clear_workshops(site_dir: Path) -> None:
    """Remove what a process that was killed has left behind."""
    Path(site_dir).mkdir(parents=True, exist_ok=True)
    for path in Path(site_dir).glob(f"{_WORKSHOP}*"):
        if not is_alive(path.name.removeprefix(_WORKSHOP).partition("-")[0]):
            shutil.rmtree(path, ignore_errors=True)


def _stamp(records: Sequence[Record], language: str) -> str:
    try:
        version = importlib.metadata.version("pagefind")
    except importlib.metadata.PackageNotFoundError:
        version = "?"
    return f"{digest(records, language)} {version} {_FORM}\n"
