"""The real frames of a case: two splits that share no picture, and files made from them without inventing a pixel.

Tuning: sample:skimage (the colour photos), the first ten of sample:imagenet-20, the clip carphone.
Held out: the last ten of sample:imagenet-20, sample:faces-6, the clips bikes and bigbuckbunny.
From each photo come crops as JPEG with 4:2:0 chroma, copies with an EXIF orientation (the JPEG's bytes as they are,
a tag put in), and PNG files with transparency.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from workbench import sample_path
from workbench.cache import cache_dir

SKIMAGE = ("astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "ihc.png", "retina.jpg", "rocket.jpg")
CROPS = ((427, 500), (300, 480), (500, 333), (360, 480), (512, 288), (401, 467))  # height, width in pixels
ORIENTATIONS = (1, 6, 8, 3, 2, 5)
QUALITY = 92


@dataclass(frozen=True)
class Split:
    """The photos and clips of one split."""

    photos: tuple[Path, ...]
    clips: tuple[Path, ...]


@dataclass(frozen=True)
class Shots:
    """The frames of one case: picture files, or places in a clip."""

    paths: tuple[Path, ...] = ()
    clip: Path | None = None
    indices: tuple[int, ...] = ()
    orientations: tuple[int, ...] = ()


@cache
def split(name: str) -> Split:
    """Return the photos and clips of "tuning" or "heldout"."""
    imagenet = tuple(sorted(sample_path("imagenet-20/").glob("*.jpg")))
    bikes = sample_path("bikes/")
    if name == "tuning":
        skimage = tuple(sample_path("skimage/") / file for file in SKIMAGE)
        return Split(skimage + imagenet[:10], (bikes / "carphone_pristine.mp4",))
    faces = tuple(sorted(sample_path("faces-6/").glob("*.jpg")))
    return Split(imagenet[10:] + faces, (bikes / "bikes.mp4", bikes / "bigbuckbunny.mp4"))


def draw_shots(rng: np.random.Generator, split_name: str, kind: str, count: int = 4) -> Shots:
    """Return `count` frames of a split; kind: "photo", "jpeg", "exif", "alpha" or "clip"."""
    chosen = split(split_name)
    if kind == "clip":
        clip = chosen.clips[rng.integers(len(chosen.clips))]
        start, step = int(rng.integers(4, 40)), int(rng.integers(5, 12))
        return Shots(clip=clip, indices=tuple(start + step * i for i in range(count)))
    photos = [chosen.photos[i] for i in rng.permutation(len(chosen.photos))[:count]]
    crops = [CROPS[i] for i in rng.integers(len(CROPS), size=count)]
    if kind == "exif":
        turns = tuple(int(o) for o in rng.permutation(ORIENTATIONS)[:count])
        paths = (oriented(cropped(p, c), o) for p, c, o in zip(photos, crops, turns, strict=True))
        return Shots(paths=tuple(paths), orientations=turns)
    if kind == "alpha":
        return Shots(paths=tuple(transparent(p, c) for p, c in zip(photos, crops, strict=True)))
    as_they_are = kind == "photo" and rng.random() < 0.5
    return Shots(paths=tuple(p if as_they_are else cropped(p, c) for p, c in zip(photos, crops, strict=True)))


def cropped(photo: Path, size: tuple[int, int]) -> Path:
    """Return the middle of a photo, at most `size` (height, width), as a JPEG with 4:2:0 chroma."""

    def write(target: Path) -> None:
        _middle(photo, size).save(target, "JPEG", quality=QUALITY, subsampling="4:2:0")

    return _made(f"{photo.stem}_{size[0]}x{size[1]}.jpg", write)


def oriented(jpeg: Path, orientation: int) -> Path:
    """Return the JPEG with its EXIF orientation set; its coded pixels stay byte for byte."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    segment = b"\xff\xe1" + struct.pack(">H", 2 + 6 + len(tiff)) + b"Exif\0\0" + tiff

    def write(target: Path) -> None:
        data = jpeg.read_bytes()
        target.write_bytes(data[:2] + segment + data[2:])

    return _made(f"{jpeg.stem}_turn{orientation}.jpg", write)


def transparent(photo: Path, size: tuple[int, int]) -> Path:
    """Return the middle of a photo as a PNG, opaque in the middle and transparent towards its corners."""

    def write(target: Path) -> None:
        picture = _middle(photo, size)
        y, x = np.mgrid[-1 : 1 : picture.height * 1j, -1 : 1 : picture.width * 1j]
        opacity = np.clip(1.8 - 1.5 * np.hypot(y, x), 0, 1)
        picture.putalpha(Image.fromarray(np.rint(opacity * 255).astype(np.uint8)))
        picture.save(target, "PNG")

    return _made(f"{photo.stem}_{size[0]}x{size[1]}_alpha.png", write)


def _middle(photo: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(photo) as opened:
        picture = opened.convert("RGB")
    height, width = min(size[0], picture.height), min(size[1], picture.width)
    top, left = (picture.height - height) // 2, (picture.width - width) // 2
    return picture.crop((left, top, left + width, top + height))


def _made(name: str, write: Callable[[Path], None]) -> Path:
    """Return the file `name` of the cache, written by `write` where it is not there yet."""
    target = cache_dir() / "benchmarks" / "faults" / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{os.getpid()}_{name}")
        write(draft)
        draft.replace(target)
    return target
