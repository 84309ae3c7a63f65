"""Overwrite Exif and XMP in AVIF files with zeros.

Offsets in an AVIF file count from its start, so removing bytes would break them: metadata is overwritten in place.
ISO/IEC 14496-12 describes the boxes `meta`, `iinf`, `infe`, `iloc` and `idat`. The code is ours because Pillow can
remove metadata only by encoding the image again, and has no access to the boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

# An offset of 0, then a TIFF file without entries: programs that look for Exif find it valid and empty.
_EMPTY_EXIF = bytes(4) + b"MM\0*" + (8).to_bytes(4, "big") + bytes(6)
_MAX_ITEMS = 10_000
_KEPT_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip"})
_METADATA_ITEM_TYPES = frozenset({b"Exif", b"mime", b"uri "})
# Construction methods: an item's offset counts from the start of the file, or of the `idat` box.
_IN_FILE, _IN_IDAT = 0, 1


class _Box(NamedTuple):
    kind: bytes
    start: int
    """The offset of the box's content, behind the header."""
    end: int


class _Extent(NamedTuple):
    item: int
    method: int
    offset: int
    length: int


class _IntReader:
    """Reads consecutive big-endian integers."""

    def __init__(self, data: bytes | bytearray, position: int) -> None:
        self._data = data
        self.position = position

    def read(self, size: int) -> int:
        """Return the next integer of `size` bytes; 0 behind the end of the data."""
        self.position += size
        return int.from_bytes(self._data[self.position - size : self.position], "big")


def is_avif(data: bytes) -> bool:
    """Return whether the file's header declares AVIF."""
    size = int.from_bytes(data[:4], "big")
    brands = {data[position : position + 4] for position in range(8, min(size, 256, len(data)), 4)}
    return data[4:8] == b"ftyp" and bool(brands & {b"avif", b"avis"})


def blank_metadata(data: bytes) -> bytes:
    """Return the file with all metadata overwritten.

    Raises:
        ValueError: the structure of the file does not allow it.

    """
    blanked = bytearray(data)
    for box in _list_boxes(data, 0, len(data)):
        if box.kind == b"meta":
            _blank_items(blanked, box)
        elif box.kind not in _KEPT_BOXES:
            blanked[box.start : box.end] = bytes(box.end - box.start)
    return bytes(blanked)


def _list_boxes(data: bytes | bytearray, position: int, end: int) -> Iterator[_Box]:
    while position + 8 <= end:
        size, start = int.from_bytes(data[position : position + 4], "big"), position + 8
        kind = bytes(data[position + 4 : position + 8])
        if size == 1:
            size, start = int.from_bytes(data[start : start + 8], "big"), position + 16
        box_end = end if size == 0 else position + size
        if box_end < start:
            raise ValueError("a box that ends before it begins")
        yield _Box(kind, start, min(box_end, end))
        position = box_end


def _blank_items(blanked: bytearray, meta: _Box) -> None:
    boxes = {box.kind: box for box in _list_boxes(blanked, meta.start + 4, meta.end)}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return
    item_types = _find_metadata_items(blanked, boxes[b"iinf"])
    idat = boxes.get(b"idat")
    for item, method, offset, length in _list_extents(blanked, boxes[b"iloc"]):
        if item not in item_types:
            continue
        if method == _IN_FILE:
            start = offset
        elif method == _IN_IDAT and idat is not None:
            start = idat.start + offset
        else:
            raise ValueError("metadata that is part of something else")
        # A length of 0 means: up to the end.
        size = max(0, min(length or len(blanked), len(blanked) - start))
        content = _EMPTY_EXIF if item_types[item] == b"Exif" else b""
        blanked[start : start + size] = content.ljust(size, b"\0")[:size]


def _find_metadata_items(data: bytearray, iinf: _Box) -> dict[int, bytes]:
    """Return the types of the items that hold metadata, by item number."""
    types: dict[int, bytes] = {}
    first = iinf.start + (6 if data[iinf.start] == 0 else 8)
    for box in _list_boxes(data, first, iinf.end):
        reader = _IntReader(data, box.start)
        version = reader.read(4) >> 24
        if box.kind != b"infe" or version not in {2, 3}:
            continue
        item = reader.read(2 if version == 2 else 4)
        reader.read(2)
        item_type = bytes(data[reader.position : reader.position + 4])
        if item_type in _METADATA_ITEM_TYPES:
            types[item] = item_type
    return types


def _list_extents(data: bytearray, iloc: _Box) -> Iterator[_Extent]:
    """Yield where the items' bytes are."""
    reader = _IntReader(data, iloc.start)
    version = reader.read(4) >> 24
    sizes = reader.read(2)
    offset_size, length_size, base_size, index_size = ((sizes >> shift) & 15 for shift in (12, 8, 4, 0))
    number_size = 4 if version == 2 else 2
    for _ in range(min(reader.read(number_size), _MAX_ITEMS)):
        item = reader.read(number_size)
        method = reader.read(2) & 15 if version else _IN_FILE
        reader.read(2)
        base = reader.read(base_size)
        for _ in range(min(reader.read(2), _MAX_ITEMS)):
            if version:
                reader.read(index_size)
            yield _Extent(item, method, base + reader.read(offset_size), reader.read(length_size))
            if reader.position > iloc.end:
                return
