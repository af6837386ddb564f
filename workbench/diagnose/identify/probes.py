"""The probe images: small pictures that decide what photos may leave open. Written once into the cache folder."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from workbench.cache import cache_dir
from workbench.whole_file import whole_file

FOLDER = "probes-1"  # the number goes up when a probe changes
ORIENTATION = 0x0112


def probe_images() -> list[Path]:
    """Return the probe images, written into the cache folder if they are not there yet; the same bytes every time.

    Primaries; an asymmetric F in each of the eight EXIF orientations (JPEG); a zone plate; stripes of one pixel in
    chroma alone (JPEG, 4:2:0); a half-transparent picture (PNG); ramps; a bordered grid at 1:1, 16:9 and 9:16; and
    hard edges, at which cubic kernels overshoot.
    """
    folder = cache_dir() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PROBES.items():
        if not (folder / name).exists():
            with whole_file(folder / name) as file:
                file.write(make())
    return [folder / name for name in PROBES]


def _primaries() -> bytes:
    """Red, green, blue, their complements, black and gray, in fields of unlike sizes over a gentle texture."""
    image = np.zeros((300, 400, 3), np.uint8)
    colors = [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (0, 255, 255),
        (255, 0, 255),
        (255, 255, 0),
        (20, 20, 20),
        (190, 128, 64),
    ]
    for n, color in enumerate(colors):
        row, column = divmod(n, 4)
        image[row * 130 : row * 170 + 130, column * 100 : column * 100 + 100] = color
    return _png(image)


def _letter(orientation: int) -> Callable[[], bytes]:
    def make() -> bytes:
        picture = Image.fromarray(_texture(320, 240))
        draw = ImageDraw.Draw(picture)
        draw.polygon(
            [
                (60, 40),
                (200, 40),
                (200, 90),
                (110, 90),
                (110, 140),
                (170, 140),
                (170, 185),
                (110, 185),
                (110, 290),
                (60, 290),
            ],
            fill=(235, 60, 40),
        )
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=92, subsampling="4:2:0", exif=exif)
        return file.getvalue()

    return make


def _zone_plate() -> bytes:
    """cos(k r^2) in each channel about its own centre: every frequency in every direction."""
    y, x = np.mgrid[0:420, 0:420].astype(np.float64)
    centres = ((210, 210), (150, 260), (280, 170))
    planes = [127.5 + 127.5 * np.cos(((x - cx) ** 2 + (y - cy) ** 2) * np.pi / 420) for cx, cy in centres]
    return _png(np.rint(np.stack(planes, axis=-1)).astype(np.uint8))


def _chroma() -> bytes:
    """Stripes of one pixel that differ in chroma only, with blocks of colour between."""
    image = np.empty((256, 256, 3), np.uint8)
    image[:, 0::2], image[:, 1::2] = (200, 90, 60), (40, 140, 200)
    image[96:160, 0:256] = np.where(np.arange(64)[:, None, None] % 2, (220, 40, 120), (30, 150, 90))
    image[200:, 100:180] = (250, 20, 20)
    image[20:70, 60:110] = _texture(50, 50)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=88, subsampling="4:2:0")
    return file.getvalue()


def _transparent() -> bytes:
    image = _texture(260, 340)
    alpha = np.tile(np.linspace(0, 255, 340), (260, 1))
    alpha[60:120, 200:300] = 40
    return _png(np.dstack([image, np.rint(alpha).astype(np.uint8)]))


def _ramps() -> bytes:
    """Every level of each channel, in steps wide enough to survive a resize to a quarter."""
    levels = np.repeat(np.arange(256, dtype=np.uint8), 4)
    image = np.zeros((288, 1024, 3), np.uint8)
    for channel in range(3):
        image[channel * 72 : channel * 72 + 72, :, channel] = levels if channel != 1 else levels[::-1]
    image[216:] = levels[:, None]
    return _png(image)


def _grid(height: int, width: int) -> Callable[[], bytes]:
    def make() -> bytes:
        image = _texture(height, width)
        image[::24], image[:, ::24] = (240, 240, 240), (10, 10, 10)
        image[:4], image[-4:], image[:, :4], image[:, -4:] = (255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 0)
        return _png(image)

    return make


def _edges() -> bytes:
    """Black and white in bars and dots of unlike sizes: a cubic kernel goes below 0 and above 255 beside them."""
    rng = np.random.default_rng(4)
    blocks = rng.integers(0, 2, (45, 60, 3), dtype=np.uint8) * 255
    return _png(np.kron(blocks, np.ones((7, 7, 1), np.uint8)))


def _texture(height: int, width: int) -> np.ndarray:
    """Return a smooth, unsymmetric texture (H, W, 3) uint8: a few waves of unlike direction in each channel."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [
        np.sin(x / 9.1 + y / 31.7) + np.cos(y / 7.3 - x / 47.0),
        np.sin(x / 13.9 - y / 11.3) + np.cos(x / 29.0 + 1.1),
        np.sin(y / 17.7 + x / 5.9) + np.cos(y / 41.0 + x / 23.0),
    ]
    return np.rint(127.5 + 50 * np.stack(waves, axis=-1)).astype(np.uint8)


def _png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


PROBES: dict[str, Callable[[], bytes]] = {
    "primaries.png": _primaries,
    **{f"orientation_{n}.jpg": _letter(n) for n in range(1, 9)},
    "zone_plate.png": _zone_plate,
    "chroma.jpg": _chroma,
    "transparent.png": _transparent,
    "ramps.png": _ramps,
    "grid_1x1.png": _grid(300, 300),
    "grid_16x9.png": _grid(270, 480),
    "grid_9x16.png": _grid(480, 270),
    "edges.png": _edges,
}
