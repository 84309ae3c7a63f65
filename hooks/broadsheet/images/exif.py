"""Exif: the one thing in it that a picture needs to be seen right, which is how it is turned."""

from __future__ import annotations

_PREFIX = b"Exif\0\0"
_ORIENTATION = 0x0112
_SHORT = 3
_MOST_ENTRIES = 500
TURNS = frozenset(range(2, 9))
"""Orientations other than upright: TIFF 6.0, page 36."""
SIDEWAYS = frozenset({5, 6, 7, 8})
"""Those that exchange width and height."""


def find_orientation(exif: bytes) -> int:
    """How a picture is turned, from 1 (upright) to 8; 1 where the bytes are no Exif.

    >>> find_orientation(write_orientation(6))
    6
    """
    tiff = exif.removeprefix(_PREFIX)
    if tiff[:2] not in {b"II", b"MM"}:
        return 1

    def read(place: int, length: int) -> int:
        return int.from_bytes(tiff[place : place + length], "little" if tiff[:2] == b"II" else "big")

    start = read(4, 4)
    for number in range(min(read(start, 2), _MOST_ENTRIES)):
        entry = start + 2 + 12 * number
        if read(entry, 2) == _ORIENTATION and read(entry + 2, 2) == _SHORT:
            found = read(entry + 8, 2)
            return found if found in TURNS else 1
    return 1


def write_orientation(orientation: int) -> bytes:
    """Exif that tells an orientation and nothing else, as a TIFF file."""
    entry = b"".join(part.to_bytes(size, "big") for part, size in ((_ORIENTATION, 2), (_SHORT, 2), (1, 4)))
    value = orientation.to_bytes(2, "big") + b"\0\0"
    return b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big") + entry + value + bytes(4)
