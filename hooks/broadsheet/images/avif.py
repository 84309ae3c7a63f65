"""AVIF boxes: the Exif and XMP in an AVIF file, made blank where they stand.

Addresses in such a file count from its start, so nothing may be taken out: it is overwritten.
ISO/IEC 14496-12 describes the boxes `meta`, `iinf`, `infe`, `iloc` and `idat`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

# An offset of 0, then a TIFF file without entries: readers that look for Exif find it sound and empty.
_NO_EXIF = bytes(4) + b"MM\0*" + (8).to_bytes(4, "big") + bytes(6)
_MOST_ITEMS = 10_000
_NEEDED = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip"})
_TELLING = frozenset({b"Exif", b"mime", b"uri "})


class _Box(NamedTuple):
    kind: bytes
    start: int
    """Where its content begins."""
    end: int


class _Numbers:
    """Reads whole numbers, one behind the other."""

    def __init__(self, data: bytes | bytearray, place: int) -> None:
        self._data = data
        self.place = place

    def read(self, size: int) -> int:
        """The next number of so many bytes; 0 behind the end."""
        self.place += size
        return int.from_bytes(self._data[self.place - size : self.place], "big")


def is_avif(data: bytes) -> bool:
    """Whether the file says that it is AVIF."""
    size = int.from_bytes(data[:4], "big")
    brands = {data[place : place + 4] for place in range(8, min(size, 256, len(data)), 4)}
    return data[4:8] == b"ftyp" and bool(brands & {b"avif", b"avis"})


def blank_metadata(data: bytes) -> bytes:
    """The file with nothing in it that tells more than the picture.

    Raises:
        ValueError: when it is laid out in a way that does not let this be done.

    """
    blank = bytearray(data)
    for box in _list_boxes(data, 0, len(data)):
        if box.kind == b"meta":
            _blank_items(blank, box)
        elif box.kind not in _NEEDED:
            blank[box.start : box.end] = bytes(box.end - box.start)
    return bytes(blank)


def _list_boxes(data: bytes | bytearray, place: int, end: int) -> Iterator[_Box]:
    while place + 8 <= end:
        size, start = int.from_bytes(data[place : place + 4], "big"), place + 8
        kind = bytes(data[place + 4 : place + 8])
        if size == 1:
            size, start = int.from_bytes(data[start : start + 8], "big"), place + 16
        stop = end if size == 0 else place + size
        if stop < start:
            raise ValueError("a box that ends before it begins")
        yield _Box(kind, start, min(stop, end))
        place = stop


def _blank_items(blank: bytearray, meta: _Box) -> None:
    inside = {box.kind: box for box in _list_boxes(blank, meta.start + 4, meta.end)}
    if b"iinf" not in inside or b"iloc" not in inside:
        return
    telling = _find_items(blank, inside[b"iinf"])
    idat = inside.get(b"idat")
    for item, method, place, length in _find_extents(blank, inside[b"iloc"]):
        if item not in telling:
            continue
        if method not in {0, 1} or (method == 1 and idat is None):
            raise ValueError("metadata that is part of something else")
        start = place + (idat.start if method == 1 and idat else 0)
        size = max(0, min(length or len(blank), len(blank) - start))
        empty = _NO_EXIF if telling[item] == b"Exif" else b""
        blank[start : start + size] = empty.ljust(size, b"\0")[:size]


def _find_items(data: bytearray, iinf: _Box) -> dict[int, bytes]:
    """The items that are no pictures, by number, with their types."""
    found: dict[int, bytes] = {}
    first = iinf.start + (6 if data[iinf.start] == 0 else 8)
    for box in _list_boxes(data, first, iinf.end):
        numbers = _Numbers(data, box.start)
        version = numbers.read(4) >> 24
        if box.kind != b"infe" or version not in {2, 3}:
            continue
        item = numbers.read(2 if version == 2 else 4)
        numbers.read(2)
        kind = bytes(data[numbers.place : numbers.place + 4])
        if kind in _TELLING:
            found[item] = kind
    return found


def _find_extents(data: bytearray, iloc: _Box) -> Iterator[tuple[int, int, int, int]]:
    """Where the items are: number, the way their place is told (0: in the file), first byte and length."""
    numbers = _Numbers(data, iloc.start)
    version = numbers.read(4) >> 24
    sizes = numbers.read(2)
    offset, length, base, index = ((sizes >> shift) & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    for _ in range(min(numbers.read(wide), _MOST_ITEMS)):
        item = numbers.read(wide)
        method = numbers.read(2) & 15 if version else 0
        numbers.read(2)
        start = numbers.read(base)
        for _ in range(min(numbers.read(2), _MOST_ITEMS)):
            if version:
                numbers.read(index)
            yield item, method, start + numbers.read(offset), numbers.read(length)
            if numbers.place > iloc.end:
                return
