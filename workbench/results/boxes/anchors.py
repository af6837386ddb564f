"""The anchor boxes of SSD detectors, computed as their training did."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from workbench.recipes.geometry import Size

STRIDES = (16, 32, 64, 128, 256, 512)  # pixels a cell of the six feature maps
MIN_SCALE, MAX_SCALE = 0.2, 0.95  # of the tensor's side, first and last map
RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)  # width / height
LOWEST = ((0.1, 1.0), (MIN_SCALE, 2.0), (MIN_SCALE, 0.5))  # scale, ratio on the first map, which is reduced


@cache
def ssd_anchors(size: Size) -> np.ndarray:
    """Return the anchors (A, 4) of an SSD MobileNet for a tensor (height, width); 1917 at 300 x 300.

    Each is centre y, centre x, height, width in 0..1 of the tensor, float32, read-only.
    Source: TensorFlow Object Detection API, anchor_generators/multiple_grid_anchor_generator.py,
    create_ssd_anchors(num_layers=6, min_scale=.2, max_scale=.95, aspect_ratios=(1, 2, 3, 1/2, 1/3),
    interpolated_scale_aspect_ratio=1, reduce_boxes_in_lowest_layer=True); MediaPipe's SsdAnchorsCalculator
    with strides 16, 32, 64, 128, 256, 512 gives the same. The ratios stand in the order of the published
    pipeline configurations, 1, 2, 1/2, 3, 1/3.
    """
    scales = [MIN_SCALE + (MAX_SCALE - MIN_SCALE) * i / (len(STRIDES) - 1) for i in range(len(STRIDES))] + [1.0]
    parts = []
    for i, stride in enumerate(STRIDES):
        between = (math.sqrt(scales[i] * scales[i + 1]), 1.0)
        shapes = LOWEST if i == 0 else (*((scales[i], ratio) for ratio in RATIOS), between)
        parts.append(_grid((math.ceil(size[0] / stride), math.ceil(size[1] / stride)), shapes, size))
    anchors = np.concatenate(parts).astype(np.float32)
    anchors.flags.writeable = False
    return anchors


def _grid(cells: Size, shapes: tuple[tuple[float, float], ...], size: Size) -> np.ndarray:
    """Return the boxes of all shapes (scale, ratio) at the middle of every cell, row by row, cell by cell."""
    shorter = min(size)  # the generator's base anchor is 1 x 1 of the shorter side
    sides = np.array([[s / math.sqrt(r) * shorter / size[0], s * math.sqrt(r) * shorter / size[1]] for s, r in shapes])
    y, x = ((np.arange(n) + 0.5) / n for n in cells)
    centres = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 1, 2)
    centres, sides = np.broadcast_arrays(centres, sides[None])
    return np.concatenate([centres, sides], axis=-1).reshape(-1, 4)
