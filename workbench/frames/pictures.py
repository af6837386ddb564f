"""Encoded pictures: one as an array, or a list of files as a sequence."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.frames.cache import FrameCache
from workbench.frames.decoders import DECODERS
from workbench.frames.encoded import PictureReading, damage_in, wrong_with
from workbench.frames.frame import FrameSequence, as_rgb
from workbench.frames.listing import existing_file
from workbench.frames.partial import damage_allowed, note_damage
from workbench.readable import one_line
from workbench.samples import portable

NAMED = 5  # damaged pictures of a sequence, in one line


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
        return one_line(
            f"<{type(self).__name__} {self.origin}: {len(self)} pictures, decoded by {self.reading.decode}>"
        )

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
        name, image = "the given data", reading.read(source, "the given data")
    else:
        path = existing_file(source)
        name, image = str(source), reading.read_file(path)
    if reading.allow_damaged and (damage := wrong_with(source) if isinstance(source, bytes) else damage_in(path)):
        note_damage(name, damage)
    return as_rgb(image, DECODERS[decode].order)
