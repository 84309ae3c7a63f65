"""Indexing: the index of a site, made of records and put into place."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from broadsheet.file_store import INDEX_PARTS, FileStore
from broadsheet.index_parts import ENTRY
from broadsheet.pagefind_program import PagefindProgram, find_version
from broadsheet.part_making import PartMaker
from broadsheet.placing import Placing
from broadsheet.records import Record, digest, find_common_words
from broadsheet.site_files import is_alive

INDEX_DIR = "pagefind"
"""Where in the site the index lies."""
_STAMP = "records.sha256"
_COMMON = "common-words.json"
_WORKSHOP = ".search-"
_FORM = 4
"""Counted up when the engine makes another index of the same records."""


def build_search_index(
    records: Sequence[Record],
    site_dir: Path,
    language: str,
    pagefind: PagefindProgram | None = None,
    wait_for_rest: Callable[[], Sequence[Record]] | None = None,
    wait_for_leave: Callable[[], object] | None = None,
    cache: Path | None = None,
    make_in: Path | None = None,
) -> bool:
    """Make the index of a site and put it into `site_dir`/pagefind, in the place of an older one.

    Nothing is done, and False comes back, where the index that is there was made of the same records (see `digest`)
    by the same Pagefind. An index that cannot be made leaves the older one as it was. The same records give the same
    bytes, and names of files, in whatever order they come, and whatever parts of it are in the cache.

    Args:
        records: every page that can be found; nothing else gets into the index.
        site_dir: the directory of the built site.
        language: that of the site, whose rules all words are reduced by: there is one index for all languages.
        pagefind: what runs the program; only for who wants to stop it.
        wait_for_rest: gives records of pages without a date that are not known yet. Before it has answered nothing
            is put into place.
        wait_for_leave: comes back once the index may be put into place.
        cache: the directory in which parts are kept for the next index.
        make_in: a directory on the same disk in which the index is made; `site_dir` unless given.

    Raises:
        IndexingError: that says how to mend what is wrong.

    """
    if wait_for_rest is None and is_current(records, site_dir, language):
        return False
    make_in = make_in or site_dir
    clear_workshops(make_in)
    maker = PartMaker(FileStore(cache, INDEX_PARTS), pagefind or PagefindProgram(), language)
    with tempfile.TemporaryDirectory(
        prefix=f"{_WORKSHOP}{os.getpid()}-", dir=make_in, ignore_cleanup_errors=True
    ) as workshop:
        try:
            files, named = maker.make(records, wait_for_rest)
            told = [*records, *maker.rest]
            files[_COMMON] = json.dumps(find_common_words(told), ensure_ascii=False).encode()
            files[_STAMP] = " ".join(_stamp(told, language)).encode("ascii")
            placing = Placing(Path(site_dir, INDEX_DIR), Path(workshop), files, named)
            placing.prepare()
            if wait_for_leave is not None:
                wait_for_leave()
            placing.finish((ENTRY, _STAMP))
            maker.prune()
        finally:
            maker.close()
    return True


def is_current(records: Iterable[Record], site_dir: Path, language: str, *, dated: bool = False) -> bool:
    """Whether the index in a site was made of these records, in this language, by the Pagefind that is installed.

    With `dated`, only what has a date is compared: articles, which are known before the site's own pages are.
    """
    path = Path(site_dir, INDEX_DIR, _STAMP)
    try:
        told = path.read_text(encoding="ascii", errors="replace").split(" ")
    except OSError:
        return False
    wanted = _stamp(records, language)
    if dated:
        told[1:2], wanted[1:2] = [], []
    return told == wanted


def remove_index(site_dir: Path) -> None:
    """Take out of a site all that belongs to an index."""
    clear_workshops(site_dir)
    shutil.rmtree(Path(site_dir, INDEX_DIR), ignore_errors=True)


def clear_workshops(site_dir: Path) -> None:
    """Remove what a process that was killed has left behind."""
    Path(site_dir).mkdir(parents=True, exist_ok=True)
    for path in Path(site_dir).glob(f"{_WORKSHOP}*"):
        if not is_alive(path.name.removeprefix(_WORKSHOP).partition("-")[0]):
            shutil.rmtree(path, ignore_errors=True)


def _stamp(records: Iterable[Record], language: str) -> list[str]:
    known = list(records)
    dated, rest = ([one for one in known if bool(one.day) is has] for has in (True, False))
    return [digest(dated, language), digest(rest, language), find_version(), f"{_FORM}\n"]
