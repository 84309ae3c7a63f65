"""Variants look like the original, whatever its format and colour mode."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from broadsheet.images import ImageInfo, Variants, inspect_image, list_variant_widths, make_variants, name_variant
from broadsheet.images.resize import VARIANT_WIDTHS, scale_height
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from sample_photos import PLACE, draw, encode, load, make_exif, make_photo, make_profile

RED = (220, 20, 20)
PHOTO = draw(700, 500)
SMALL = draw(120, 80)


def make(data: bytes) -> Variants:
    return make_variants(data, inspect_image(data))


def differ(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def test_each_width_has_a_variant_without_metadata() -> None:
    data = make_photo(2000, 1500)
    info = inspect_image(data)
    made = make(data)
    assert made.error == ""
    assert [load(file).size for file in made.files] == [(w, scale_height(info, w)) for w in list_variant_widths(info)]
    assert all(load(file).format == "WEBP" and not load(file).getexif() and PLACE not in file for file in made.files)
    assert all(load(file).info["icc_profile"] == make_profile() for file in made.files)
    assert [len(file) for file in made.files] == sorted(len(file) for file in made.files)
    assert make(data) == made


# Only the upper left corner of the file is red: where that corner is displayed, by orientation.
CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("orientation", CORNERS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "AVIF", "WEBP"])
def test_variants_are_upright(kind: str, orientation: int) -> None:
    first = load(make(encode(PHOTO, kind, exif=make_exif(orientation))).files[0])
    assert find_red_corners(first) == [CORNERS[orientation]]
    assert (first.width < first.height) == (orientation >= 5)


def find_red_corners(image: Image.Image) -> list[tuple[int, int]]:
    image = image.convert("RGB")
    return [
        (x, y)
        for x in (0, 1)
        for y in (0, 1)
        if differ(image.getpixel((10 + x * (image.width - 21), 10 + y * (image.height - 21))), RED) < 30  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("size", [(120, 80), (330, 220)])
def test_a_turned_webp_has_an_upright_variant_however_small_it_is(size: tuple[int, int], orientation: int) -> None:
    """Browsers show the file itself lying on its side."""
    data = encode(draw(*size), "WEBP", quality=20, exif=make_exif(orientation))
    info, made = inspect_image(data), make(data)
    assert list_variant_widths(info)[-1] == info.width
    assert all(PLACE not in one and not load(one).getexif() for one in made.files)
    largest = load(made.files[-1])
    assert (largest.size, find_red_corners(largest)) == ((info.width, info.height), [CORNERS[orientation]])


def test_an_upright_webp_that_is_small_has_no_variant() -> None:
    assert make(encode(SMALL, "WEBP", exif=make_exif(1))) == Variants()


MODES: dict[str, tuple[Image.Image, dict[str, Any]]] = {
    "grey": (PHOTO.convert("L"), {}),
    "grey with alpha": (PHOTO.convert("LA"), {}),
    "a palette": (PHOTO.quantize(200), {}),
    "black and white": (PHOTO.convert("1"), {}),
    "alpha": (PHOTO.convert("RGBA"), {}),
}


@pytest.mark.parametrize("name", MODES)
def test_images_of_all_colour_modes_keep_their_colours(name: str) -> None:
    image, options = MODES[name]
    made = load(make(encode(image, "PNG", **options)).files[0]).convert("RGB")
    expected = image.convert("RGB").resize(made.size, Image.Resampling.LANCZOS)
    assert differ(made.getpixel((20, 20)), expected.getpixel((20, 20))) < 25  # type: ignore[arg-type]


def test_cmyk_is_converted_to_rgb() -> None:
    for profile in (None, b"no profile", make_profile()):
        made = load(make(encode(PHOTO.convert("CMYK"), icc_profile=profile)).files[0]).convert("RGB")
        assert differ(made.getpixel((20, 20)), RED) < 40  # type: ignore[arg-type]
        assert "icc_profile" not in made.info


def test_grey_with_16_bits_is_scaled_to_8_bits() -> None:
    dice = random.Random(1)  # noqa: S311 - noise, so that the file is large enough for variants
    values = b"".join(bytes([dice.randrange(256), place * 255 // 499]) for _ in range(400) for place in range(500))
    made = load(make(encode(Image.frombytes("I;16", (500, 400), values), "PNG")).files[-1]).convert("L")
    row = [made.getpixel((place, 100)) for place in (5, made.width // 2, made.width - 5)]
    assert [round(value / 64) for value in row] == [0, 2, 4]  # type: ignore[operator]


def test_transparent_areas_stay_transparent() -> None:
    image = PHOTO.convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 700, 250))
    for data in (encode(image, "PNG"), encode(image, "WEBP", lossless=True)):
        made = load(make(data).files[0])
        assert made.mode == "RGBA"
        assert (made.getpixel((50, 50))[3], made.getpixel((50, 200))[3]) == (0, 255)  # type: ignore[index]
    palette = PHOTO.quantize(16)
    made = load(make(encode(palette, "PNG", transparency=palette.getpixel((5, 5)))).files[0])
    assert made.getpixel((20, 20))[3] < 50  # type: ignore[index]


def test_a_large_colour_profile_is_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = make(encode(PHOTO, icc_profile=profile + bytes(50_000)))
    assert "icc_profile" not in load(made.files[0]).info


def test_no_variant_is_larger_than_the_original() -> None:
    data = encode(PHOTO, "WEBP", quality=30)
    made = make(data)
    assert made.files[-1] == b""
    assert all(len(file) < len(data) for file in made.files)


def test_panoramas_and_tall_images_keep_their_ratio() -> None:
    made = make(make_photo(6000, 800))
    assert [load(file).size for file in made.files] == [(320, 43), (480, 64), (800, 107), (1200, 160), (1800, 240)]
    made = make(make_photo(400, 20_000, quality=50))
    assert [load(file).size for file in made.files] == [(320, 16_000)]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_truncated_file_is_an_error(kind: str, share: float) -> None:
    for image in (PHOTO, draw(100, 80)):
        data = encode(image, kind)
        data = data[: int(len(data) * share)]
        error = inspect_image(data).error or make(data).error
        assert error.startswith(("the picture is damaged or cut off (", "it cannot be read as "))


def test_a_small_image_gives_no_variants() -> None:
    assert make(make_photo(200, 100)) == Variants()


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_variant_widths_ascend_in_small_steps_up_to_the_image_s_own(width: int, height: int) -> None:
    info = ImageInfo("JPEG", width, height, 1_000_000)
    widths = list_variant_widths(info)
    assert list(widths) == sorted(set(widths))
    assert all(
        variant_width <= min(width, VARIANT_WIDTHS[-1]) and scale_height(info, variant_width) <= 16_383
        for variant_width in widths
    )
    if width > VARIANT_WIDTHS[0] and height <= width:
        assert widths[-1] == min(width, VARIANT_WIDTHS[-1])
        assert all(later <= 1.7 * earlier for earlier, later in pairwise(widths))


@pytest.mark.parametrize("info", [ImageInfo("PNG", 320, 200, 100_000), ImageInfo("PNG", 3000, 2000, 5_000)])
def test_small_images_and_small_files_have_no_variants(info: ImageInfo) -> None:
    assert list_variant_widths(info) == ()


def test_a_variant_s_name_changes_with_the_image_and_not_with_its_metadata() -> None:
    info = inspect_image(encode(SMALL))
    assert name_variant(info, 320).endswith("-320.webp")
    assert inspect_image(encode(SMALL, exif=make_exif())).key == info.key
    assert inspect_image(encode(SMALL, exif=make_exif(6))).key != info.key
    assert inspect_image(encode(SMALL, quality=50)).key != info.key
    assert inspect_image(make_photo(120, 80)).key == inspect_image(make_photo(120, 80)).key
