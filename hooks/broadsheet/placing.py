"""Placing: the files of a search index put beside those of an older one, which go once nothing names them any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from broadsheet.part_making import Named
from broadsheet.site_files import scan


class Placing:
    """Puts one index in its place: a search that began with the older one finds its files until the end."""

    def __init__(self, target: Path, workshop: Path, files: Mapping[str, bytes], named: Sequence[Named]) -> None:
        """Take the directory of the index, one on the same disk in which to write, and what there is to be put.

        Args:
            target: need not be there.
            workshop: an empty directory.
            files: by path in the index.
            named: files that are named after what is in them, of which those that are there already are right.

        """
        self._target = target
        self._workshop = workshop
        self._files = files
        self._named = named

    def prepare(self) -> None:
        """Write in the workshop what is not in its place. Cost: one look at a file that is there."""
        for path, data in self._files.items():
            if not (_holds(self._target / path, data) or (self._workshop / path).exists()):
                self._write(path, data)
        there = scan(self._target)
        for part in self._named:
            missing = [path for path in part.names if path not in there and not (self._workshop / path).exists()]
            if missing:
                found = part.read()
                for path in missing:
                    self._write(path, found[part.names[path]])

    def finish(self, last: Sequence[str]) -> None:
        """Put all in its place, some files after all others, and take away what is in the index no more.

        The very last is gone before the first is put: by that it can be told whether an index is whole.
        """
        # Another build may have taken something away meanwhile.
        self.prepare()
        # Should this end half-way, what is there is no index that anybody can be content with.
        (self._target / last[-1]).unlink(missing_ok=True)
        if not (self._workshop / last[-1]).exists():
            self._write(last[-1], self._files[last[-1]])
        ready = sorted(scan(self._workshop))
        for path in [*(one for one in ready if one not in last), *(one for one in last if one in ready)]:
            (self._target / path).parent.mkdir(parents=True, exist_ok=True)
            (self._workshop / path).replace(self._target / path)
        listed = set(self._list_paths())
        for path in scan(self._target):
            if path not in listed:
                (self._target / path).unlink(missing_ok=True)
        for name in ("fragment", "index", "filter"):
            with suppress(OSError):
                (self._target / name).rmdir()

    def _list_paths(self) -> Iterator[str]:
        yield from self._files
        for part in self._named:
            yield from part.names

    def _write(self, path: str, data: bytes) -> None:
        whole = self._workshop / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(data)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
