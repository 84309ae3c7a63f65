"""An image file's format, displayed size and errors are found from its content, whatever its name."""

from __future__ import annotations

import subprocess
import sys

import pytest
from broadsheet.content.content_dir import MEDIA_SUFFIXES
from broadsheet.images import format_from_name, inspect_image, list_variant_widths
from broadsheet.images.inspect import MAX_PIXELS
from broadsheet.images.strip_metadata import FORMAT_BY_SUFFIX
from hypothesis import given
from hypothesis import strategies as st
from sample_photos import break_checksum, draw, encode, insert_chunk, make_bomb, make_exif

SMALL = draw(120, 80)


@pytest.mark.parametrize(
    ("data", "image_format"),
    [
        (encode(SMALL), "JPEG"),
        (encode(SMALL, "PNG"), "PNG"),
        (encode(SMALL, "GIF"), "GIF"),
        (encode(SMALL, "WEBP"), "WebP"),
        (encode(SMALL, "AVIF"), "AVIF"),
    ],
)
def test_the_format_is_detected_from_the_content(data: bytes, image_format: str) -> None:
    info = inspect_image(data)
    assert (info.format, info.width, info.height, info.animated, info.error) == (image_format, 120, 80, False, "")
    assert info.file_size == len(data)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_width_and_height_are_those_after_rotation(kind: str, orientation: int) -> None:
    info = inspect_image(encode(SMALL, kind, exif=make_exif(orientation)))
    assert (info.width, info.height) == ((120, 80) if orientation < 5 else (80, 120))


def test_an_orientation_that_browsers_ignore_does_not_count() -> None:
    """A WebP file without the chunk VP8X has no Exif, whatever chunks follow."""
    chunk = b"EXIF" + len(make_exif(6)).to_bytes(4, "little") + make_exif(6)
    body = encode(SMALL, "WEBP")[8:] + chunk
    info = inspect_image(b"RIFF" + len(body).to_bytes(4, "little") + body)
    assert (info.width, info.height, info.error) == (120, 80, "")


def test_a_png_with_a_wrong_checksum_is_published_unless_the_chunk_is_critical() -> None:
    sound = encode(SMALL, "PNG")
    info = inspect_image(insert_chunk(sound, b"iCCP", b"Built-in\0\0", is_sound=False))
    assert (info.error, info.width, info.key) == ("", 120, inspect_image(sound).key)
    assert inspect_image(break_checksum(sound, b"IHDR")).error.startswith("it cannot be read as PNG (")


def test_an_animated_webp_has_the_size_in_which_browsers_show_it() -> None:
    """Browsers do not turn a WebP file, and a variant that is turned would not move."""
    frames = [draw(600, 400).rotate(angle) for angle in (0, 90, 180)]
    info = inspect_image(encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], exif=make_exif(6)))
    assert (info.width, info.height, list_variant_widths(info)) == (600, 400, ())


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_animated_images_have_no_variants(kind: str) -> None:
    frames = [draw(600, 400).rotate(angle) for angle in (0, 90, 180)]
    info = inspect_image(encode(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert info.animated
    assert list_variant_widths(info) == ()


def test_a_photograph_with_a_second_image_inside_is_not_animated() -> None:
    assert not inspect_image(encode(SMALL, "MPO", save_all=True, append_images=[SMALL])).animated


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "expected a picture of the kind AVIF, GIF, JPEG, PNG or WebP, found nothing"),
        (b"I am a photograph.\n", "found a text"),
        ("Ich bin ein Bild, äöü.\n".encode(), "found a text"),
        (b"<!doctype html><script>", "found a text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "found HEIC, as phones write it"),
        (b"II*\0\x08\0\0\0", "found TIFF"),
        (b"%PDF-1.7\n", "found PDF"),
        (b"version https://git-lfs.github.com/spec/v1\n", "found what Git LFS keeps in its place: run `git lfs pull`"),
        (bytes(range(256)), "found something else"),
        (b"\x89PNG\r\n\x1a\n", "it cannot be read as PNG"),
        (b"\xff\xd8\xff\xe0\x00\x02", "it cannot be read as JPEG"),
        (b"GIF89a", "it cannot be read as GIF"),
        (make_bomb(), "more than 80 million pixels: make it smaller"),
        (make_bomb(10_000, 9_000), "10,000 × 9,000 pixels, more than 80 million: make it smaller"),
    ],
)
def test_an_unpublishable_file_has_an_error_that_says_why(data: bytes, error: str) -> None:
    assert inspect_image(data).error.startswith(error) or inspect_image(data).error.endswith(error)


@given(
    st.binary(max_size=100), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF1234WEBP"])
)
def test_any_bytes_give_a_format_or_an_error(data: bytes, start: bytes) -> None:
    info = inspect_image(start + data)
    assert bool(info.format) != bool(info.error)


def test_an_image_of_the_maximum_size_is_published() -> None:
    assert not inspect_image(make_bomb(10_000, MAX_PIXELS // 10_000)).error


def test_every_suffix_of_an_image_has_a_format() -> None:
    others = {".m4a", ".mp3", ".mp4", ".pdf", ".webm"}
    assert set(FORMAT_BY_SUFFIX) | others == MEDIA_SUFFIXES
    assert (format_from_name("a/b.JPG"), format_from_name("a.jpg/b.mp4"), format_from_name("jpg")) == ("JPEG", "", "")


def test_making_html_and_stripping_files_do_not_import_pillow() -> None:
    script = "import sys; from broadsheet.images import render_image, strip_metadata; print('PIL' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "False"
