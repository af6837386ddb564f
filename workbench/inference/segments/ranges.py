"""Cut a clip into segments that begin where a batch begins, and, where that can be had, behind a key frame.

A batch is what a model is given at once, and some engines add up in another order for another number of frames; so a
segment that holds whole batches gives the very answers of a run over the whole clip.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LONGEST, SHORTEST = 1.5, 0.5  # of the wanted length: what a segment may have so that it begins behind a key frame


def ranges(count: int, *, length: int, batch: int, keys: Sequence[int] = ()) -> list[range]:
    """Return ranges that cover 0..count - 1 in order, each but the last of whole batches.

    Args:
        count: frames of the clip.
        length: frames that a segment is to have; the last one has up to half as many more.
        batch: frames a batch.
        keys: frames that a decoder may begin at, rising. A segment that begins elsewhere decodes those from the key
            frame before it, and throws them away.

    Example:
        >>> ranges(700, length=256, batch=16, keys=(0, 250, 500))
        [range(0, 256), range(256, 512), range(512, 700)]
    """
    length = max(1, round(length / batch)) * batch
    starts = np.unique(-(-np.asarray(keys, int) // batch) * batch)
    found, at = [], 0
    while count - at > LONGEST * length:
        near = starts[(starts >= at + SHORTEST * length) & (starts <= at + LONGEST * length) & (starts > at)]
        end = int(near[np.abs(near - (at + length)).argmin()]) if near.size else at + length
        found.append(range(at, end))
        at = end
    return [*found, range(at, count)]
