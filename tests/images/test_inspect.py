"""Pictures: what is known of a picture before it is decoded, whatever its name says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from broadsheet.images.inspect import (
    MOST_PIXELS,
    SUFFIXES,
    WIDTHS,
    Look,
    find_promise,
    inspect_picture,
    list_widths,
    name_rendition,
    scale_height,
)
from broadsheet.source import MEDIA_SUFFIXES
from hypothesis import given
from hypothesis import strategies as st
from photos import draw, encode, make_bomb, make_exif, make_photo

SMALL = draw(120, 80)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (encode(SMALL), "JPEG"),
        (encode(SMALL, "PNG"), "PNG"),
        (encode(SMALL, "GIF"), "GIF"),
        (encode(SMALL, "WEBP"), "WebP"),
        (encode(SMALL, "AVIF"), "AVIF"),
    ],
)
def test_a_picture_is_known_by_its_content(data: bytes, kind: str) -> None:
    look = inspect_picture(data)
    assert (look.kind, look.width, look.height, look.moving, look.fault) == (kind, 120, 80, False, "")
    assert look.size == len(data)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_its_size_is_that_of_what_is_seen(kind: str, orientation: int) -> None:
    look = inspect_picture(encode(SMALL, kind, exif=make_exif(orientation)))
    assert (look.width, look.height) == ((120, 80) if orientation < 5 else (80, 120))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_what_moves_is_left_as_it_is(kind: str) -> None:
    frames = [draw(600, 400).rotate(angle) for angle in (0, 90, 180)]
    look = inspect_picture(encode(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert look.moving
    assert list_widths(look) == ()


def test_a_phone_s_photograph_with_a_second_one_inside_does_not_move() -> None:
    assert not inspect_picture(encode(SMALL, "MPO", save_all=True, append_images=[SMALL])).moving


@pytest.mark.parametrize(
    ("data", "fault"),
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
def test_what_cannot_be_shown_says_why(data: bytes, fault: str) -> None:
    assert inspect_picture(data).fault.startswith(fault) or inspect_picture(data).fault.endswith(fault)


@given(
    st.binary(max_size=100), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF1234WEBP"])
)
def test_any_bytes_are_a_picture_or_a_fault(data: bytes, start: bytes) -> None:
    look = inspect_picture(start + data)
    assert bool(look.kind) != bool(look.fault)


def test_the_largest_that_is_published_is() -> None:
    assert not inspect_picture(make_bomb(10_000, MOST_PIXELS // 10_000)).fault


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_renditions_are_smaller_than_the_picture_and_browsers_can_choose(width: int, height: int) -> None:
    look = Look("JPEG", width, height, 1_000_000)
    widths = list_widths(look)
    assert list(widths) == sorted(set(widths))
    assert all(one <= min(width, WIDTHS[-1]) and scale_height(look, one) <= 16_383 for one in widths)
    if width > WIDTHS[0] and height <= width:
        assert widths[-1] == min(width, WIDTHS[-1])
        assert all(later <= 1.7 * one for one, later in pairwise(widths))


@pytest.mark.parametrize("look", [Look("PNG", 320, 200, 100_000), Look("PNG", 3000, 2000, 5_000)])
def test_small_pictures_and_small_files_stay_as_they_are(look: Look) -> None:
    assert list_widths(look) == ()


def test_a_rendition_s_name_changes_with_the_picture_and_not_with_what_else_its_file_tells() -> None:
    one = inspect_picture(encode(SMALL))
    assert name_rendition(one, 320).endswith("-320.webp")
    assert inspect_picture(encode(SMALL, exif=make_exif())).key == one.key
    assert inspect_picture(encode(SMALL, exif=make_exif(6))).key != one.key
    assert inspect_picture(encode(SMALL, quality=50)).key != one.key
    assert inspect_picture(make_photo(120, 80)).key == inspect_picture(make_photo(120, 80)).key


def test_all_pictures_that_may_be_published_are_known() -> None:
    others = {".m4a", ".mp3", ".mp4", ".pdf", ".webm"}
    assert set(SUFFIXES) | others == MEDIA_SUFFIXES
    assert (find_promise("a/b.JPG"), find_promise("a.jpg/b.mp4"), find_promise("jpg")) == ("JPEG", "", "")
