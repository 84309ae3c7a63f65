"""Pictures: what is known of a picture's file before it is decoded, and the widths that it is published in."""

from __future__ import annotations

import io
import warnings
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath

import PIL
from PIL import Image, features

from broadsheet.images.exif import SIDEWAYS
from broadsheet.images.strip_metadata import find_kind, strip_metadata
from broadsheet.packing import digest

SUFFIXES = {
    ".avif": "AVIF",
    ".gif": "GIF",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".webp": "WebP",
}
"""The names of pictures' files, and what they promise."""

WIDTHS = (320, 480, 800, 1200, 1800)
"""In pixels. A phone of 375 pixels takes 800 or 1200, as its pixels are halves or thirds; a teaser in columns takes
320 or 480; a lead image on a desk 1200, or 1800 on a fine screen. Between neighbours a factor of 1.5 or so: nobody
loads much more than is shown."""

MOST_PIXELS = 80_000_000
"""A larger picture is not published: it takes 320 MB of memory here, and on the phone of every reader."""

QUALITY = 78
"""Of WebP. From about 75 on differences from the original are not seen at the sizes of a page."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
"""What Pillow is allowed to open, whatever the file says that it is."""

RECIPE = f"1 {QUALITY} Pillow {PIL.__version__} WebP {features.version('webp')}"
"""All that a rendition depends on beside the picture: another encoder writes other bytes. Its number changes with
the code that makes renditions."""

_HIGHEST = 16_383
"""WebP's limit."""
_SMALL = 8_000
_NOT_SHOWN = (
    (b"ftyphei", "HEIC, as phones write it"),
    (b"ftypmif1", "HEIC, as phones write it"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"version https://git-lfs", "what Git LFS keeps in its place: run `git lfs pull`"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a picture's file without its pixels."""

    kind: str = ""
    width: int = 0
    """As it is seen: turned as its Exif says."""
    height: int = 0
    size: int = 0
    """Of what is published of the file, in bytes."""
    moving: bool = False
    key: bytes = b""
    """A digest of what renditions are made of, and how."""
    fault: str = ""
    """Why it is not published."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as pages show it."""

    url: str
    """Of the original, without metadata."""
    path: str
    """Of its file in the content directory."""
    width: int
    height: int
    renditions: tuple[tuple[int, str], ...] = ()
    """Widths and URLs of the smaller ones, ascending; the last may be the original."""
    mark: str = ""
    """Another for other content, and the same when only the file's time is another."""


def inspect_picture(data: bytes) -> Look:
    """What the beginning of a file tells of a picture. Cost: about 10 ms for a photograph of 6 MB, for its digest."""
    if not find_kind(data):
        return Look(fault=f"expected a picture of the kind {_list_kinds()}, found {_describe(data)}")
    try:
        stripped = strip_metadata(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with closing(Image.open(io.BytesIO(stripped.data), formats=FORMATS)) as image:
                size, turn = image.size, stripped.orientation
                moving = bool(getattr(image, "is_animated", False))
                if stripped.kind == "AVIF":
                    turn = image.getexif().get(0x0112, 1)
    except Image.DecompressionBombError:
        return Look(fault=f"more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller")
    except Exception as error:  # whatever the reader of a broken file raises
        return Look(fault=f"it cannot be read as {find_kind(data)} ({_tell(error)}): save it anew")
    width, height = size[::-1] if turn in SIDEWAYS else size
    if width * height > MOST_PIXELS:
        found = f"{width:,} × {height:,} pixels"
        return Look(fault=f"{found}, more than {MOST_PIXELS // 1_000_000} million: make it smaller")
    key = digest(b"rendition", RECIPE.encode(), stripped.data)
    return Look(stripped.kind, width, height, len(stripped.data), moving, key)


def list_widths(look: Look) -> tuple[int, ...]:
    """The widths of a picture's renditions, its own among them if it is no wider than the widest.

    None for what moves, since only its first moment would be shown, and for what is small as it is.
    """
    if look.moving or look.size < _SMALL or look.width <= WIDTHS[0]:
        return ()
    smaller = tuple(width for width in WIDTHS if width < look.width)
    widths = smaller if len(smaller) == len(WIDTHS) else (*smaller, look.width)
    return tuple(width for width in widths if 1 <= scale_height(look, width) <= _HIGHEST)


def scale_height(look: Look, width: int) -> int:
    """How high a picture is when it is so wide."""
    return max(1, round(look.height * width / look.width))


def name_rendition(look: Look, width: int) -> str:
    """The name of a rendition's file: no other picture has it, and no other way of making this one."""
    return f"{look.key[:12].hex()}-{width}.webp"


def find_promise(path: str) -> str:
    """The kind of picture that a file's name promises; '' for other files."""
    return SUFFIXES.get(PurePosixPath(path).suffix.lower(), "")


def _list_kinds() -> str:
    kinds = sorted(set(SUFFIXES.values()))
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}"


def _describe(data: bytes) -> str:
    if not data:
        return "nothing"
    for start, name in _NOT_SHOWN:
        if data.startswith(start, 4 if start.startswith(b"ftyp") else 0):
            return name
    start = data[:512]
    # The last letter may be cut off; pictures have zeros near the beginning.
    is_text = len(start.decode(errors="ignore").encode()) > len(start) - 4 and b"\0" not in start
    return "a text" if is_text else "something else"


def _tell(error: Exception) -> str:
    # Without the place in memory of what could not be read.
    return str(error).partition("\n")[0].partition(" <")[0][:80] or type(error).__name__
