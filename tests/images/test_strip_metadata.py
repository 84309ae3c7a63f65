"""Metadata: nothing is published of where, when and with what a picture was taken, and no pixel changes."""

from __future__ import annotations

from typing import Any

import pytest
from broadsheet.images.strip_metadata import find_kind, strip_metadata
from hypothesis import given, settings
from hypothesis import strategies as st
from photos import PLACE, draw, encode, load, make_exif, make_photo, make_profile
from PIL import ExifTags, Image, PngImagePlugin

SMALL = draw(120, 80)


def make_png(**options: Any) -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Location", PLACE.decode())
    told.add_text("Compressed", PLACE.decode(), zip=True)
    told.add_itxt("International", PLACE.decode(), "en", "")
    return encode(SMALL, "PNG", pnginfo=told, exif=make_exif(6), icc_profile=make_profile(), **options)


def make_gif(**options: Any) -> bytes:
    data = encode(SMALL.quantize(16), "GIF", comment=PLACE, **options)
    # As Adobe's programs write it, behind the head and its table of 16 colours.
    place = 13 + 3 * 16
    return data[:place] + b"\x21\xff\x0bXMP DataXMP" + bytes([len(PLACE)]) + PLACE + b"\0" + data[place:]


FILES = {
    "jpeg": make_photo(120, 80, 6),
    "progressive jpeg": make_photo(120, 80, 6, progressive=True),
    "jpeg with restarts": make_photo(120, 80, 3, restart_marker_blocks=1),
    "grey jpeg": encode(SMALL.convert("L"), exif=make_exif()),
    "cmyk jpeg": encode(SMALL.convert("CMYK"), exif=make_exif(8), icc_profile=make_profile()),
    "two jpegs in one": encode(SMALL, "MPO", save_all=True, append_images=[draw(60, 40)], exif=make_exif(1)),
    "png": make_png(),
    "moving png": make_png(save_all=True, append_images=[SMALL.rotate(90)]),
    "png with a palette": encode(SMALL.quantize(16), "PNG", exif=make_exif(1), transparency=3),
    "gif": make_gif(),
    "moving gif": make_gif(save_all=True, append_images=[SMALL.rotate(90).quantize(16)], loop=3, duration=50),
    "webp": encode(SMALL, "WEBP", exif=make_exif(6), xmp=PLACE, icc_profile=make_profile()),
    "webp that loses nothing": encode(SMALL, "WEBP", lossless=True, exif=make_exif(1), xmp=PLACE),
    "webp of one part": encode(SMALL, "WEBP"),
    "moving webp": encode(SMALL, "WEBP", save_all=True, append_images=[SMALL.rotate(90)], exif=make_exif(1), xmp=PLACE),
    "avif": encode(SMALL, "AVIF", exif=make_exif(6), xmp=PLACE, icc_profile=make_profile()),
    "moving avif": encode(SMALL, "AVIF", save_all=True, append_images=[SMALL.rotate(90)], exif=make_exif(1), xmp=PLACE),
}


def look(image: Image.Image) -> list[tuple[tuple[int, int], bytes]]:
    """Every moment of a picture."""
    moments = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        moments.append((image.size, image.convert("RGBA").tobytes()))
    return moments


@pytest.mark.parametrize("name", FILES)
def test_a_picture_s_file_tells_nothing_but_the_picture(name: str) -> None:
    data = FILES[name]
    assert PLACE in data or b"Phones Inc." in data or name == "webp of one part"
    found = strip_metadata(data).data
    assert PLACE not in found
    assert b"Phones Inc." not in found
    exif = load(found).getexif()
    assert set(exif) <= {ExifTags.Base.Orientation}
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert not load(found).info.get("comment")
    assert not (load(found).info.get("xmp") or b"").strip(b"\0")


@pytest.mark.parametrize("name", FILES)
def test_no_pixel_of_it_changes_nor_a_colour_or_how_it_is_turned(name: str) -> None:
    before, after = load(FILES[name]), load(strip_metadata(FILES[name]).data)
    if name != "two jpegs in one":
        assert look(before) == look(after)
    else:
        assert look(before)[0] == look(after)[0]
        assert getattr(after, "n_frames", 1) == 1
    for key in ("icc_profile", "transparency", "loop", "duration", "gamma"):
        assert before.info.get(key) == after.info.get(key), key
    assert before.getexif().get(ExifTags.Base.Orientation, 1) == after.getexif().get(ExifTags.Base.Orientation, 1)
    if "avif" not in name:
        assert strip_metadata(FILES[name]).orientation == before.getexif().get(ExifTags.Base.Orientation, 1)


@pytest.mark.parametrize("name", FILES)
def test_what_is_stripped_once_is_the_same_ever_after(name: str) -> None:
    found = strip_metadata(FILES[name])
    assert strip_metadata(found.data) == found


@pytest.mark.parametrize("name", [name for name in FILES if "avif" not in name])
def test_what_stands_behind_a_picture_goes(name: str) -> None:
    assert strip_metadata(FILES[name] + b"<script>" + PLACE) == strip_metadata(FILES[name])


def test_a_picture_inside_a_camera_s_metadata_goes_too() -> None:
    """A thumbnail may show what was cut off, and a phone's second picture has its own place."""
    assert len(strip_metadata(FILES["two jpegs in one"]).data) < 0.8 * len(FILES["two jpegs in one"])
    thumbnail = b"\xff\xe0\x00\x0cJFXX\0" + b"picture"[:5]
    data = FILES["jpeg"]
    assert b"JFXX" not in strip_metadata(data[:2] + thumbnail + data[2:]).data


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_of_a_file_that_is_cut_off_nothing_is_told_either(name: str, part: float) -> None:
    try:
        found = strip_metadata(FILES[name][: int(len(FILES[name]) * part)]).data
    except ValueError:
        return
    assert PLACE not in found
    assert b"Phones Inc." not in found


@pytest.mark.parametrize(
    "data", [b"", b"Words.", b"<svg/>", b"GIF", b"\xff\xd8", b"RIFF1234WAVE", b"\0\0\0\x18ftypheic"]
)
def test_other_files_are_no_pictures(data: bytes) -> None:
    assert find_kind(data) == ""
    with pytest.raises(ValueError, match="not a picture"):
        strip_metadata(data)


@settings(max_examples=300)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damaged_files_are_stripped_or_refused(name: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, min(len(damaged), 600) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = strip_metadata(bytes(damaged))
    except ValueError:
        return
    assert len(found.data) <= len(damaged) + 100


def test_many_small_parts_cost_little() -> None:
    with pytest.raises(ValueError, match="too many parts"):
        strip_metadata(b"\xff\xd8" + b"\xff\xdd\x00\x02" * 250_000)
    # No more than once through them.
    assert strip_metadata(b"\xff\xd8\xff\xda\x00\x02" + b"\xff" * 5_000_000 + b"\0").kind == "JPEG"
