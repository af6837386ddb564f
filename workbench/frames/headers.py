"""What a file's first bytes say: picture, video, text, or nothing known. Names and extensions can lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from workbench.errors import InvalidValue, UnreadableSource
from workbench.frames.containers import BOXES, transport_packet

Kind = Literal["picture", "video", "text", "empty", "unknown"]

PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .apng .bmp .dib .gif .webp .tif .tiff .jp2 .avif .pbm .pgm .ppm .pnm".split()
)
VIDEO_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .avi .mkv .webm .ts .m2ts .mts .mpg .mpeg .flv .wmv .3gp .ogv .h264 .264 .h265 .hevc .y4m"
    " .mxf .dv .nut .vob .m2v".split()
)
HEAD_BYTES = 512
PIXELS_VARIABLE = "OPENCV_IO_MAX_IMAGE_PIXELS"  # the limit cv2 itself obeys; one knob for all decoders
DEFAULT_PIXELS = 50_000_000

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
_PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # its byte order marks
_VIDEOS = (
    b"\x1a\x45\xdf\xa3", b"FLV", b"OggS", b"YUV4MPEG2", b"\x30\x26\xb2\x75", b"DKIF", b"\0\0\0\1",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01", b"nut/multimedia container\0", b"\x1f\x07\0",  # MXF, NUT, DV
)  # fmt: skip


def kind_of(path: Path) -> Kind:
    """Say what `path` holds, by its first bytes."""
    with path.open("rb") as file:
        return kind_of_bytes(file.read(HEAD_BYTES))


def kind_of_bytes(head: bytes) -> Kind:
    """Say what a file that starts with `head` holds."""
    if not head:
        return "empty"
    if head[4:8] == b"ftyp":
        return "picture" if head[8:12] in _PICTURE_BRANDS else "video"
    if head[:4] == b"RIFF":
        return "picture" if head[8:12] == b"WEBP" else "video"
    if head.startswith(_PICTURES) or head[:2] == b"BM" or is_netpbm(head):
        return "picture"
    start_code = head[:3] == b"\0\0\1" and head[3:4] != b"\0"  # MPEG program and elementary streams; 0 is an icon
    if start_code or head.startswith(_VIDEOS) or head[4:8] in BOXES or transport_packet(head):
        return "video"
    return "text" if _is_text(head) else "unknown"


def first_words(head: bytes) -> str:
    """Return the first line of a text file, shortened, for an error to show."""
    encoding = "utf-16" if head.startswith(_UTF_16) else "utf-8"
    line = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n").splitlines()
    return line[0][:40] if line else ""


def expect_picture(data: bytes, name: str) -> None:
    """Refuse empty data and text (an HTML page saved as .jpg) under a picture's name."""
    kind = kind_of_bytes(data[:HEAD_BYTES])
    if kind == "empty":
        raise UnreadableSource(f"{name} is empty (0 bytes); fetch or copy it again")
    if kind == "text":
        words = first_words(data[:HEAD_BYTES])
        raise UnreadableSource(
            f"{name} is no picture but text, and starts with {words!r}; a failed download? fetch it again"
        )
    if kind == "video":
        raise UnreadableSource(f"{name} is a video, not a picture; open it with open_frames")


def pixel_limit() -> int:
    """Return the most pixels a picture may have: $OPENCV_IO_MAX_IMAGE_PIXELS, else 50 million."""
    text = os.environ.get(PIXELS_VARIABLE, "")
    return int(text) if text.isdigit() else DEFAULT_PIXELS


def too_many_pixels(name: str, size: str) -> InvalidValue:
    """Make the error for a picture over the limit."""
    limit = f"{pixel_limit() / 1e6:g} megapixels"
    return InvalidValue(
        f"{name} has {size} pixels, over the limit of {limit} (a small file can fill the memory); "
        f"if you trust it, start Python with {PIXELS_VARIABLE} set to a higher number"
    )


def is_netpbm(head: bytes) -> bool:
    """Tell a PBM, PGM or PPM by its first bytes."""
    return head[:1] == b"P" and head[1:2] in b"123456" and head[2:3] in (b" ", b"\n", b"\t", b"\r")


def _is_text(head: bytes) -> bool:
    """Text has no control characters but tab and line ends; UTF-16 is known by its mark."""
    if head.startswith(_UTF_16):
        return True
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
