"""Search index: make one or more Pagefind bundles from the records of a site, keep them, and put them into the site.

A newspaper of up to about 2,500 records has one bundle. A larger archive has several, of whole years, so that an edit
changes one bundle only. The newest bundle is in `pagefind/`, where the search page loads Pagefind's program; it also
has the site's own pages, which have no date. Older bundles are in directories below; the browser joins them.

Topics, authors and years are in a file of the engine beside each bundle, not in Pagefind's filters: Pagefind writes
its filters in another order in each run (https://github.com/Pagefind/pagefind/issues/638), and the same records must
give the same bytes.
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
from broadsheet.search.pagefind import OPEN, IndexingError, explain_unwritable, find_version, get_facets_name
from broadsheet.search.records import Record, find_common_words
from broadsheet.search.segmentation import RULES, segment

INDEX_DIR = SITE_URLS["pagefind"].rstrip("/")
"""The directory of the index in the site."""
MAX_RECORDS = 2_500
"""The most records of a bundle, except for a single month with more. Pagefind needs 200 KB of memory for each."""
MAX_BUNDLES = 16
"""The most bundles of an index. A larger archive has larger bundles, because each bundle costs a reader requests."""
LISTING = "bundles.json"
"""The file with the list of bundles, the common words that queries leave out, and the rules of segmentation."""

_MATCH_ALL = "ꙮ"
"""A word that every record has and no text: a search for it lists all records. (For a search without words, Pagefind
loads the whole index.) It is sorted after nearly all words, into the last and smallest chunk of the index."""
_DIVIDED_LANGUAGES = frozenset({"ja", "th", "zh"})
"""Languages whose words Pagefind divides by a dictionary: in a browser always, in an index by its extended program."""
_FORMAT_VERSION = "2"
"""Increase this when the engine makes a different bundle from the same records."""


def group_records(records: Sequence[Record]) -> list[tuple[str, list[Record]]]:
    """Return the records of each bundle, oldest first, with a name; all records have a date.

    Groups are filled with whole years from the oldest on, so a new article changes the last group only. A year with too
    many records is divided into months. That limits the cost of an edit and the memory of Pagefind.
    """
    limit = MAX_RECORDS
    while True:
        groups = _fill_groups(sorted(records, key=lambda record: (record.at, record.url)), limit)
        if len(groups) <= MAX_BUNDLES:
            return [(f"{first}_{last}", group) for first, last, group in groups]
        limit *= 2


def _fill_groups(records: Sequence[Record], limit: int) -> list[tuple[str, str, list[Record]]]:
    groups: list[tuple[str, str, list[Record]]] = []
    for period, members in _divide(records, limit):
        if groups and len(groups[-1][2]) + len(members) <= limit:
            first, _, group = groups[-1]
            groups[-1] = (first, period, [*group, *members])
        else:
            groups.append((period, period, members))
    return groups


def _divide(records: Sequence[Record], limit: int) -> Iterator[tuple[str, list[Record]]]:
    """Yield the records of each year, or of each month of a year with too many records."""
    for year, members in groupby(records, key=lambda record: record.at[:4]):
        of_year = list(members)
        if len(of_year) <= limit:
            yield year, of_year
        else:
            for month, of_month in groupby(of_year, key=lambda record: record.at[:7]):
                yield month, list(of_month)


def serialize_record(record: Record, language: str, number: int) -> bytes:
    """Return the JSON line of a record for Pagefind.

    Pagefind leaves out a record without a text, so the title is its text then. The search page asks for results sorted
    by `place` to learn which result is which record.

    Args:
        record: the record.
        language: of the index.
        number: the place of the record in its bundle.

    """
    meta = {
        "title": segment(record.title),
        "date": record.day,
        "language": record.language,
        "author": "\n".join(map(segment, record.authors)),
        "every": _MATCH_ALL,
    }
    fields = {
        "url": f"/{record.url}",
        "content": segment(record.text or record.title or record.url),
        "language": language,
        "meta": {key: value for key, value in meta.items() if value},
        "sort": {"place": f"{number:07}"},
    }
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def serialize_facets(records: Sequence[Record]) -> bytes:
    """Return topics, authors and year of each record of a bundle, in order, as JSON for the search page."""
    topics = sorted({topic for record in records for topic in record.topics})
    authors = sorted({author for record in records for author in record.authors})
    topic_numbers = {topic: number for number, topic in enumerate(topics)}
    author_numbers = {author: number for number, author in enumerate(authors)}
    pages = [
        [
            record.year,
            [topic_numbers[topic] for topic in record.topics],
            [author_numbers[author] for author in record.authors],
        ]
        for record in records
    ]
    facets = {"topic": topics, "author": authors, "pages": pages}
    return json.dumps(facets, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle of an index."""

    path: str
    """The directory of the bundle in the index, such as `2015_2018/`; '' for the newest."""
    name: str
    """The directory of the bundle in the store: a digest of the articles, and one of everything in the bundle."""


@dataclass(frozen=True, slots=True)
class IndexContents:
    """What is in an index. It depends on the records alone, so a later build with the same records can take it."""

    bundles: tuple[Bundle, ...]
    """The newest bundle first."""
    common: tuple[str, ...]
    """See `find_common_words`."""


class SearchIndex:
    """One index, made by a helper process, which may start before the site's own pages are known.

    Cost for this process: 250 µs a record of 4 KB, unless `take` finds the bundles of an earlier build; where nothing
    has changed, there is no helper process. No thread is started, so this process can be forked until the index is
    placed. Each method may raise an `IndexingError`.
    """

    def __init__(self, store: BundleStore, language: str, *, processes: int = 1, low_priority: bool = False) -> None:
        """Prepare an index; nothing is started.

        Args:
            store: keeps bundles from build to build.
            language: of the site; its rules reduce all words to stems.
            processes: how many bundles are made at a time.
            low_priority: whether other processes go first.

        """
        self.bundles: list[Bundle] = []
        """The newest bundle first; complete after `finish`."""
        self._store = store
        self._language = find_index_language(language)
        self._options = (str(max(1, processes)), "1" if low_priority else "")
        self._newest: list[Record] = []
        """The articles of the newest bundle."""
        self._lines: list[bytes] = []
        self._common: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = self._stopped = self._awaited = False
        self._lock = threading.Lock()
        self._work = Path(tempfile.mkdtemp(prefix="broadsheet-search-"))

    @property
    def contents(self) -> IndexContents:
        """What the index consists of; complete after `finish`."""
        return IndexContents(tuple(self.bundles), tuple(self._common))

    def take(self, contents: IndexContents) -> bool:
        """Take what an earlier index of the same records consisted of, in place of `begin` and `finish`.

        Returns:
            whether the store has all bundles; otherwise nothing has changed.

        """
        has_all = all(self._store.list_files(bundle.name) for bundle in contents.bundles)
        if has_all:
            self.bundles, self._common = list(contents.bundles), list(contents.common)
        return has_all

    def begin(self, articles: Sequence[Record], *, early: bool = True) -> None:
        """Take the articles. With `early`, start to make changed bundles now, else when `finish` is called."""
        groups = group_records([record for record in articles if record.day])
        self._common = find_common_words(articles)
        missing = False
        for name, records in groups[:-1]:
            lines = self._serialize(records, 0)
            missing |= self._request(f"{name}/", lines, lines, records)
        self.bundles.reverse()
        _, self._newest = groups[-1] if groups else ("", [])
        self._lines = self._serialize(self._newest, 0)
        self._begun = bool(self._newest) and not self._store.has_beginning(_digest(self._lines))
        self._begun &= early
        if self._begun:
            self._write(f"{OPEN}.records", self._lines)
        if early and (missing or self._begun):
            self._start()

    def finish(self, site_pages: Sequence[Record]) -> None:
        """Take the site's own pages, which have no date, and make all bundles that are missing."""
        pages = sorted(site_pages, key=lambda record: record.url)
        self._common = self._common or find_common_words(pages)
        lines = self._serialize(pages, len(self._newest))
        older, self.bundles = self.bundles, []
        later_lines = lines if self._begun else None
        missing = self._request("", self._lines, [*self._lines, *lines], [*self._newest, *pages], later_lines)
        name = self.bundles[0].name if missing else ""
        self.bundles += older
        self._newest, self._lines = [], []
        if self._process is None and any(self._work.glob("*.records")):
            self._start()
            name = ""
        if self._process is not None:
            assert self._process.stdin is not None
            # `wait` reports why a helper has failed.
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
            message = f"the search index cannot be made: its process ended with code {code}: build again"
            raise IndexingError(reason or message)

    def place(self, site: Path) -> None:
        """Wait for the index and put it into a site, in place of an older one.

        The files are hard links to the store, or copies where links are impossible. Cost: 30 µs a file; nothing where
        the site has the same index.

        Raises:
            IndexingError: when the index cannot be made or written; an older one stays as it was.

        """
        self.wait()
        target = site / INDEX_DIR
        listing = _serialize_listing(self.bundles, self._common, self._language)
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
        """End the helper process; the store stays as it is. Any thread may call this."""
        with self._lock:
            self._stopped = True
            process, awaited = self._process, self._awaited
        if process is not None:
            process.kill()
            if not awaited:
                process.communicate()
        self._clear()

    def _serialize(self, records: Sequence[Record], start: int) -> list[bytes]:
        return [serialize_record(record, self._language, start + number) for number, record in enumerate(records)]

    def _request(
        self,
        path: str,
        articles: Sequence[bytes],
        lines: Sequence[bytes],
        records: Sequence[Record],
        later_lines: Sequence[bytes] | None = None,
    ) -> bool:
        """List a bundle, and write the files for the helper unless the bundle is in the store; return whether it did.

        `later_lines` are the records that the helper has not got with `open.records`; None when it has got none.
        """
        facets = serialize_facets(records)
        name = f"{_digest(articles)}-{_digest([*lines, facets])}"
        self.bundles.append(Bundle(path, name))
        if self._store.list_files(name):
            return False
        self._write(f"{name}.facets", [facets])
        if later_lines is None:
            self._write(f"{name}.records", lines)
        else:
            self._write(f"{name}.rest", later_lines)
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
        program = [
            "-c",
            "from broadsheet.search.pagefind import run; run()",
            str(self._work),
            str(self._store.path),
            *self._options,
            *names,
        ]
        with self._lock:
            if self._stopped:
                raise IndexingError("stopped")
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                # -P: keep the current directory off sys.path.
                [sys.executable, "-P", *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"},
                # Control-C must reach the build only, which ends this process.
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
    digest = hashlib.sha256(f"{_FORMAT_VERSION} {find_version()}\n".encode())
    for line in lines:
        digest.update(line)
    return digest.hexdigest()[:16]


def find_index_language(language: str) -> str:
    """Return the language of the index of a site: none where Pagefind would divide the pairs of `segment` again."""
    return "und" if language.partition("-")[0].lower() in _DIVIDED_LANGUAGES else language


def _serialize_listing(bundles: Sequence[Bundle], common: Sequence[str], language: str) -> bytes:
    entries = [{"path": bundle.path, "facets": get_facets_name(bundle.name)} for bundle in bundles]
    listing = {"bundles": entries, "common": common, "language": language, "rules": RULES}
    return json.dumps(listing, ensure_ascii=False).encode()
