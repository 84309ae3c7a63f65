"""Sample photos: pictures as cameras, phones and strangers make them, for tests."""

from __future__ import annotations

import io
import random
import zlib
from typing import Any

from PIL import ExifTags, Image, ImageCms

PLACE = b"52 deg 22' 12\" N"
"""What stands in the metadata of these pictures, and must not stand in what is published."""
_NOISE = 64


def draw(width: int = 1600, height: int = 1200, mode: str = "RGB") -> Image.Image:
    """A picture with large and small shapes, the same each time; its upper left corner is red, the rest is not."""
    dice = random.Random(1)  # noqa: S311 - a picture, not a secret
    small = Image.frombytes("RGB", (_NOISE, _NOISE), dice.randbytes(3 * _NOISE * _NOISE))
    image = small.resize((width, height), Image.Resampling.BICUBIC)
    image.paste((220, 20, 20), (0, 0, width // 4, height // 4))
    return image.convert(mode)


def make_exif(orientation: int = 1) -> bytes:
    """Exif as a phone writes it: where, when, with what, and how the picture is turned."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Phones Inc."
    exif[ExifTags.Base.ImageDescription] = PLACE.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (52.0, 22.0, 12.0), 3: "E", 4: (4.0, 53.0, 24.0)})
    return exif.tobytes()


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as a file."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def make_photo(width: int = 1600, height: int = 1200, orientation: int = 1, **options: Any) -> bytes:
    """A photograph from a phone: JPEG with Exif, XMP and a colour profile."""
    metadata: dict[str, Any] = {
        "exif": make_exif(orientation),
        "xmp": b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>",
        "comment": PLACE,
        "icc_profile": make_profile(),
        "quality": 92,
    }
    return encode(draw(width, height), **{**metadata, **options})


def make_profile() -> bytes:
    """A colour profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Without the moment at which it was made.
    return profile[:24] + bytes(12) + profile[36:]


def make_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A small file that says it is a large picture."""
    small = encode(Image.new("L", (8, 8)), "PNG")
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]


def insert_chunk(png: bytes, name: bytes, content: bytes, *, is_sound: bool = True) -> bytes:
    """A PNG with another chunk behind its first; a chunk that is not sound has a checksum of zeros."""
    checksum = zlib.crc32(name + content) if is_sound else 0
    chunk = len(content).to_bytes(4, "big") + name + content + checksum.to_bytes(4, "big")
    return png[:33] + chunk + png[33:]


def break_checksum(png: bytes, name: bytes) -> bytes:
    """The PNG with a wrong checksum in its first chunk of a name."""
    start = png.index(name)
    end = start + 4 + int.from_bytes(png[start - 4 : start], "big")
    return png[:end] + bytes([png[end] ^ 1]) + png[end + 1 :]


def load(data: bytes) -> Image.Image:
    """A file as a picture."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
