"""Metadata in AVIF files is overwritten wherever the format allows it to be stored, or the file is refused."""

from __future__ import annotations

import pytest
from broadsheet.images import strip_metadata
from sample_photos import PLACE

HEADER = b"\0\0\0\x14ftypavif\0\0\0\0avif"


def make_box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def make_meta(method: int, *boxes: bytes) -> bytes:
    """A `meta` box with one Exif item, whose place is told by a construction method: 0 file, 1 `idat`, 2 an item."""
    entry = make_box(b"infe", b"\2\0\0\0", b"\0\1", b"\0\0", b"Exif", b"\0")
    extent = (0).to_bytes(4, "big") + len(PLACE).to_bytes(4, "big")
    location = b"\1\0\0\0" + b"\x44\0" + b"\0\1" + b"\0\1" + method.to_bytes(2, "big") + b"\0\0" + b"\0\1" + extent
    boxes = (make_box(b"iinf", bytes(4), b"\0\1", entry), make_box(b"iloc", location), *boxes)
    return make_box(b"meta", bytes(4), *boxes)


def test_metadata_inside_the_meta_box_is_overwritten() -> None:
    data = HEADER + make_meta(1, make_box(b"idat", PLACE))
    assert PLACE in data
    stripped = strip_metadata(data)
    assert PLACE not in stripped
    assert len(stripped) == len(data)


@pytest.mark.parametrize("meta", [make_meta(1), make_meta(2, make_box(b"idat", PLACE))])
def test_metadata_that_cannot_be_located_is_refused(meta: bytes) -> None:
    with pytest.raises(ValueError, match="metadata that is part of something else"):
        strip_metadata(HEADER + meta)


def test_boxes_of_unknown_kinds_are_overwritten() -> None:
    large = (1).to_bytes(4, "big") + b"uuid" + (16 + len(PLACE)).to_bytes(8, "big") + PLACE
    to_the_end = bytes(4) + b"uuid" + PLACE
    data = HEADER + make_box(b"uuid", PLACE) + large + to_the_end
    assert data.count(PLACE) == 3
    assert PLACE not in strip_metadata(data)


def test_a_box_with_an_impossible_size_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        strip_metadata(HEADER + b"\0\0\0\4mdat")
