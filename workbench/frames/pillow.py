"""Pillow as frames use it: only for formats that pictures come in, and strict unless told otherwise.

Left to itself Pillow opens forty formats, whatever the file is called; one of them (EPS) it hands to another program.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile, UnidentifiedImageError

from workbench.errors import UnreadableSource
from workbench.frames.headers import pixel_limit, too_many_pixels

FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")  # HEIF: with pillow-heif
_TILE_WIDTH, _TILE_LENGTH = 322, 323  # TIFF 6.0, section 15
_FLAG = threading.Lock()  # ImageFile.LOAD_TRUNCATED_IMAGES belongs to the whole process


def open_picture(data: bytes) -> Image.Image:
    """Read the header of an encoded picture of `FORMATS`.

    Raises:
        Exception: whatever Pillow raises on damaged data, `UnidentifiedImageError` and others.
    """
    Image.preinit()
    try:
        return Image.open(io.BytesIO(data), formats=_known())
    except UnidentifiedImageError:
        Image.init()  # the plugins of all formats, of which it then takes those in FORMATS
        return Image.open(io.BytesIO(data), formats=_known())


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
    if Image.MAX_IMAGE_PIXELS is not None and limit > Image.MAX_IMAGE_PIXELS:
        Image.MAX_IMAGE_PIXELS = limit  # whoever has raised the one means the other
    try:
        with open_picture(data) as picture:
            width, height = picture.size
            tags = getattr(picture, "tag_v2", {})
            tile = int(tags.get(_TILE_WIDTH, 0)) * int(tags.get(_TILE_LENGTH, 0))
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name, f"{int(str(error).split('(')[-1].split(' ')[0]):,}") from None
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
    if tile > limit:
        raise too_many_pixels(f"{name}, one tile of it,", f"{tile:,}")


def _known() -> list[str]:
    return [name for name in FORMATS if name in Image.OPEN]
