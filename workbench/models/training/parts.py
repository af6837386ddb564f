"""Labelled pictures out of unlabelled photos: which photo is this a part of?

The surrogate classes of Dosovitskiy et al., Discriminative Unsupervised Feature Learning with Convolutional Neural
Networks, 2014: each photo is a class, and parts of it are its pictures. The pixels are the photos' own; what is asked
is a matter of colour and texture, so that the way of resizing counts for more than with shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidValue

HELD = 4  # one in so many tiles of a photo is held out


@dataclass(frozen=True, eq=False)
class Parts:
    """Square parts of photos, to learn from and held out: no pixel is in both."""

    learned: np.ndarray  # (N, side, side, 3) uint8 RGB, from random places, which may overlap
    learned_truth: np.ndarray  # (N,) int64 the number of the photo
    held: np.ndarray  # (M, side, side, 3) uint8 RGB, tiles that share no pixel
    held_truth: np.ndarray  # (M,) int64


def cut_parts(photos: Sequence[np.ndarray], *, side: int, learned: int, seed: int) -> Parts:
    """Cut photos into parts.

    Each photo is laid out in tiles. One in HELD, spread over the photo, is held out whole; the parts to learn from
    come from random places that touch no tile held out.

    Args:
        photos: (H, W, 3) uint8 RGB arrays.
        side: height and width of a part in pixels.
        learned: how many parts to learn from, shared out evenly over the photos.
        seed: of the places.

    Raises:
        InvalidValue: fewer than two photos, or one smaller than 4 x 4 tiles.
    """
    if len(photos) < 2:
        raise InvalidValue(f"parts are told apart by their photo: give two photos or more; got {len(photos)}")
    rng = np.random.default_rng(seed)
    shares = [learned // len(photos) + (number < learned % len(photos)) for number in range(len(photos))]
    learnt, held = [], []
    for number, (photo, share) in enumerate(zip(photos, shares, strict=True)):
        rows, columns = photo.shape[0] // side, photo.shape[1] // side
        if min(rows, columns) < 4:
            raise InvalidValue(
                f"photo {number} is {photo.shape[0]} x {photo.shape[1]}: 4 x 4 parts of {side} pixels do not fit; "
                "give smaller parts, or larger photos"
            )
        tiles = [(y, x) for y, x in np.ndindex(rows, columns) if (x + 2 * y + number) % HELD == 0]
        held.append(np.stack([_part(photo, y * side, x * side, side) for y, x in tiles]))
        learnt.append(_learned(photo, [(y * side, x * side) for y, x in tiles], side, share, rng))
    truth = [np.concatenate([np.full(len(of_one), i) for i, of_one in enumerate(each)]) for each in (learnt, held)]
    return Parts(np.concatenate(learnt), truth[0], np.concatenate(held), truth[1])


def _learned(
    photo: np.ndarray, held: list[tuple[int, int]], side: int, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return parts (count, side, side, 3) from random places, none of which touches a tile held out."""
    corners = np.array(held)
    found: list[np.ndarray] = []
    while len(found) < count:
        top, left = (int(rng.integers(length - side + 1)) for length in photo.shape[:2])
        if (np.abs(corners - (top, left)).max(axis=1) >= side).all():
            found.append(_part(photo, top, left, side))
    return np.array(found).reshape(-1, side, side, 3)


def _part(photo: np.ndarray, top: int, left: int, side: int) -> np.ndarray:
    return photo[top : top + side, left : left + side]
