"""Where the frames of a run come from: opened, decoded as a recipe says, closed again; bounded, and counted."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess

Source = FrameStream | str | Path | int | np.ndarray | list[Any]


@contextmanager
def opened(frames: Source, recipe: Preprocess) -> Generator[FrameStream]:
    """Give the source, its pictures decoded as the recipe says; close again what was opened here."""
    source = frames if isinstance(frames, FrameStream) else _open(frames, recipe)
    if isinstance(source, FrameSequence) and isinstance(recipe, Recipe):
        source = source.decoded_by(recipe.decode, recipe.exif)
    try:
        yield source
    finally:
        if source is not frames:
            source.close()


def _open(frames: Any, recipe: Preprocess) -> FrameStream:
    return (
        open_frames(frames, decode=recipe.decode, exif=recipe.exif)
        if isinstance(recipe, Recipe)
        else open_frames(frames)
    )


def decoding(frames: Source, recipe: Preprocess) -> tuple[str, str] | None:
    """Return what of a recipe decides how `frames` are decoded; two recipes with the same can share the pictures.

    None: nothing does - a stream, pictures that come decoded, or a function in the recipe's place.
    """
    if isinstance(frames, FrameStream) and not frames.decoders:
        return None
    return (recipe.decode, recipe.exif) if isinstance(recipe, Recipe) else None


def pictures(source: FrameStream, limit: int | None) -> Iterator[np.ndarray]:
    """Return the pictures of a source, `limit` of them at most.

    Raises:
        InvalidValue: the source has no end and there is no limit.
    """
    if limit is None and not isinstance(source, FrameSequence):
        raise InvalidValue(f"{source.origin}: a stream has no end; give limit, or take(source, limit=...) before")
    return islice(source.arrays(), limit)


def check_limit(limit: int | None) -> None:
    """Refuse a limit that leaves no frame.

    Raises:
        InvalidValue: below 1.
    """
    if limit is not None and limit < 1:
        raise InvalidValue(f"limit is a whole number of frames from 1, or None; got {limit}")


def whereabouts(source: FrameStream, count: int) -> dict[str, Any]:
    """Return `indices`, `origins` and `times_s` of the first `count` frames of a source, as results hold them."""
    if isinstance(source, FrameSequence):
        indices, origins, times_s = source.index_of, source.origin_of, source.time_s
        numbers = range(count)
        return {
            "indices": np.array([indices(i) for i in numbers], dtype=int),
            "origins": tuple(origins(i) for i in numbers),
            "times_s": tuple(times_s(i) for i in numbers),
        }
    return {"indices": np.arange(count), "origins": (source.origin,) * count, "times_s": (None,) * count}


def progress_bar(source: FrameStream, limit: int | None, progress: bool) -> Any:
    """Return a bar that counts frames up to the source's length or the limit."""
    length = len(source) if isinstance(source, FrameSequence) else limit
    total = length if limit is None or length is None else min(length, limit)
    return tqdm(total=total, unit="frame", disable=not progress, leave=False)
