"""Keep the pictures used last, up to a number of megabytes, so that stepping back in a viewer is instant."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

CACHE_MB = 96  # 15 frames of 1080p, 180 of 640x272


class FrameCache:
    """The pictures used last, by their index.

    Kept arrays are made read-only: whoever draws on a frame draws on a copy, and what the cache hands out
    next time is still what was decoded.
    """

    def __init__(self, limit_mb: float = CACHE_MB) -> None:
        self.limit = int(limit_mb * 1_000_000)  # bytes
        self._images: OrderedDict[int, np.ndarray] = OrderedDict()
        self._bytes = 0

    @property
    def held(self) -> int:
        """Bytes held now."""
        return self._bytes

    def get(self, index: int) -> np.ndarray | None:
        """Return picture `index`, if it is held."""
        image = self._images.get(index)
        if image is not None:
            self._images.move_to_end(index)
        return image

    def put(self, index: int, image: np.ndarray) -> np.ndarray:
        """Hold `image`, drop the ones used longest ago, and return it read-only."""
        image.flags.writeable = False
        if image.nbytes <= self.limit and index not in self._images:
            self._images[index] = image
            self._bytes += image.nbytes
            while self._bytes > self.limit:
                self._bytes -= self._images.popitem(last=False)[1].nbytes
        return image

    def clear(self) -> None:
        """Forget all."""
        self._images.clear()
        self._bytes = 0
