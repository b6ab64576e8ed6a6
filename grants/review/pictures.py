"""JPEG and PNG without what cameras and programs write into them; the picture itself is not touched.

Sources of the formats: ITU-T T.81, annex B, with the APP0 segment of JFIF and the APP14 of Adobe; the PNG specification
(third edition), chapter 11.
"""

import io
import struct
import warnings
from collections.abc import Iterator
from typing import Final

from PIL import Image

_ORIENTATION: Final = 0x0112
_APP0, _APP2, _APP14, _APP15, _COM, _SOS, _EOI = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE, 0xDA, 0xD9
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# What one sees is in these: size, colors, transparency, points. Physical size and animation go, and with them nothing.
_SEEN: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"})


class NoPicture(ValueError):
    """The bytes do not read as a picture of this kind to their end."""


def jpeg_without_traces(content: bytes, *, keep_profile: bool = False) -> bytes:
    """A JPEG with its tables, frames and scans alone; how it is to be turned stays.

    keep_profile   leave an ICC profile where it is, which is needed where four inks are mixed
    raises         NoPicture
    """
    kept = [b"\xff\xd8", _turned(content)]
    for marker, part in _segments(content):
        if marker == _APP0 and part[4:9] in {b"JFIF\0", b"JFXX\0"}:
            kept.append(_jfif(part))
        elif _is_seen(marker, part[4:16], keep_profile=keep_profile):
            kept.append(part)
    return b"".join(kept)


def _is_seen(marker: int, begins: bytes, *, keep_profile: bool) -> bool:
    """Whether what one sees hangs on a segment: all that are no application's and no remark, and two that are."""
    if marker == _APP14:
        return begins.startswith(b"Adobe")
    if marker == _APP2:
        return keep_profile and begins == b"ICC_PROFILE\0"
    return not _APP0 <= marker <= _APP15 and marker != _COM


def _jfif(part: bytes) -> bytes:
    """A JFIF header without its small second picture; the header of a second picture goes whole."""
    if part[4:9] != b"JFIF\0" or len(part) < 18:
        return b""
    return b"\xff\xe0\x00\x10" + part[4:16] + b"\0\0"


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, its bytes with what it scans), from after the start of the picture to its end.

    raises   NoPicture
    """
    if content[:2] != b"\xff\xd8":
        raise NoPicture
    at = 2
    while at + 2 <= len(content):
        if content[at] != 0xFF:
            raise NoPicture
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        end = at + 2 if marker in _ALONE or marker == _EOI else at + 2 + _length(content, at)
        if marker == _SOS:
            end = _end_of_scan(content, end)
        yield marker, content[at:end]
        if marker == _EOI:
            return
        at = end
    raise NoPicture


def _length(content: bytes, at: int) -> int:
    length = int.from_bytes(content[at + 2 : at + 4], "big")
    if length < 2 or at + 2 + length > len(content):
        raise NoPicture
    return length


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands that is neither a stuffed byte nor a restart."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] not in {0, *_ALONE, 0xFF}:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    raise NoPicture


def _turned(content: bytes) -> bytes:
    """An Exif segment that says how the picture is to be turned and nothing else; empty for one that stands upright."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
                way = picture.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, TypeError, struct.error, Image.DecompressionBombError):
        return b""  # what cannot be read of it is left out with the rest
    if not isinstance(way, int) or not 2 <= way <= 8:
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, way, 0)
    said = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said


def png_without_traces(content: bytes) -> bytes:
    """A PNG with the chunks that one sees alone.

    raises   NoPicture
    """
    if not content.startswith(_SIGNATURE):
        raise NoPicture
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        if end > len(content):
            raise NoPicture
        if kind in _SEEN:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    raise NoPicture


# ── JPEG 2000, as it stands in PDFs: ISO/IEC 15444-1, annexes A and I ────────────────────────────────────────────────

_BOXES_THAT_TELL: Final = frozenset({b"xml ", b"uuid", b"uinf", b"asoc", b"lbl ", b"jp2i", b"free", b"skip"})
_SOC, _SOT, _REMARK = b"\xff\x4f", 0xFF90, 0xFF64


def jp2_without_traces(content: bytes) -> bytes:
    """A JPEG 2000, in its boxes or bare, without boxes and remarks that tell of programs and people.

    raises   NoPicture
    """
    if content.startswith(_SOC):
        return _codestream(content)
    kept, at = [], 0
    while at < len(content):
        kind, start, end = _box(content, at)
        if kind == b"jp2c":
            inner = _codestream(content[start:end])
            kept.append(struct.pack(">I4s", len(inner) + 8, kind) + inner)
        elif kind not in _BOXES_THAT_TELL:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def _box(content: bytes, at: int) -> tuple[bytes, int, int]:
    """(kind, where its content begins, where it ends) of the box that begins here."""
    if at + 8 > len(content):
        raise NoPicture
    length, kind = struct.unpack_from(">I4s", content, at)
    start = at + 8
    if length == 1:
        length, start = int.from_bytes(content[start : start + 8], "big"), start + 8
    end = at + length if length else len(content)
    if end < start or end > len(content):
        raise NoPicture
    return kind, start, end


def _codestream(content: bytes) -> bytes:
    if not content.startswith(_SOC):
        raise NoPicture
    kept, at = [_SOC], 2
    while at + 4 <= len(content):
        marker, length = struct.unpack_from(">HH", content, at)
        if marker == _SOT:
            return b"".join(kept) + content[at:]
        if marker < 0xFF00 or length < 2 or at + 2 + length > len(content):
            raise NoPicture
        if marker != _REMARK:
            kept.append(content[at : at + 2 + length])
        at += 2 + length
    raise NoPicture
