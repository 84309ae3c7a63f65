"""Remove metadata (place, time, camera, comments, thumbnails) from image files, without decoding any pixel.

The parsers keep a list of known parts and drop all others, and everything behind the end of the image. Colour profiles
and the orientation stay. The code is ours because Pillow removes metadata only by encoding the image again, which costs
quality, and because libraries for metadata remove what they know: what they do not know would be published.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

from broadsheet.images.avif import blank_metadata, is_avif

FORMAT_BY_SUFFIX = {
    ".avif": "AVIF",
    ".gif": "GIF",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".webp": "WebP",
}
"""The image formats that can be published, by file name suffix."""

_MAX_PARTS = 200_000
_MAX_EXIF_ENTRIES = 500

_EXIF_PREFIX = b"Exif\0\0"
_ORIENTATION_TAG, _SHORT_TYPE = 0x0112, 3
# All orientations except 1, upright (TIFF 6.0, page 36).
_ROTATED = range(2, 9)

# A marker between JPEG segments. Inside pixel data, FF is followed by 00, or by D0 to D7 (restart markers).
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_END, _JPEG_SCAN = 0xD9, 0xDA
_JPEG_APPLICATION_OR_COMMENT = frozenset({*range(0xE0, 0xF0), 0xFE})
_JPEG_KEPT = (b"\xe0JFIF\0", b"\xe2ICC_PROFILE\0", b"\xeeAdobe")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split()
)
_PNG_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"})
_WEBP_EXIF_FLAG, _WEBP_XMP_FLAG = 0x08, 0x04
_GIF_KEPT = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"})
_GIF_IMAGE, _GIF_EXTENSION, _GIF_APPLICATION, _GIF_COMMENT = 0x2C, 0x21, b"\xff", b"\xfe"


def format_from_name(path: str) -> str:
    """Return the image format that a file's name promises; '' for other files."""
    return FORMAT_BY_SUFFIX.get(PurePosixPath(path).suffix.lower(), "")


def detect_format(data: bytes) -> str:
    """Return the image format that the first bytes of a file show; '' if it is none that can be published."""
    for image_format, start in (("JPEG", b"\xff\xd8\xff"), ("PNG", _PNG_SIGNATURE), ("GIF", (b"GIF87a", b"GIF89a"))):
        if data.startswith(start):
            return image_format
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    return "AVIF" if is_avif(data) else ""


def strip_metadata(data: bytes) -> bytes:
    """Return an image file without metadata. Cost: about 5 ms for a photograph of 6 MB.

    A truncated file gives a truncated result.

    Raises:
        ValueError: the file is no image, or its structure does not show what is metadata.

    """
    strippers: dict[str, Callable[[bytes], bytes]] = {
        "JPEG": _strip_jpeg,
        "PNG": _strip_png,
        "GIF": _strip_gif,
        "WebP": _strip_webp,
        "AVIF": blank_metadata,
    }
    image_format = detect_format(data)
    if not image_format:
        raise ValueError("not a picture")
    return strippers[image_format](data)


def read_orientation(exif: bytes) -> int:
    """Return the orientation in Exif data, from 1 (upright) to 8; 1 if the bytes are no Exif.

    This reads the one entry that is needed, so that no general TIFF parser sees what strangers wrote.

    >>> read_orientation(write_orientation(6))
    6
    """
    tiff = exif.removeprefix(_EXIF_PREFIX)
    if tiff[:2] not in {b"II", b"MM"}:
        return 1

    def read(position: int, size: int) -> int:
        return int.from_bytes(tiff[position : position + size], "little" if tiff[:2] == b"II" else "big")

    directory = read(4, 4)
    for index in range(min(read(directory, 2), _MAX_EXIF_ENTRIES)):
        entry = directory + 2 + 12 * index
        if read(entry, 2) == _ORIENTATION_TAG and read(entry + 2, 2) == _SHORT_TYPE:
            orientation = read(entry + 8, 2)
            return orientation if orientation in _ROTATED else 1
    return 1


def write_orientation(orientation: int) -> bytes:
    """Return Exif data, as a TIFF file, that holds an orientation and nothing else."""
    # The header, a directory of one entry (tag, type, count, value, padding), and no next directory.
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION_TAG, _SHORT_TYPE, 1, orientation, 0, 0)


def _check_count(parts: list[bytes]) -> None:
    if len(parts) > _MAX_PARTS:
        raise ValueError("too many parts")


def _strip_jpeg(data: bytes) -> bytes:
    segments, position, orientation = [data[:2]], 2, 1
    while marker := _JPEG_MARKER.search(data, position):
        code, start = data[marker.start() + 1], marker.end()
        end = start + int.from_bytes(data[start : start + 2], "big")
        # Any number of FF bytes may stand between two segments, and nothing else.
        is_padding = not data[position : marker.start()].strip(b"\xff")
        if not is_padding or (code != _JPEG_END and not start + 2 <= end <= len(data)):
            break
        if code == _JPEG_END:
            segments.append(marker[0])
            break
        position, content = end, data[start + 2 : end]
        if code not in _JPEG_APPLICATION_OR_COMMENT or (bytes([code]) + content[:12]).startswith(_JPEG_KEPT):
            segments.append(data[marker.start() : end])
        elif content.startswith(_EXIF_PREFIX) and orientation == 1:
            orientation = read_orientation(content)
        if code == _JPEG_SCAN:
            next_marker = _JPEG_MARKER.search(data, position)
            scan_end = next_marker.start() if next_marker else len(data)
            segments.append(data[position:scan_end])
            position = scan_end
        _check_count(segments)
    if orientation in _ROTATED:
        content = _EXIF_PREFIX + write_orientation(orientation)
        # JFIF requires that its own segment comes first.
        index = 2 if segments[1:] and segments[1].startswith(b"\xff\xe0") else 1
        segments.insert(index, b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content)
    return b"".join(segments)


def _strip_png(data: bytes) -> bytes:
    """Return a PNG file without metadata.

    Programs such as GIMP have written ancillary chunks with a wrong checksum. Browsers leave such a chunk out, and so
    does this function; Pillow would refuse the whole file. A critical chunk stays as it is.
    """
    chunks, position, orientation, is_still = [data[:8]], 8, 1, False
    while position + 8 <= len(data):
        name = data[position + 4 : position + 8]
        end = position + 12 + _read_int(data, position)
        if _is_damaged_ancillary_chunk(data, position, end):
            # An animation without one of its parts cannot be shown, the still image can.
            is_still = is_still or name in _PNG_ANIMATION
        elif name in _PNG_KEPT:
            chunks.append(data[position:end])
        elif name == b"eXIf":
            orientation = read_orientation(data[position + 8 : end - 4])
        if name == b"IEND":
            break
        position = end
        _check_count(chunks)
    if is_still:
        chunks = [chunk for chunk in chunks if chunk[4:8] not in _PNG_ANIMATION]
    if orientation in _ROTATED:
        exif = b"eXIf" + write_orientation(orientation)
        chunks.insert(2, (len(exif) - 4).to_bytes(4, "big") + exif + zlib.crc32(exif).to_bytes(4, "big"))
    return b"".join(chunks)


def _is_damaged_ancillary_chunk(data: bytes, position: int, end: int) -> bool:
    """Return whether a complete PNG chunk is no part of the still image and has a wrong checksum.

    The name of an ancillary chunk begins with a small letter.
    """
    is_ancillary = bool(data[position + 4] & 0x20)
    is_complete = end <= len(data)
    return is_ancillary and is_complete and zlib.crc32(data[position + 4 : end - 4]) != _read_int(data, end - 4)


def _read_int(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 4], "big")


def _strip_webp(data: bytes) -> bytes:
    chunks, position, orientation = [], 12, 1
    declared_size = 8 + int.from_bytes(data[4:8], "little")
    stop = min(len(data), declared_size)
    while position + 8 <= stop:
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size + size % 2
        chunk = data[position : min(stop, end)]
        if name == b"EXIF":
            orientation = read_orientation(chunk[8:])
        elif name in _WEBP_KEPT:
            chunks.append(chunk)
        position = end
        _check_count(chunks)
    # Only files that begin with this chunk can hold Exif or XMP: its flags tell which of them follow.
    if chunks and chunks[0][:4] == b"VP8X" and len(chunks[0]) > 8:
        is_rotated = orientation in _ROTATED
        flags = chunks[0][8] & ~(_WEBP_EXIF_FLAG | _WEBP_XMP_FLAG) | (_WEBP_EXIF_FLAG if is_rotated else 0)
        chunks[0] = chunks[0][:8] + bytes([flags]) + chunks[0][9:]
        if is_rotated:
            exif = write_orientation(orientation)
            chunks.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif)
    body = b"WEBP" + b"".join(chunks)
    # A truncated file must stay recognisable as truncated, so the header counts the missing bytes.
    missing = max(0, declared_size - len(data))
    return b"RIFF" + (len(body) + missing).to_bytes(4, "little") + body


def _strip_gif(data: bytes) -> bytes:
    position = 13 + _color_table_size(data, 10)
    blocks = [data[:position]]
    while position < len(data):
        start, code, label = position, data[position], data[position + 1 : position + 2]
        if code == _GIF_EXTENSION:
            position = _skip_sub_blocks(data, position + 2)
            application = data[start + 3 : start + 14] if label == _GIF_APPLICATION else b""
            if label == _GIF_COMMENT or (application and application not in _GIF_KEPT):
                continue
        elif code == _GIF_IMAGE:
            position = _skip_sub_blocks(data, position + 11 + _color_table_size(data, position + 9))
        else:
            blocks.append(b";")
            break
        blocks.append(data[start:position])
        _check_count(blocks)
    return b"".join(blocks)


def _color_table_size(data: bytes, position: int) -> int:
    """Return the size in bytes of the colour table that the flags at `position` announce."""
    flags = data[position] if position < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_sub_blocks(data: bytes, position: int) -> int:
    """Return the end of the GIF sub-blocks that start at `position`."""
    while position < len(data) and data[position]:
        position += 1 + data[position]
    return min(position + 1, len(data))
