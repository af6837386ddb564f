"""Write text on pictures, in any script the machine has a font for.

Pillow draws it: `cv2.putText` knows only ASCII in OpenCV 4 and gives other pixels in OpenCV 5.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workbench.readable import one_line

Corner = Literal["top left", "top right", "bottom left", "bottom right"]

# Families with Chinese, Japanese or Korean glyphs, tried in this order for what DejaVu Sans cannot write.
_WIDE_FAMILIES = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Hiragino Sans",
    "PingFang SC",
    "Yu Gothic",
    "Microsoft YaHei",
    "Arial Unicode MS",
)


def overlay(
    image: np.ndarray, lines: Sequence[str], *, corner: Corner = "top left", size: int | None = None
) -> np.ndarray:
    """Return (H, W, 3) uint8 `image` with `lines` of text on a dark box in a corner.

    Text is white on 70% black, legible on any picture; `size` is the letter height in pixels (H / 20 unless
    given, 11 at least). A line too wide for the picture is shortened with an ellipsis.
    """
    size = size or max(11, image.shape[0] // 20)
    pad = max(2, size // 3)
    room = image.shape[1] - 4 * pad
    shown = [shortened(line, room, size) for line in lines]
    step = round(size * 1.35)
    width = max((_width(line, size) for line in shown), default=0) + 2 * pad
    height = step * len(shown) + pad
    left = pad if "left" in corner else image.shape[1] - width - pad
    top = pad if "top" in corner else image.shape[0] - height - pad

    picture = Image.fromarray(image).convert("RGBA")
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    if shown:
        pen.rounded_rectangle((left, top, left + width, top + height), radius=pad, fill=(0, 0, 0, 178))
    for row, line in enumerate(shown):
        spot = (left + pad, top + pad // 2 + row * step)
        pen.text(spot, line, font=_font(line, size), fill=(255, 255, 255, 255))
    return np.asarray(Image.alpha_composite(picture, layer).convert("RGB"))


def shortened(line: str, room: float, size: int) -> str:
    """Return a label as one line at most `room` pixels wide in letters of `size`, with an ellipsis where it was cut."""
    line = one_line(" ".join(line.split()))  # a label may hold line breaks; a line may not
    if _width(line, size) <= room:
        return line
    fitting = bisect_right(range(1, len(line)), room, key=lambda letters: _width(line[:letters] + "…", size))
    return line[:fitting].rstrip() + "…"


def _width(line: str, size: int) -> float:
    return _font(line, size).getlength(line)


def _font(line: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_for(line), size)


def font_for(text: str) -> str:
    """Return the font file that has every character of `text`: DejaVu Sans, or a system's."""
    return _font_file(frozenset(character for character in text if ord(character) > 0x24F))


@cache
def wide_families() -> dict[str, str]:
    """Return the installed font families with Chinese, Japanese or Korean glyphs, and their files."""
    from matplotlib.font_manager import fontManager

    installed = {entry.name: entry.fname for entry in fontManager.ttflist}
    return {name: installed[name] for name in _WIDE_FAMILIES if name in installed}


@lru_cache(maxsize=512)
def _font_file(needed: frozenset[str]) -> str:
    """Return the font file that has all of `needed`: DejaVu Sans, which matplotlib brings, or a system's."""
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    own = str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
    if not needed:
        return own
    for path in (own, *wide_families().values()):
        known = FT2Font(path).get_charmap()
        if all(ord(character) in known for character in needed):
            return path
    return own  # draws an empty box for what no font here can write
