"""No published image file tells where, when or with what it was taken, and no pixel changes."""

from __future__ import annotations

from typing import Any

import pytest
from broadsheet.images.strip_metadata import detect_format, read_orientation, strip_metadata, write_orientation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin
from sample_photos import PLACE, break_checksum, draw, encode, insert_chunk, load, make_exif, make_photo, make_profile

SMALL = draw(120, 80)
TURNED = SMALL.rotate(90)


def make_png(**options: Any) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", PLACE.decode())
    texts.add_text("Compressed", PLACE.decode(), zip=True)
    texts.add_itxt("International", PLACE.decode(), "en", "")
    return encode(SMALL, "PNG", pnginfo=texts, exif=make_exif(6), icc_profile=make_profile(), **options)


def make_gif(**options: Any) -> bytes:
    data = encode(SMALL.quantize(16), "GIF", comment=PLACE, **options)
    # XMP as Adobe's programs write it, behind the header and its table of 16 colours.
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
    "animated png": make_png(save_all=True, append_images=[TURNED]),
    "png with a palette": encode(SMALL.quantize(16), "PNG", exif=make_exif(1), transparency=3),
    "gif": make_gif(),
    "animated gif": make_gif(save_all=True, append_images=[TURNED.quantize(16)], loop=3, duration=50),
    "webp": encode(SMALL, "WEBP", exif=make_exif(6), xmp=PLACE, icc_profile=make_profile()),
    "lossless webp": encode(SMALL, "WEBP", lossless=True, exif=make_exif(1), xmp=PLACE),
    "webp without metadata": encode(SMALL, "WEBP"),
    "animated webp": encode(SMALL, "WEBP", save_all=True, append_images=[TURNED], exif=make_exif(1), xmp=PLACE),
    "avif": encode(SMALL, "AVIF", exif=make_exif(6), xmp=PLACE, icc_profile=make_profile()),
    "animated avif": encode(SMALL, "AVIF", save_all=True, append_images=[TURNED], exif=make_exif(1), xmp=PLACE),
}


def list_frames(image: Image.Image) -> list[tuple[tuple[int, int], bytes]]:
    """The size and pixels of every frame."""
    frames = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        frames.append((image.size, image.convert("RGBA").tobytes()))
    return frames


@pytest.mark.parametrize("name", FILES)
def test_all_metadata_is_removed(name: str) -> None:
    data = FILES[name]
    assert PLACE in data or b"Phones Inc." in data or name == "webp without metadata"
    stripped = strip_metadata(data)
    assert PLACE not in stripped
    assert b"Phones Inc." not in stripped
    exif = load(stripped).getexif()
    assert set(exif) <= {ExifTags.Base.Orientation}
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert not load(stripped).info.get("comment")
    assert not (load(stripped).info.get("xmp") or b"").strip(b"\0")


@pytest.mark.parametrize("name", FILES)
def test_pixels_colours_and_orientation_stay_the_same(name: str) -> None:
    before, after = load(FILES[name]), load(strip_metadata(FILES[name]))
    if name != "two jpegs in one":
        assert list_frames(before) == list_frames(after)
    else:
        assert list_frames(before)[0] == list_frames(after)[0]
        assert getattr(after, "n_frames", 1) == 1
    for key in ("icc_profile", "transparency", "loop", "duration", "gamma"):
        assert before.info.get(key) == after.info.get(key), key
    assert before.getexif().get(ExifTags.Base.Orientation, 1) == after.getexif().get(ExifTags.Base.Orientation, 1)


@pytest.mark.parametrize("name", FILES)
def test_stripping_a_stripped_file_changes_nothing(name: str) -> None:
    stripped = strip_metadata(FILES[name])
    assert strip_metadata(stripped) == stripped


@pytest.mark.parametrize("name", [name for name in FILES if "avif" not in name])
def test_data_behind_the_end_of_the_image_is_removed(name: str) -> None:
    assert strip_metadata(FILES[name] + b"<script>" + PLACE) == strip_metadata(FILES[name])


def test_a_png_chunk_with_a_wrong_checksum_is_left_out_as_browsers_do() -> None:
    """GIMP has written colour profiles with a checksum of zeros."""
    plain = encode(SMALL, "PNG")
    for name in (b"iCCP", b"gAMA", b"tRNS", b"eXIf", b"tEXt", b"prVt"):
        assert strip_metadata(insert_chunk(plain, name, bytes(8), is_sound=False)) == plain
    sound = insert_chunk(plain, b"gAMA", bytes(8))
    assert strip_metadata(sound) == sound


@pytest.mark.parametrize("name", [b"IHDR", b"IDAT", b"IEND", b"PLTE"])
def test_a_critical_png_chunk_with_a_wrong_checksum_stays_as_it_is(name: bytes) -> None:
    damaged = break_checksum(encode(SMALL.quantize(16), "PNG"), name)
    assert strip_metadata(damaged) == damaged


@pytest.mark.parametrize("name", [b"acTL", b"fcTL", b"fdAT"])
def test_an_animated_png_with_a_wrong_checksum_shows_its_still_image(name: bytes) -> None:
    animated = encode(SMALL, "PNG", save_all=True, append_images=[TURNED])
    found = load(strip_metadata(break_checksum(animated, name)))
    assert list_frames(found) == [(SMALL.size, SMALL.convert("RGBA").tobytes())]
    assert load(strip_metadata(animated)).n_frames == 2  # type: ignore[attr-defined]


def test_thumbnails_and_embedded_images_are_removed() -> None:
    """A thumbnail may show what the writer cropped, and a second image has its own GPS data."""
    assert len(strip_metadata(FILES["two jpegs in one"])) < 0.8 * len(FILES["two jpegs in one"])
    thumbnail = b"\xff\xe0\x00\x0cJFXX\0" + b"picture"[:5]
    data = FILES["jpeg"]
    assert b"JFXX" not in strip_metadata(data[:2] + thumbnail + data[2:])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_has_no_metadata_either(name: str, share: float) -> None:
    try:
        stripped = strip_metadata(FILES[name][: int(len(FILES[name]) * share)])
    except ValueError:
        return
    assert PLACE not in stripped
    assert b"Phones Inc." not in stripped


@pytest.mark.parametrize(
    "data", [b"", b"Words.", b"<svg/>", b"GIF", b"\xff\xd8", b"RIFF1234WAVE", b"\0\0\0\x18ftypheic"]
)
def test_files_that_are_no_images_are_refused(data: bytes) -> None:
    assert detect_format(data) == ""
    with pytest.raises(ValueError, match="not a picture"):
        strip_metadata(data)


@settings(max_examples=300)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damaged_files_are_stripped_or_refused(name: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, min(len(damaged), 600) - 1))] = data.draw(st.integers(0, 255))
    try:
        stripped = strip_metadata(bytes(damaged))
    except ValueError:
        return
    assert len(stripped) <= len(damaged) + 100


def test_a_file_of_very_many_parts_is_refused_or_takes_linear_time() -> None:
    with pytest.raises(ValueError, match="too many parts"):
        strip_metadata(b"\xff\xd8" + b"\xff\xdd\x00\x02" * 250_000)
    # The time must not grow with the square of the length.
    padding = b"\xff\xd8\xff\xda\x00\x02" + b"\xff" * 5_000_000 + b"\0"
    assert strip_metadata(padding) == padding


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_in_exif_data_is_read(orientation: int) -> None:
    assert read_orientation(make_exif(orientation)) == orientation


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str) -> None:
    exif = Image.Exif()
    exif.endian = order
    exif[0x0112] = 6
    assert read_orientation(exif.tobytes()) == 6


@pytest.mark.parametrize("orientation", range(2, 9))
def test_pillow_reads_the_orientation_that_is_written(orientation: int) -> None:
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + write_orientation(orientation))
    assert dict(exif) == {0x0112: orientation}


@pytest.mark.parametrize("value", [0, 9, 255])
def test_an_invalid_orientation_counts_as_upright(value: int) -> None:
    assert read_orientation(write_orientation(value)) == 1


@given(st.binary(max_size=200))
def test_reading_an_orientation_never_fails(data: bytes) -> None:
    assert 1 <= read_orientation(data) <= 8
    assert 1 <= read_orientation(b"MM\0*" + data) <= 8
    assert 1 <= read_orientation(make_exif(6)[:40] + data) <= 8
