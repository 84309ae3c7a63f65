"""Smaller WebP variants of an image. The only module that decodes pixels; the build calls it in worker processes."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from broadsheet.images.inspect import PILLOW_FORMATS, WEBP_QUALITY, ImageInfo, summarize_error
from broadsheet.images.strip_metadata import strip_metadata

VARIANT_WIDTHS = (320, 480, 800, 1200, 1800)
"""In pixels. A phone of 375 CSS pixels loads 800 or 1200, as its screen has two or three pixels for each; a teaser in
columns 320 or 480; a lead image on a desktop 1200, or 1800 on a high-density screen. Neighbours differ by a factor of
about 1.5, so no reader loads much more than is shown."""

_MAX_WEBP_HEIGHT = 16_383
_MIN_FILE_SIZE = 8_000
"""In bytes. Smaller files get no variants."""

_WEBP_METHOD = 4
"""From 0 to 6, slower and smaller. 2 takes 40 % of the time for files that are 4 % larger, which each reader loads."""

_MAX_PROFILE_SIZE = 20_000
"""In bytes. The colour profiles of cameras and phones have a few hundred."""


@dataclass(frozen=True, slots=True)
class Variants:
    """The variants of an image, or why there are none."""

    files: tuple[bytes, ...] = ()
    """One for each of `list_variant_widths`; b"" for one that would be larger than an original that can be shown."""
    error: str = ""


def list_variant_widths(info: ImageInfo) -> tuple[int, ...]:
    """Return the widths of an image's variants, among them its own unless it is wider than the widest variant.

    Animated images have none, since a variant would show only the first frame; nor have small images and files,
    unless a variant is needed to show them upright.
    """
    is_small = info.file_size < _MIN_FILE_SIZE or info.width <= VARIANT_WIDTHS[0]
    if info.animated or (is_small and not info.needs_rotation):
        return ()
    smaller = tuple(width for width in VARIANT_WIDTHS if width < info.width)
    widths = smaller if len(smaller) == len(VARIANT_WIDTHS) else (*smaller, info.width)
    return tuple(width for width in widths if scale_height(info, width) <= _MAX_WEBP_HEIGHT)


def scale_height(info: ImageInfo, width: int) -> int:
    """Return the height of an image that is scaled to a width."""
    return max(1, round(info.height * width / info.width))


def name_variant(info: ImageInfo, width: int) -> str:
    """Return the file name of a variant. Other images, and other encoders, give other names."""
    return f"{info.key[:12].hex()}-{width}.webp"


def make_variants(data: bytes, info: ImageInfo) -> Variants:
    """Make the variants of an image, and check that the whole file can be decoded (its first frame, if animated).

    Each variant is made from the next larger one, so a large image is scaled only once.
    Cost: about 1 s for a photograph of 12 million pixels, on one core.
    """
    widths = list_variant_widths(info)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _decode(strip_metadata(data), info, max(widths, default=info.width))
        profile = _find_profile(image)
        files: list[bytes] = []
        for width in reversed(widths):
            image = image.resize((width, scale_height(info, width)), Image.Resampling.LANCZOS)
            stream = io.BytesIO()
            image.save(
                stream, "WEBP", quality=WEBP_QUALITY, method=_WEBP_METHOD, icc_profile=profile, exif=b"", xmp=b""
            )
            is_better = info.needs_rotation or stream.tell() < info.file_size
            files.insert(0, stream.getvalue() if is_better else b"")
    except Exception as error:  # Pillow raises many kinds of errors for damaged files
        return Variants(error=f"the picture is damaged or cut off ({summarize_error(error)})")
    return Variants(tuple(files))


def _decode(data: bytes, info: ImageInfo, min_width: int) -> Image.Image:
    """Return an image upright, in a colour mode of WebP, and at least `min_width` wide."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=PILLOW_FORMATS)
    # JPEG can be decoded at a half, a quarter or an eighth of its size, which saves time and memory.
    scale = min_width / info.width
    image.draft(None, (round(image.width * scale), round(image.height * scale)))
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    profile = image.info.get("icc_profile")
    is_profile_kept = profile and image.mode in {"RGB", "RGBA", "P"}
    image = _convert_to_rgb(image, profile)
    image.info = {"icc_profile": profile} if is_profile_kept else {}
    return image


def _convert_to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image as RGB, or as RGBA if parts of it are transparent."""
    if image.mode in {"RGB", "RGBA"} and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        # Grey with 16 bits, of which screens show 8.
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode == "CMYK" and profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _find_profile(image: Image.Image) -> bytes:
    profile = image.info.get("icc_profile", b"")
    return profile if isinstance(profile, bytes) and len(profile) <= _MAX_PROFILE_SIZE else b""
