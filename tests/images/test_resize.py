"""Renditions: smaller pictures look as the original does, whatever that is made of."""

from __future__ import annotations

import random
from typing import Any

import pytest
from broadsheet.images.inspect import inspect_picture, list_widths, scale_height
from broadsheet.images.resize import Renditions, make_renditions
from photos import PLACE, draw, encode, load, make_exif, make_photo, make_profile
from PIL import Image, ImageCms

RED = (220, 20, 20)
PICTURE = draw(700, 500)


def make(data: bytes) -> Renditions:
    return make_renditions(data, inspect_picture(data))


def differ(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_there_is_one_for_each_width_without_metadata() -> None:
    data = make_photo(2000, 1500)
    look = inspect_picture(data)
    made = make(data)
    assert made.fault == ""
    assert [load(one).size for one in made.files] == [(w, scale_height(look, w)) for w in list_widths(look)]
    assert all(load(one).format == "WEBP" and not load(one).getexif() and PLACE not in one for one in made.files)
    assert all(load(one).info["icc_profile"] == make_profile() for one in made.files)
    assert [len(one) for one in made.files] == sorted(len(one) for one in made.files)
    assert make(data) == made


# The upper left corner is red, and only that: where it is after turning, by orientation.
CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("orientation", CORNERS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "AVIF"])
def test_they_are_upright(kind: str, orientation: int) -> None:
    data = encode(PICTURE, kind, exif=make_exif(orientation))
    first = load(make(data).files[0]).convert("RGB")
    reds = [
        (x, y)
        for x in (0, 1)
        for y in (0, 1)
        if differ(first.getpixel((10 + x * (first.width - 21), 10 + y * (first.height - 21))), RED) < 30  # type: ignore[arg-type]
    ]
    assert reds == [CORNERS[orientation]]
    assert (first.width < first.height) == (orientation >= 5)


MODES: dict[str, tuple[Image.Image, dict[str, Any]]] = {
    "grey": (PICTURE.convert("L"), {}),
    "grey with alpha": (PICTURE.convert("LA"), {}),
    "a palette": (PICTURE.quantize(200), {}),
    "black and white": (PICTURE.convert("1"), {}),
    "alpha": (PICTURE.convert("RGBA"), {}),
}


@pytest.mark.parametrize("name", MODES)
def test_pictures_of_all_modes_keep_their_colours(name: str) -> None:
    image, options = MODES[name]
    made = load(make(encode(image, "PNG", **options)).files[0]).convert("RGB")
    expected = image.convert("RGB").resize(made.size, Image.Resampling.LANCZOS)
    assert differ(made.getpixel((20, 20)), expected.getpixel((20, 20))) < 25  # type: ignore[arg-type]


def test_a_print_s_colours_become_a_screen_s() -> None:
    for profile in (None, b"no profile", make_profile()):
        made = load(make(encode(PICTURE.convert("CMYK"), icc_profile=profile)).files[0]).convert("RGB")
        assert differ(made.getpixel((20, 20)), RED) < 40  # type: ignore[arg-type]
        assert "icc_profile" not in made.info


def test_sixteen_bits_of_grey_are_not_cut_off() -> None:
    dice = random.Random(1)  # noqa: S311 - fine grain, so that the file is not small
    values = b"".join(bytes([dice.randrange(256), place * 255 // 499]) for _ in range(400) for place in range(500))
    made = load(make(encode(Image.frombytes("I;16", (500, 400), values), "PNG")).files[-1]).convert("L")
    row = [made.getpixel((place, 100)) for place in (5, made.width // 2, made.width - 5)]
    assert [round(value / 64) for value in row] == [0, 2, 4]  # type: ignore[operator]


def test_what_can_be_seen_through_still_can() -> None:
    image = PICTURE.convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 700, 250))
    for data in (encode(image, "PNG"), encode(image, "WEBP", lossless=True)):
        made = load(make(data).files[0])
        assert made.mode == "RGBA"
        assert (made.getpixel((50, 50))[3], made.getpixel((50, 200))[3]) == (0, 255)  # type: ignore[index]
    palette = PICTURE.quantize(16)
    made = load(make(encode(palette, "PNG", transparency=palette.getpixel((5, 5)))).files[0])
    assert made.getpixel((20, 20))[3] < 50  # type: ignore[index]


def test_a_large_profile_is_not_sent_with_each() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = make(encode(PICTURE, icc_profile=profile + bytes(50_000)))
    assert "icc_profile" not in load(made.files[0]).info


def test_none_is_larger_than_the_original() -> None:
    data = encode(PICTURE, "WEBP", quality=30)
    made = make(data)
    assert made.files[-1] == b""
    assert all(len(one) < len(data) for one in made.files)


def test_a_panorama_is_made_as_wide_as_all_and_as_low_as_it_is() -> None:
    made = make(make_photo(6000, 800))
    assert [load(one).size for one in made.files] == [(320, 43), (480, 64), (800, 107), (1200, 160), (1800, 240)]
    made = make(make_photo(400, 20_000, quality=50))
    assert [load(one).size for one in made.files] == [(320, 16_000)]


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_what_is_cut_off_is_a_fault(kind: str, part: float) -> None:
    for picture in (PICTURE, draw(100, 80)):
        data = encode(picture, kind)
        data = data[: int(len(data) * part)]
        fault = inspect_picture(data).fault or make(data).fault
        assert fault.startswith(("the picture is damaged or cut off (", "it cannot be read as "))


def test_small_pictures_have_none() -> None:
    assert make(make_photo(200, 100)) == Renditions()
