"""Image information that needs no pixels: format, displayed size, and why a file cannot be published."""

from __future__ import annotations

import io
import warnings
from contextlib import closing
from dataclasses import dataclass

import PIL
from PIL import Image, features

from broadsheet.core import digest
from broadsheet.images.strip_metadata import FORMAT_BY_SUFFIX, detect_format, read_orientation, strip_metadata

MAX_PIXELS = 80_000_000
"""A larger image is not published: decoded, it takes 320 MB of memory, here and on the phone of every reader."""

PILLOW_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
"""The only decoders that Pillow may use, whatever a file claims to be."""

WEBP_QUALITY = 78
"""The quality of variants. From about 75 on, readers see no difference from the original at the sizes of a page."""

ENCODER_VERSION = f"1 {WEBP_QUALITY} Pillow {PIL.__version__} WebP {features.version('webp')}"
"""Everything besides the image that a variant depends on. A change of how `resize` encodes increases the number."""

_SIDEWAYS = frozenset({5, 6, 7, 8})
"""The orientations that exchange width and height."""

_UNSUPPORTED = (
    (b"ftyphei", "HEIC, as phones write it"),
    (b"ftypmif1", "HEIC, as phones write it"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"version https://git-lfs", "what Git LFS keeps in its place: run `git lfs pull`"),
)


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What is known of an image file without decoding its pixels."""

    format: str = ""
    width: int = 0
    """The width as displayed, after rotation by the orientation."""
    height: int = 0
    file_size: int = 0
    """The size in bytes of the published file, which has no metadata."""
    animated: bool = False
    needs_rotation: bool = False
    """Whether browsers would show the file lying on its side: they do not read the orientation of WebP files."""
    key: bytes = b""
    """A digest of everything that the bytes of its variants depend on."""
    error: str = ""
    """Why the file is not published."""


def inspect_image(data: bytes) -> ImageInfo:
    """Return what an image file's header says. Cost: about 10 ms for a photograph of 6 MB, for the digest."""
    image_format = detect_format(data)
    if not image_format:
        return ImageInfo(error=f"expected a picture of the kind {_list_formats()}, found {_describe(data)}")
    try:
        stripped = strip_metadata(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with closing(Image.open(io.BytesIO(stripped), formats=PILLOW_FORMATS)) as image:
                width, height = image.size
                # Not `getexif()`, which decodes a PNG without Exif.
                orientation = read_orientation(image.info.get("exif", b""))
                animated = bool(getattr(image, "is_animated", False))
    except Image.DecompressionBombError:
        return ImageInfo(error=f"more than {MAX_PIXELS // 1_000_000} million pixels: make it smaller")
    except Exception as error:  # Pillow raises many kinds of errors for damaged files
        return ImageInfo(error=f"it cannot be read as {image_format} ({summarize_error(error)}): save it anew")
    # A variant of an animated image would stand still, so pages show the file itself, as browsers do.
    if image_format == "WebP" and animated:
        orientation = 1
    if orientation in _SIDEWAYS:
        width, height = height, width
    if width * height > MAX_PIXELS:
        size = f"{width:,} × {height:,} pixels"
        return ImageInfo(error=f"{size}, more than {MAX_PIXELS // 1_000_000} million: make it smaller")
    needs_rotation = image_format == "WebP" and orientation != 1
    key = digest(b"upright" if needs_rotation else b"rendition", ENCODER_VERSION.encode(), stripped)
    return ImageInfo(image_format, width, height, len(stripped), animated, needs_rotation, key)


def summarize_error(error: Exception) -> str:
    """Return the first line of Pillow's message, without a stream's memory address: `<_io.BytesIO object at …>`."""
    return str(error).partition("\n")[0].partition(" <")[0][:80] or type(error).__name__


def _list_formats() -> str:
    formats = sorted(set(FORMAT_BY_SUFFIX.values()))
    return f"{', '.join(formats[:-1])} or {formats[-1]}"


def _describe(data: bytes) -> str:
    """Return what a file is that is no image, for the writer who named it as one."""
    if not data:
        return "nothing"
    for start, name in _UNSUPPORTED:
        if data.startswith(start, 4 if start.startswith(b"ftyp") else 0):
            return name
    start = data[:512]
    # The last character may be cut in two. Binary files usually have zeros near the beginning.
    is_text = len(start.decode(errors="ignore").encode()) > len(start) - 4 and b"\0" not in start
    return "a text" if is_text else "something else"
