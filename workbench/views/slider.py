"""A frame slider that needs no kernel, no script and no style sheet: for reports, which forbid scripts.

It is a row of pictures that scrolls and snaps to each: by swipe, wheel, scroll bar or, once focused, the arrow
keys. Only inline styles are used, so it stays whole where a page keeps nothing else of foreign HTML; where even
these are dropped, the pictures stand one below the other.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from workbench.errors import InvalidValue
from workbench.views.drawing import fit
from workbench.views.encode import data_uri, jpeg
from workbench.views.markup import Markup

_TRACK = (
    "display:flex; gap:12px; overflow-x:auto; scroll-snap-type:x mandatory; padding-bottom:10px; margin-top:6px; "
    "border-radius:4px"
)
_STOP = "flex-grow:0; flex-shrink:0; scroll-snap-align:start; margin:0"
_WORDS = "display:flex; justify-content:space-between; gap:16px; padding-top:6px; font-size:13px; text-align:left"


def frame_slider(
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    *,
    title: str = "Frames",
    max_frames: int = 24,
    within: tuple[int, int] = (240, 720),
) -> Markup:
    """Return pictures (H, W, 3) uint8 RGB as a slider of pure HTML, JPEG inside, captions escaped.

    At most `max_frames` of them, spread evenly from the first to the last, each shrunk to fit the
    height and width `within`: with the defaults below 2 MB of page, for photos usually a quarter of that.

    Raises:
        InvalidValue: no picture, or not one caption a picture.
    """
    if not len(images) or len(images) != len(captions):
        raise InvalidValue(
            f"a slider takes one caption a picture and at least one; got {len(images)} and {len(captions)}"
        )
    kept = sorted({round(i) for i in np.linspace(0, len(images) - 1, min(max_frames, len(images)))})
    stops = "".join(
        _stop(_shrink(images[place], *within), captions[place], f"{turn} of {len(kept)}")
        for turn, place in enumerate(kept, start=1)
    )
    name = html.escape(title, quote=True)
    hint = "" if len(kept) == 1 else f" <small>{len(kept)} frames, scroll or use the arrow keys</small>"
    return Markup(
        f'<div class="wb-frames"><strong>{name}</strong>{hint}'
        f'<div role="group" tabindex="0" aria-label="{name}: scroll sideways" style="{_TRACK}">{stops}</div></div>',
        f"{title}: a slider of {len(kept)} frames",
    )


def _stop(image: np.ndarray, caption: str, place: str) -> str:
    words, (height, width) = html.escape(caption, quote=True), image.shape[:2]
    return (
        f'<figure style="{_STOP}; width:{width}px; max-width:100%">'
        f'<img src="{data_uri(jpeg(image), "jpeg")}" alt="{words}" width="{width}" height="{height}" '
        'style="display:block; max-width:100%; height:auto; border-radius:4px; margin:0">'
        f'<figcaption style="{_WORDS}"><span>{words}</span><span style="white-space:nowrap; opacity:0.7">{place}</span>'
        "</figcaption></figure>"
    )


def _shrink(image: np.ndarray, height: int, width: int) -> np.ndarray:
    large = image.shape[0] > height or image.shape[1] > width
    return fit(image, height=height, width=width) if large else image
