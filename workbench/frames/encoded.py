"""One encoded picture, from bytes or a file, read by named rules or refused."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from workbench.checksums import expect_recorded, unlike_recorded
from workbench.errors import DamageWarning, InvalidValue, UnreadableSource, unknown
from workbench.frames.alpha import check_alpha, drop_or_composite
from workbench.frames.damage import JPEG_MAGIC, PNG_MAGIC, damage_of
from workbench.frames.decoders import DECODERS
from workbench.frames.headers import expect_picture, pixel_limit
from workbench.frames.orientation import EXIF_RULES, orientation_of, turn
from workbench.frames.overheard import NOTHING, Heard, listening
from workbench.frames.partial import refusal
from workbench.frames.pillow import expect_size, open_picture, truncated_pictures

BYTES_A_PIXEL = 16  # of the largest file that is read: four channels of 32 bits, not compressed


@dataclass(frozen=True, slots=True)
class PictureReading:
    """How encoded pictures are read: the decoder, and a named rule for each thing it can be told."""

    decode: str = "cv2"  # a name of DECODERS
    exif: str = "apply"  # a name of EXIF_RULES
    alpha: str = "drop"  # a name of ALPHA_RULES
    allow_damaged: bool = False

    def __post_init__(self) -> None:
        """Refuse unknown names."""
        if self.decode not in DECODERS:
            raise unknown("picture decoder", self.decode, DECODERS)
        if self.exif not in EXIF_RULES:
            raise unknown("exif policy", self.exif, EXIF_RULES)
        check_alpha(self.alpha)

    def read_file(self, path: Path) -> np.ndarray:
        """Return the picture in a file as `read` does, which has to be what a `SHA256SUMS` beside it says.

        Raises:
            UnreadableSource: as of `read`; or it cannot be read, or is not the file that was recorded.
            InvalidValue: more pixels than the limit.
        """
        data = read_bytes(path)
        if not self.allow_damaged:
            expect_recorded(path, data)
        return self.read(data, str(path))

    def read(self, data: bytes, name: str) -> np.ndarray:
        """Return encoded `data` as (H, W, 3) uint8 in the decoder's own channel order.

        Raises:
            UnreadableSource: no picture, damaged, or a format that the decoder does not know.
            InvalidValue: more pixels than the limit.
        """
        expect_picture(data, name)
        try:
            expect_size(data, name)
        except UnreadableSource:
            if data.startswith((JPEG_MAGIC, PNG_MAGIC)):
                self._expect_whole(data, name)  # says more of what is cut off in its header
            raise
        self._expect_whole(data, name)
        try:
            color, heard = self._decoded(data)
            image = color if self.alpha == "drop" else self._composite(color, data)
        except (UnreadableSource, InvalidValue) as error:
            raise type(error)(f"{name} cannot be read: {error}") from None
        if heard.broken and not self.allow_damaged:
            raise refusal(name, _spoken(heard.broken))
        if heard.odd:
            warnings.warn(f"{name} may be damaged: {_spoken(heard.odd)}", DamageWarning, stacklevel=2)
        return image

    def _decoded(self, data: bytes) -> tuple[np.ndarray, Heard]:
        decode = partial(DECODERS[self.decode].decode, data, self.exif, self.allow_damaged)
        if self.decode == "cv2" and data.startswith(JPEG_MAGIC):
            return listening(decode)
        return decode(), NOTHING

    def _expect_whole(self, data: bytes, name: str) -> None:
        if not self.allow_damaged and (damage := damage_of(data)):
            raise refusal(name, damage)

    def _composite(self, color: np.ndarray, data: bytes) -> np.ndarray:
        """Lay the colours over white or black; alpha is lossless in every format, so Pillow's serves all decoders."""
        try:
            with truncated_pictures(self.allow_damaged), open_picture(data) as picture:
                if not picture.has_transparency_data:
                    return color
                premultiplied = self.decode == "cv2" and picture.format == "TIFF"  # libtiff's RGBA road
                alpha = np.asarray(picture.convert("RGBA").getchannel("A"))
                upright = turn(alpha, orientation_of(picture)) if self.exif == "apply" else alpha
        except Exception as error:  # damaged data raises all there is
            raise UnreadableSource(f"its transparency cannot: {' '.join(str(error).split())}") from None
        if upright.shape != color.shape[:2]:
            raise UnreadableSource("its transparency is of another size, which damaged files have")
        return drop_or_composite(color, upright, self.alpha, premultiplied=premultiplied)


def damage_in(path: Path) -> str | None:
    """Say what is wrong with the picture in a file; None where it is whole and what was recorded of it."""
    data = read_bytes(path)
    if unlike := unlike_recorded(path, data):
        return unlike
    expect_size(data, str(path))  # one that is too large is not decoded for this
    return wrong_with(data)


def wrong_with(data: bytes) -> str | None:
    """Say what is missing from an encoded picture, or what libjpeg has against its data; None where it is right."""
    damage = damage_of(data)
    if damage or not data.startswith(JPEG_MAGIC):
        return damage
    _, heard = PictureReading(allow_damaged=True)._decoded(data)
    return _spoken(heard.broken) if heard.broken else None


def _spoken(said: str) -> str:
    return f"the data of its pixels is not right (libjpeg: {said})"


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        UnreadableSource: it cannot be read.
        InvalidValue: it is larger than any picture within the limit of pixels.
    """
    limit = BYTES_A_PIXEL * pixel_limit()
    try:
        with path.open("rb", buffering=0) as file:
            if (size := os.fstat(file.fileno()).st_size) > limit:
                raise InvalidValue(
                    f"{path} has {size / 1e6:,.0f} MB, more than any picture of {pixel_limit() / 1e6:g} megapixels "
                    f"({limit / 1e6:,.0f} MB); is it one?"
                )
            return file.read()
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}; check the path and its permissions") from None
