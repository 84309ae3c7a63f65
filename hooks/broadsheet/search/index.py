"""Search index: the records of a site as one or more Pagefind bundles, kept from build to build, put into the site.

A newspaper of up to about 2,500 records has one bundle. A larger archive has several, of whole years, so that an edit
makes one of them again and the others stay as they are. The newest lies in `pagefind/`, where the search page loads
its program, with the site's own pages, which have no date. Older ones lie in directories below, and are joined to it
in the browser.

Topics, authors and years lie in a file of the engine's beside each bundle, not in Pagefind's filters: Pagefind writes
those in an order that differs from run to run (https://github.com/Pagefind/pagefind/issues/638), and the same records
are to give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from broadsheet.core import SITE_URLS
from broadsheet.search.bundle_store import BundleStore
from broadsheet.search.pagefind import OPEN, IndexingError, explain_unwritable, find_version, name_facets
from broadsheet.search.records import Record, find_common_words

INDEX_DIR = SITE_URLS["pagefind"].rstrip("/")
"""The directory of the index in the site."""
MAX_RECORDS = 2_500
"""How many records a bundle has at most, but for a single month with more. Pagefind takes 200 KB of memory for each."""
MAX_BUNDLES = 16
"""How many bundles there are at most: a larger archive has larger ones, as each costs a reader requests."""
LISTING = "bundles.json"
"""The file that lists the bundles, and words that are left out of queries."""

_EVERY = "ꙮ"
"""A word that every record has, and no text: a search for it lists them all. (Without words, Pagefind loads the whole
index.) It is sorted behind nearly all others, into the last and smallest chunk of words."""
_FORM = "1"
"""Counted up when the engine makes another bundle of the same records."""


def group_records(records: Sequence[Record]) -> list[tuple[str, list[Record]]]:
    """Records with dates in groups that follow one another in time, the oldest first, and the name of each.

    A group is filled with whole years, from the oldest on, so a new article changes the last group and no other. A year
    with too many records is divided into months: what an edit costs, and the memory that Pagefind takes, stay bounded.
    """
    limit = MAX_RECORDS
    while True:
        groups = _fill_groups(sorted(records, key=lambda record: (record.at, record.url)), limit)
        if len(groups) <= MAX_BUNDLES:
            return [(f"{first}_{last}", group) for first, last, group in groups]
        limit *= 2


def _fill_groups(records: Sequence[Record], limit: int) -> list[tuple[str, str, list[Record]]]:
    groups: list[tuple[str, str, list[Record]]] = []
    for period, found in _divide(records, limit):
        if groups and len(groups[-1][2]) + len(found) <= limit:
            first, _, group = groups[-1]
            groups[-1] = (first, period, [*group, *found])
        else:
            groups.append((period, period, found))
    return groups


def _divide(records: Sequence[Record], limit: int) -> Iterator[tuple[str, list[Record]]]:
    """The records of each year, or of each month of a year with too many."""
    for year, found in groupby(records, key=lambda record: record.at[:4]):
        of_year = list(found)
        if len(of_year) <= limit:
            yield year, of_year
        else:
            for month, of_month in groupby(of_year, key=lambda record: record.at[:7]):
                yield month, list(of_month)


def describe_record(record: Record, language: str, number: int) -> bytes:
    """A record as Pagefind takes it, JSON on one line; `number` is its place among those of its bundle.

    A record without a text would be left out, so its title stands for it. The search page asks for results sorted by
    `place` to learn which result is which record.
    """
    shown = {
        "title": record.title,
        "date": record.day,
        "language": record.language,
        "author": "\n".join(record.authors),
        "every": _EVERY,
    }
    described = {
        "url": f"/{record.url}",
        "content": record.text or record.title or record.url,
        "language": language,
        "meta": {key: value for key, value in shown.items() if value},
        "sort": {"place": f"{number:07}"},
    }
    return json.dumps(described, separators=(",", ":")).encode() + b"\n"


def describe_facets(records: Sequence[Record]) -> bytes:
    """Topics, authors and year of each record of a bundle, in their order, as JSON for the search page."""
    topics = sorted({topic for record in records for topic in record.topics})
    authors = sorted({author for record in records for author in record.authors})
    topic_numbers = {topic: number for number, topic in enumerate(topics)}
    author_numbers = {author: number for number, author in enumerate(authors)}
    pages = [
        [record.year, [topic_numbers[one] for one in record.topics], [author_numbers[one] for one in record.authors]]
        for record in records
    ]
    listed = {"topic": topics, "author": authors, "pages": pages}
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle of an index."""

    path: str
    """Its directory in that of the index, as `2015_2018/`; '' for the newest."""
    name: str
    """Its directory in the store: a digest of its articles, and one of all it is made of."""


class SearchIndex:
    """One index, made by a process beside the build, which may begin before the site's own pages are known.

    Cost for this process: 30 µs a record, and where nothing has changed there is no other. No thread is started in
    this process, so that it can be copied until the index is placed. Each method may raise an `IndexingError`.
    """

    def __init__(self, store: BundleStore, language: str, *, processes: int = 1, gently: bool = False) -> None:
        """Take where bundles are kept, and the language of the site, by whose rules all words are reduced to stems.

        `processes` bundles are made at a time; `gently` lets all other work go first.
        """
        self.bundles: list[Bundle] = []
        """The newest first; complete after `finish`."""
        self._store = store
        self._language = language
        self._options = (str(max(1, processes)), "1" if gently else "")
        self._newest: list[Record] = []
        """Of the newest bundle: records without their texts."""
        self._lines: list[bytes] = []
        self._common: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = self._stopped = self._awaited = False
        self._lock = threading.Lock()
        self._work = Path(tempfile.mkdtemp(prefix="broadsheet-search-"))

    def begin(self, articles: Sequence[Record], *, early: bool = True) -> None:
        """Start with the articles, as far as they have changed; with `early`, before `finish` is called."""
        groups = group_records([record for record in articles if record.day])
        self._common = find_common_words(articles)
        missing = False
        for name, records in groups[:-1]:
            lines = self._describe(records, 0)
            missing |= self._want(f"{name}/", lines, lines, records)
        self.bundles.reverse()
        _, self._newest = groups[-1] if groups else ("", [])
        self._lines = self._describe(self._newest, 0)
        self._begun = bool(self._newest) and not self._store.has_beginning(_digest(self._lines))
        self._begun &= early
        if self._begun:
            self._write(f"{OPEN}.records", self._lines)
        if early and (missing or self._begun):
            self._start()

    def finish(self, own: Sequence[Record]) -> None:
        """Tell it the site's own pages, which have no date."""
        pages = sorted(own, key=lambda record: record.url)
        self._common = self._common or find_common_words(pages)
        lines = self._describe(pages, len(self._newest))
        older, self.bundles = self.bundles, []
        told = lines if self._begun else None
        missing = self._want("", self._lines, [*self._lines, *lines], [*self._newest, *pages], told)
        name = self.bundles[0].name if missing else ""
        self.bundles += older
        self._newest, self._lines = [], []
        if self._process is None and any(self._work.glob("*.records")):
            self._start()
            name = ""
        if self._process is not None:
            assert self._process.stdin is not None
            # A process that has failed says why when it is waited for.
            with suppress(OSError):
                self._process.stdin.write(f"{name}\n".encode())
                self._process.stdin.flush()

    def wait(self) -> None:
        """Wait until all bundles are in the store.

        Raises:
            IndexingError: when Pagefind cannot make one, or `stop` was called.

        """
        with self._lock:
            if self._stopped:
                raise IndexingError("stopped")
            process, self._awaited = self._process, True
        try:
            if process is not None:
                self._await(process)
        finally:
            self._process = None
            self._clear()

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        reason = process.stdout.read().decode(errors="replace").strip()
        process.stdout.close()
        with suppress(OSError):
            process.stdin.close()
        code = process.wait()
        if code or self._stopped:
            ended = f"the search index cannot be made: its process ended with code {code}: build again"
            raise IndexingError(reason or ended)

    def place(self, site: Path) -> None:
        """Wait for the index and put it into a site, in place of an older one.

        The files are links to those in the store, or copies where there can be no links. Cost: 30 µs a file; nothing
        where the same index is there.

        Raises:
            IndexingError: when it cannot be made or put there; an older one is as it was.

        """
        self.wait()
        target = site / INDEX_DIR
        listing = _write_listing(self.bundles, self._common)
        with suppress(OSError):
            if (target / LISTING).read_bytes() == listing:
                return
        part, old = (site / f".{INDEX_DIR}-{word}-{os.getpid()}" for word in ("new", "old"))
        try:
            shutil.rmtree(part, ignore_errors=True)
            for bundle in self.bundles:
                self._link(bundle, part / bundle.path)
            (part / LISTING).write_bytes(listing)
            with suppress(FileNotFoundError):
                target.rename(old)
            part.rename(target)
        except OSError as error:
            raise IndexingError(explain_unwritable(error, target)) from None
        finally:
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
        self._store.prune({bundle.name for bundle in self.bundles})

    def stop(self) -> None:
        """End it, from any thread; what is in the store stays."""
        with self._lock:
            self._stopped = True
            process, awaited = self._process, self._awaited
        if process is not None:
            process.kill()
            if not awaited:
                process.communicate()
        self._clear()

    def _describe(self, records: Sequence[Record], start: int) -> list[bytes]:
        return [describe_record(record, self._language, start + number) for number, record in enumerate(records)]

    def _want(
        self,
        path: str,
        articles: Sequence[bytes],
        lines: Sequence[bytes],
        records: Sequence[Record],
        told: Sequence[bytes] | None = None,
    ) -> bool:
        """List a bundle, and have it made unless it is in the store; `told` are its records that were not told yet."""
        facets = describe_facets(records)
        name = f"{_digest(articles)}-{_digest([*lines, facets])}"
        self.bundles.append(Bundle(path, name))
        if self._store.list_files(name):
            return False
        self._write(f"{name}.facets", [facets])
        if told is None:
            self._write(f"{name}.records", lines)
        else:
            self._write(f"{name}.rest", told)
        return True

    def _write(self, file_name: str, lines: Sequence[bytes]) -> None:
        try:
            with (self._work / file_name).open("wb") as file:
                file.writelines(lines)
        except OSError as error:
            raise IndexingError(explain_unwritable(error, self._work / file_name)) from None

    def _start(self) -> None:
        paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        names = sorted(path.stem for path in self._work.glob("*.records"))
        program = ["-m", "broadsheet.search.pagefind", str(self._work), str(self._store.path), *self._options, *names]
        with self._lock:
            if self._stopped:
                raise IndexingError("stopped")
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                # -P: keep the current directory off sys.path.
                [sys.executable, "-P", *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"},
                # A Control-C is for the build, which ends this process as well.
                start_new_session=True,
            )

    def _link(self, bundle: Bundle, folder: Path) -> None:
        source = self._store.path / bundle.name
        paths = self._store.list_files(bundle.name)
        if not paths:
            raise OSError(0, "it is not as it was made", str(source))
        for parent in sorted({folder, *((folder / path).parent for path in paths)}):
            parent.mkdir(parents=True, exist_ok=True)
        for path in paths:
            try:
                os.link(source / path, folder / path)
            except OSError:
                shutil.copyfile(source / path, folder / path)

    def _clear(self) -> None:
        shutil.rmtree(self._work, ignore_errors=True)


def _digest(lines: Sequence[bytes]) -> str:
    whole = hashlib.sha256(f"{_FORM} {find_version()}\n".encode())
    for line in lines:
        whole.update(line)
    return whole.hexdigest()[:16]


def _write_listing(bundles: Sequence[Bundle], common: Sequence[str]) -> bytes:
    listed = [{"path": bundle.path, "facets": name_facets(bundle.name)} for bundle in bundles]
    return json.dumps({"bundles": listed, "common": common}, ensure_ascii=False).encode()
