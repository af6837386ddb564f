"""The zoo's pictures: digits, digits written on photos, and parts of photos; to learn from and to be asked about.

The pictures are larger than the networks' inputs, so that the way of resizing matters. What a network learned from and
what it is asked about lie apart: other digits, other parts of the photos. The networks kept aside see other photos than
those for tuning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from workbench import open_frames
from workbench.cache import cache_dir
from workbench.samples.catalogue import Catalogue
from workbench.samples.fetch import Fetcher

DOMAINS = {"digits": 0.2, "digits_on_photos": 0.3, "scenes": 0.5}  # with the share of the networks
HELD = 4  # one in so many of a photo's tiles, and of the digits, is held out: no network learns from it
LONGEST = 640  # pixels; larger photos are shrunk to it, so that a part of one shows more than skin or sky
ROOM = 16  # pixels by which a picture moves inside its tile: the crops of training
FIRST_KEPT_ASIDE = 1000
Shape = tuple[int, int]  # height, width in pixels


@dataclass(frozen=True)
class Pictures:
    """Pictures (N, H, W, 3) uint8 RGB with their class indices (N,), to learn from and held out."""

    learned: np.ndarray
    learned_truth: np.ndarray
    held: np.ndarray
    held_truth: np.ndarray
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Tile:
    """A rectangle of one photo, ROOM pixels larger than a picture."""

    photo: np.ndarray
    top: int
    left: int

    def crop(self, shape: Shape, rng: np.random.Generator) -> np.ndarray:
        """Return a picture of that shape from a random place inside the tile."""
        top, left = self.top + rng.integers(ROOM + 1), self.left + rng.integers(ROOM + 1)
        return self.photo[top : top + shape[0], left : left + shape[1]]


def folder() -> Path:
    """Return where the zoo is kept."""
    return cache_dir() / "benchmarks" / "zoo"


def make_pictures(seed: int, domain: str, shape: Shape, *, learned: int = 2000, held: int = 160) -> Pictures:
    """Return the pictures of one domain, the same for the same arguments."""
    rng = np.random.default_rng([seed, 1])
    chosen = {"digits": _digits, "digits_on_photos": _digits_on_photos, "scenes": _scenes}[domain]
    return chosen(seed, shape, (learned, held), rng)


def other_domain(seed: int, domain: str, count: int) -> np.ndarray:
    """Return `count` pictures (N, H, W, 3) that have nothing to do with `domain`.

    Parts of photos for a network that reads digits; photos with digits written on them for one that knows photos by
    their parts: the same photos' colours, half of them inverted.
    """
    other = "digits_on_photos" if domain == "scenes" else "scenes"
    return make_pictures(seed + 5000 * (1 if seed < FIRST_KEPT_ASIDE else 2), other, (112, 128), held=count).held


def _digits(seed: int, shape: Shape, counts: tuple[int, int], rng: np.random.Generator) -> Pictures:
    del seed

    def picture(digit: np.ndarray) -> np.ndarray:
        return np.repeat(_written(digit, shape, rng)[..., None], 3, axis=2)

    return _of_digits(picture, picture, counts, rng)


def _digits_on_photos(seed: int, shape: Shape, counts: tuple[int, int], rng: np.random.Generator) -> Pictures:
    """|photo - digit| in each channel, as MNIST-M is made (Ganin and Lempitsky 2015, section 4.2)."""
    names = _photos(seed)
    tiles = [_tiles(names[name], shape, rng) for name in names]
    learned = [tile for of_one, _ in tiles for tile in of_one]
    held = [tile for _, of_one in tiles for tile in of_one]

    def on(tiles: list[Tile], digit: np.ndarray) -> np.ndarray:
        return cv2.absdiff(
            tiles[rng.integers(len(tiles))].crop(shape, rng), np.repeat(_written(digit, shape, rng)[..., None], 3, 2)
        )

    return _of_digits(lambda digit: on(learned, digit), lambda digit: on(held, digit), counts, rng)


def _scenes(seed: int, shape: Shape, counts: tuple[int, int], rng: np.random.Generator) -> Pictures:
    """Which photo is this a part of? Some photos, cut into tiles; each tile is learned from or held out as a whole."""
    photos = _photos(seed)
    names = [name for name, photo in photos.items() if min(_grid(photo, shape)) >= 2]
    chosen = sorted(rng.choice(names, size=rng.integers(4, 8), replace=False).tolist())
    tiles = [_tiles(photos[name], shape, rng) for name in chosen]
    sets = []
    for which, count in enumerate(counts):
        truth = rng.integers(len(chosen), size=count)
        mine = [tiles[label][which] for label in truth]
        sets += [np.stack([of_one[rng.integers(len(of_one))].crop(shape, rng) for of_one in mine]), truth]
    return Pictures(*sets, labels=tuple(chosen))


def _of_digits(learned, held, counts: tuple[int, int], rng: np.random.Generator) -> Pictures:
    """Make the pictures out of digits by two functions of one digit (28, 28)."""
    digits, truth = _all_digits()
    order = rng.permutation(len(digits))
    cut = len(digits) // HELD
    mine = order[cut:][: counts[0]], order[:cut][: counts[1]]
    made = [np.stack([make(digits[i]) for i in chosen]) for make, chosen in zip((learned, held), mine, strict=True)]
    return Pictures(made[0], truth[mine[0]], made[1], truth[mine[1]], labels=tuple("0123456789"))


def _written(digit: np.ndarray, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Return the digit (H, W), enlarged to 80-100% of the shorter side, at a random place on black."""
    side = int(min(shape) * rng.uniform(0.8, 1))
    top, left = rng.integers(shape[0] - side + 1), rng.integers(shape[1] - side + 1)
    canvas = np.zeros(shape, np.uint8)
    canvas[top : top + side, left : left + side] = cv2.resize(digit, (side, side), interpolation=cv2.INTER_CUBIC)
    return canvas


def _grid(photo: np.ndarray, shape: Shape) -> Shape:
    return photo.shape[0] // (shape[0] + ROOM), photo.shape[1] // (shape[1] + ROOM)


def _tiles(photo: np.ndarray, shape: Shape, rng: np.random.Generator) -> tuple[list[Tile], list[Tile]]:
    """Cut a photo into tiles, and share them out: to learn from, and one in HELD held out, spread over the photo."""
    rows, columns = _grid(photo, shape)
    kept, held = [], []
    first = int(rng.integers(HELD))
    for y, x in np.ndindex(rows, columns):
        apart = (x + 2 * y + first) % HELD == 0 if rows * columns >= HELD else (x, y) == (0, 0)
        (held if apart else kept).append(Tile(photo, y * (shape[0] + ROOM), x * (shape[1] + ROOM)))
    return kept, held


@cache
def _all_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the digits (5000, 28, 28) uint8 and which they are (5000,); fetched once."""
    text = Path(__file__).with_name("digits.toml").read_text(encoding="utf-8")
    Fetcher(folder() / "samples", catalogue=Catalogue.from_toml(text)).fetch("digits")
    table = pd.read_csv(folder() / "samples" / "digits" / "mnist_5k.csv.gz", header=None).to_numpy(np.uint8)
    return table[:, :-1].reshape(-1, 28, 28), table[:, -1].astype(np.int64)


def _photos(seed: int) -> dict[str, np.ndarray]:
    """Return the photos in colour of the tuning half or of the half kept aside, by name."""
    return _kept_aside() if seed >= FIRST_KEPT_ASIDE else _tuning()


@cache
def _tuning() -> dict[str, np.ndarray]:
    frames = {"sample:bikes/bigbuckbunny.mp4": [0, 50, 100]}
    return _read({"sample:skimage": range(13), "sample:imagenet-20": range(10), **frames})


@cache
def _kept_aside() -> dict[str, np.ndarray]:
    return _read({"sample:imagenet-20": range(10, 20), "sample:faces-6": range(6), "sample:bikes": range(0, 250, 50)})


def _read(places: dict[str, range | list[int]]) -> dict[str, np.ndarray]:
    found = {}
    for origin, indices in places.items():
        frames = open_frames(origin)
        for index in indices:
            photo = frames[index].image
            scale = min(1, LONGEST / max(photo.shape))
            if (photo[..., 0] != photo[..., 2]).any():  # the gray ones of skimage say nothing about colour
                name = f"{origin.removeprefix('sample:')} {index}"
                found[name] = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return found
