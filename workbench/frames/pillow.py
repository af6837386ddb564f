"""Pillow as frames use it: only for formats that pictures come in, and strict unless told otherwise.

Left to itself Pillow opens forty formats, whatever the file is called; one of them (EPS) it hands to another program.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile, UnidentifiedImageError

from workbench.errors import UnreadableSource
from workbench.frames.headers import is_netpbm, pixel_limit, too_many_pixels

FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")  # HEIF: with pillow-heif
_TILE_WIDTH, _TILE_LENGTH = 322, 323  # TIFF 6.0, section 15
# Netpbm's PPM format: width, height and, but for bitmaps, the largest value, with comments of any length before each,
# which Pillow reads byte by byte: a second for each megabyte
_NETPBM = re.compile(rb"P[1-6](?:\s+(?:#[^\n]*\n\s*)*\d+){2,3}\s")
_NETPBM_HEAD = 65_536  # bytes in which that has to come to an end
_FLAG = threading.Lock()  # ImageFile.LOAD_TRUNCATED_IMAGES belongs to the whole process
_LIMIT = threading.Lock()  # and so does Image.MAX_IMAGE_PIXELS


def open_picture(data: bytes) -> Image.Image:
    """Read the header of an encoded picture of `FORMATS`, of any size: see `expect_size`.

    Raises:
        Exception: whatever Pillow raises on damaged data, `UnidentifiedImageError` and others.
    """
    Image.preinit()
    with _LIMIT:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # else it warns, or raises without the size
        try:
            return Image.open(io.BytesIO(data), formats=_known())
        except UnidentifiedImageError:
            Image.init()  # the plugins of all formats, of which it then takes those in FORMATS
            return Image.open(io.BytesIO(data), formats=_known())
        finally:
            Image.MAX_IMAGE_PIXELS = before


@contextmanager
def truncated_pictures(allowed: bool) -> Iterator[None]:
    """Let Pillow fill what is missing of a picture, or not, whatever this process has set it to."""
    with _FLAG:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, allowed
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def expect_size(data: bytes, name: str) -> None:
    """Refuse what has too many pixels by its header, without decoding, and what has no header that says how many.

    Raises:
        UnreadableSource: of no known format, or damaged at its start.
        InvalidValue: more pixels than `pixel_limit()`, of the picture or of one tile of a TIFF, which is decoded whole.
    """
    limit = pixel_limit()
    if is_netpbm(data) and not _NETPBM.match(data, 0, _NETPBM_HEAD):
        raise UnreadableSource(f"{name} cannot be read: its header is damaged, or far too long; get it again")
    try:
        with open_picture(data) as picture:
            width, height = picture.size
            tags = getattr(picture, "tag_v2", {})
            tile = int(tags.get(_TILE_WIDTH, 0)), int(tags.get(_TILE_LENGTH, 0))
    except UnidentifiedImageError:
        raise UnreadableSource(
            f"{name} cannot be read: it is no picture of a format known here ({', '.join(FORMATS)}), or damaged at its "
            "start; get it again, or convert it to PNG"
        ) from None
    except Exception as error:  # hostile headers raise all there is; without a size nothing is decoded
        said = " ".join(str(error).split())
        raise UnreadableSource(f"{name} cannot be read: Pillow says: {said}; get it again, or save it anew") from None
    if width * height > limit:
        raise too_many_pixels(name, f"{width}x{height}")
    if tile[0] * tile[1] > limit:
        raise too_many_pixels(f"{name}, one tile of it,", f"{tile[0]}x{tile[1]}")


def _known() -> list[str]:
    return [name for name in FORMATS if name in Image.OPEN]
