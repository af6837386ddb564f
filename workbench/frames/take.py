"""A bounded look at any source: so many frames, every n-th."""

from __future__ import annotations

from itertools import islice

from workbench.errors import InvalidValue
from workbench.frames.arrays import ArraySequence
from workbench.frames.frame import FrameSequence, FrameStream


def take(source: FrameStream, *, step: int = 1, limit: int | None = None) -> FrameSequence:
    """Return every `step`-th frame of a source, `limit` of them at most, as a sequence.

    A sequence gives a view on itself; a camera or network stream is read now, and its frames are kept in memory.

    Raises:
        InvalidValue: step or limit below 1, or a stream without a limit.
    """
    if step < 1 or (limit is not None and limit < 1):
        raise InvalidValue(f"step and limit are whole numbers from 1; got step={step}, limit={limit}")
    if isinstance(source, FrameSequence):
        return source[: None if limit is None else step * limit : step]
    if limit is None:
        raise InvalidValue(f"{source.origin}: a stream has no end; give limit, the number of frames to take")
    kept = [image.copy() for image in islice(source.arrays(), 0, step * limit, step)]
    return ArraySequence(kept, order=source.order, origin=source.origin)
