"""Indexing: the index of a site, made of records and put into place whole."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from broadsheet.pagefind_program import PagefindProgram
from broadsheet.records import Record, digest, find_common_words
from broadsheet.site_files import is_alive
from broadsheet.tidying import tidy_index

INDEX_DIR = "pagefind"
"""Where in the site the index lies."""
_STAMP = "records.sha256"
_COMMON = "common-words.json"
_WORKSHOP = ".search-"
_FORM = 3
"""Counted up when the engine makes another index of the same records."""


def build_search_index(
    records: Sequence[Record],
    site_dir: Path,
    language: str,
    pagefind: PagefindProgram | None = None,
    wait_for_rest: Callable[[], Sequence[Record]] | None = None,
    guess: Sequence[Record] | None = None,
    wait_for_leave: Callable[[], object] | None = None,
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
        wait_for_rest: gives records of pages without a date that are not known yet. Before it has answered nothing
            is put into place.
        guess: what it will most probably give, so that nobody has to wait for it; made again should it not.
        wait_for_leave: comes back once the index may be put into place.

    Raises:
        IndexingError: that says how to mend what is wrong.

    """
    if wait_for_rest is None and is_current(records, site_dir, language):
        return False
    clear_workshops(site_dir)
    with tempfile.TemporaryDirectory(
        prefix=f"{_WORKSHOP}{os.getpid()}-", dir=site_dir, ignore_cleanup_errors=True
    ) as workshop:
        made, target = Path(workshop, INDEX_DIR), Path(site_dir, INDEX_DIR)
        rest = list(guess or ())
        with pagefind or PagefindProgram() as program:
            handed = _hand_over(records, rest, wait_for_rest if guess is None else None)
            program.make_index(handed, made.resolve(), language)
        _finish_index(made, [*records, *rest], language)
        if wait_for_rest is not None and guess is not None:
            told = wait_for_rest()
            if sorted(told) != sorted(guess):
                records, leave = [*records, *told], wait_for_leave
                return build_search_index(records, site_dir, language, pagefind, wait_for_leave=leave)
        if wait_for_leave is not None:
            wait_for_leave()
        if target.exists():
            target.rename(Path(workshop, "old"))
        made.rename(target)
    return True


def _hand_over(
    records: Sequence[Record], rest: list[Record], wait: Callable[[], Sequence[Record]] | None
) -> Iterator[Record]:
    """Records in the order in which Pagefind counts them; `rest` gets what has to be waited for."""
    yield from sorted(records, key=lambda record: (not record.day, record))
    if wait is not None:
        rest.extend(wait())
    yield from sorted(rest)


def _finish_index(made: Path, records: Sequence[Record], language: str) -> None:
    tidy_index(made)
    (made / _COMMON).write_text(json.dumps(find_common_words(records), ensure_ascii=False), encoding="utf-8")
    (made / _STAMP).write_text(" ".join(_stamp(records, language)), encoding="ascii")


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
            # It was killed with the old index out of its place, and the new one not yet in it.
            with suppress(OSError):
                Path(path, "old").rename(Path(site_dir, INDEX_DIR))
            shutil.rmtree(path, ignore_errors=True)


def _stamp(records: Iterable[Record], language: str) -> list[str]:
    try:
        version = importlib.metadata.version("pagefind")
    except importlib.metadata.PackageNotFoundError:
        version = "?"
    known = list(records)
    dated, rest = ([one for one in known if bool(one.day) is has] for has in (True, False))
    return [digest(dated, language), digest(rest, language), version, f"{_FORM}\n"]
