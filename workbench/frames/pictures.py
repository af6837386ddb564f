"""Encoded pictures: one read by named rules, or a list of files as a sequence."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.checksums import expect_recorded, unlike_recorded
from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.frames.alpha import check_alpha, drop_or_composite
from workbench.frames.cache import FrameCache
from workbench.frames.damage import damage_of
from workbench.frames.decoders import DECODERS
from workbench.frames.frame import FrameSequence, as_rgb
from workbench.frames.headers import expect_picture, pixel_limit
from workbench.frames.orientation import EXIF_RULES, orientation_of, turn
from workbench.frames.partial import damage_allowed, note_damage, refusal
from workbench.frames.pillow import expect_size, open_picture
from workbench.samples import portable

NAMED = 5  # damaged pictures of a sequence, in one line
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
            self._expect_whole(data, name)  # says more of what is cut off in its header
            raise
        self._expect_whole(data, name)
        try:
            color = DECODERS[self.decode].decode(data, self.exif, self.allow_damaged)
        except (UnreadableSource, InvalidValue) as error:
            raise type(error)(f"{name} cannot be read: {error}") from None
        return color if self.alpha == "drop" else self._composite(color, data)

    def _expect_whole(self, data: bytes, name: str) -> None:
        if not self.allow_damaged and (damage := damage_of(data)):
            raise refusal(name, damage)

    def _composite(self, color: np.ndarray, data: bytes) -> np.ndarray:
        """Lay the colours over white or black; alpha is lossless in every format, so Pillow's serves all decoders."""
        with open_picture(data) as picture:
            if not picture.has_transparency_data:
                return color
            premultiplied = self.decode == "cv2" and picture.format == "TIFF"  # libtiff's RGBA road
            alpha = np.asarray(picture.convert("RGBA").getchannel("A"))
            upright = turn(alpha, orientation_of(picture)) if self.exif == "apply" else alpha
        return drop_or_composite(color, upright, self.alpha, premultiplied=premultiplied)


class PictureSequence(FrameSequence):
    """Picture files in a given order; each is read when it is asked for."""

    decoders = tuple(DECODERS)

    def __init__(self, paths: Sequence[Path], reading: PictureReading, *, origin: str) -> None:
        self.paths, self.reading, self.origin = tuple(paths), reading, origin
        self.order = DECODERS[reading.decode].order
        self._cache, self._lock = FrameCache(), threading.Lock()

    @cached_property
    def damaged(self) -> str | None:
        """What is wrong with which of the files, where damaged ones are allowed; asked for, it looks at all of them."""
        if not self.reading.allow_damaged:
            return None
        found = [(path.name, wrong) for path in self.paths if (wrong := damage_in(path))]
        if len(self) == len(found) == 1:
            return found[0][1]
        named = [f"{name} ({wrong})" for name, wrong in found[:NAMED]]
        named += [f"{len(found) - NAMED} more"] if len(found) > NAMED else []
        return f"{len(found)} of its {len(self)} pictures: {', '.join(named)}" if found else None

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.origin}: {len(self)} pictures, decoded by {self.reading.decode}>"

    def array(self, index: int) -> np.ndarray:
        """Return picture `index` (H, W, 3) uint8, read-only, in the decoder's channel order."""
        with self._lock:
            held = self._cache.get(index)
        if held is not None:
            return held
        image = self._read(index)
        with self._lock:
            return self._cache.put(index, image)

    def pick(self, indices: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the pictures at `indices`, past the cache."""
        return (self._read(index) for index in indices)

    def time_s(self, index: int) -> float | None:
        """Return None: still pictures have no time."""
        del index
        return None

    def origin_of(self, index: int) -> str:
        """Return the path of picture `index`; `sample:NAME/file` for one of a sample."""
        return portable(self.paths[index])

    def decoded_by(self, decode: str, exif: str = "apply") -> PictureSequence:
        """Return the same files read by another decoder."""
        return PictureSequence(self.paths, replace(self.reading, decode=decode, exif=exif), origin=self.origin)

    def close(self) -> None:
        """Forget the pictures held."""
        with self._lock:
            self._cache.clear()

    def _read(self, index: int) -> np.ndarray:
        return self.reading.read_file(self.paths[index])


def read_picture(
    source: str | Path | bytes,
    *,
    decode: str = "cv2",
    exif: str = "apply",
    alpha: str = "drop",
    allow_damaged: bool | None = None,
) -> np.ndarray:
    """Return one encoded picture as (H, W, 3) uint8 RGB.

    Args:
        source: a path (or `sample:NAME/file`), or the encoded bytes.
        decode: `cv2`, `pil`, `tf` or `tf.accurate` (see `DECODERS`).
        exif: `apply` or `ignore` the EXIF orientation (see `EXIF_RULES`).
        alpha: `drop`, `white` or `black` (see `ALPHA_RULES`).
        allow_damaged: take what is there of a damaged picture, with a DamageWarning; by default as for `open_frames`.

    Raises:
        UnreadableSource: missing, no picture, or damaged.
        InvalidValue: more pixels than the limit (50 megapixels, or $OPENCV_IO_MAX_IMAGE_PIXELS).
    """
    reading = PictureReading(decode, exif, alpha, damage_allowed(allow_damaged))
    if isinstance(source, bytes):
        image, damage = reading.read(source, "the given data"), damage_of(source) if reading.allow_damaged else None
    else:
        from workbench.frames.listing import existing_file

        path = existing_file(source)
        image, damage = reading.read_file(path), damage_in(path) if reading.allow_damaged else None
    if damage:
        note_damage("the given data" if isinstance(source, bytes) else str(source), damage)
    return as_rgb(image, DECODERS[decode].order)


def damage_in(path: Path) -> str | None:
    """Say what is wrong with the picture in a file; None where it is whole and what was recorded of it."""
    data = read_bytes(path)
    if unlike := unlike_recorded(path, data):
        return unlike
    expect_size(data, str(path))  # one that is too large is not decoded for this
    return damage_of(data)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        UnreadableSource: it cannot be read.
        InvalidValue: it is larger than any picture within the limit of pixels.
    """
    limit = BYTES_A_PIXEL * pixel_limit()
    try:
        with path.open("rb") as file:
            if (size := file.seek(0, os.SEEK_END)) > limit:
                raise InvalidValue(
                    f"{path} has {size / 1e6:,.0f} MB, more than any picture of {pixel_limit() / 1e6:g} megapixels "
                    f"({limit / 1e6:,.0f} MB); is it one?"
                )
            file.seek(0)
            return file.read()
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}; check the path and its permissions") from None
