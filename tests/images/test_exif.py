"""Exif: how a picture is turned is found in what cameras write, and in nothing else."""

from __future__ import annotations

import io

import pytest
from broadsheet.images.exif import find_orientation, write_orientation
from hypothesis import given
from hypothesis import strategies as st
from photos import make_exif
from PIL import Image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_of_a_camera_s_exif_is_found(orientation: int) -> None:
    assert find_orientation(make_exif(orientation)) == orientation


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_orders_of_bytes_are_read(order: str) -> None:
    exif = Image.Exif()
    exif.endian = order
    exif[0x0112] = 6
    assert find_orientation(exif.tobytes()) == 6


@pytest.mark.parametrize("orientation", range(2, 9))
def test_what_is_written_is_read_by_pillow_as_well(orientation: int) -> None:
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + write_orientation(orientation))
    assert dict(exif) == {0x0112: orientation}


@pytest.mark.parametrize("value", [0, 9, 255])
def test_an_orientation_that_there_is_not_is_upright(value: int) -> None:
    assert find_orientation(write_orientation(value)) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    assert 1 <= find_orientation(data) <= 8
    assert 1 <= find_orientation(b"MM\0*" + data) <= 8
    assert 1 <= find_orientation(io.BytesIO(make_exif(6)).read(40) + data) <= 8
