"""Renditions: a picture made anew in smaller sizes. The one module that decodes pictures, in processes apart."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms

from broadsheet.images.inspect import FORMATS, QUALITY, Look, list_widths, scale_height
from broadsheet.images.strip_metadata import strip_metadata

_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_METHOD = 4
"""Of WebP, from 0 to 6: 2 takes 40 % of the time for files that are 4 % larger, but readers pay for those each time."""
_LARGEST_PROFILE = 20_000
"""Of colours, in bytes: those of cameras and phones have a few hundred."""


@dataclass(frozen=True, slots=True)
class Renditions:
    """The renditions of one picture, or why there are none."""

    files: tuple[bytes, ...] = ()
    """One for each width; b"" for one that would be larger than the original."""
    fault: str = ""


def make_renditions(data: bytes, look: Look) -> Renditions:
    """Make the renditions of a picture, and see whether it is whole: of one that moves, its first moment.

    Each is made of the next larger, so that a large picture is gone through once.
    Cost: about 1 s for a photograph of 12 million pixels, on one core.
    """
    widths = list_widths(look)
    try:
        stripped = strip_metadata(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _decode(stripped.data, stripped.orientation, look, max(widths, default=look.width))
        profile = _find_profile(image)
        made: list[bytes] = []
        for width in reversed(widths):
            image = image.resize((width, scale_height(look, width)), Image.Resampling.LANCZOS)
            stream = io.BytesIO()
            image.save(stream, "WEBP", quality=QUALITY, method=_METHOD, icc_profile=profile, exif=b"", xmp=b"")
            made.insert(0, stream.getvalue() if stream.tell() < look.size else b"")
    except Exception as error:  # whatever the decoder of a broken file raises
        told = str(error).partition("\n")[0][:80] or type(error).__name__
        return Renditions(fault=f"the picture is damaged or cut off ({told})")
    return Renditions(tuple(made))


def _decode(data: bytes, orientation: int, look: Look, width: int) -> Image.Image:
    """The picture upright and in colours that WebP has, at least so wide."""
    opened = Image.open(io.BytesIO(data), formats=FORMATS)
    turn = opened.getexif().get(0x0112, 1) if look.kind == "AVIF" else orientation
    # JPEG can be decoded at a half, a quarter or an eighth, which takes as much less time and memory.
    part = width / look.width
    opened.draft(None, (round(opened.width * part), round(opened.height * part)))
    opened.load()
    profile = opened.info.get("icc_profile")
    image = _find_colours(opened, profile)
    if turn in _TURN:
        image = image.transpose(_TURN[turn])
    image.info = {"icc_profile": profile} if profile and opened.mode in {"RGB", "RGBA", "P"} else {}
    return image


def _find_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture as RGB, or RGBA where parts of it can be seen through."""
    if image.mode in {"RGB", "RGBA"} and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        # 16 bits of grey, of which screens show 8.
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode == "CMYK" and profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            srgb = ImageCms.createProfile("sRGB")
            found = ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode="RGB")
            if found is not None:
                return found
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _find_profile(image: Image.Image) -> bytes:
    profile = image.info.get("icc_profile", b"")
    return profile if isinstance(profile, bytes) and len(profile) <= _LARGEST_PROFILE else b""
