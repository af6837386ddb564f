"""What becomes of transparency, by name."""

from __future__ import annotations

import numpy as np

from workbench.errors import unknown

ALPHA_RULES: dict[str, str] = {
    "drop": "transparency is ignored: the colours as the decoder's three-channel call hands them out "
    "(cv2.IMREAD_COLOR, PIL convert('RGB'), tf.io.decode_image(channels=3)). Those three agree on PNG, WebP and "
    "BMP; OpenCV multiplies the colours of an RGBA TIFF by alpha, which is `black`; the transparent pixels of a GIF "
    "keep their colour in Pillow, and take the GIF's background colour in OpenCV, black in TensorFlow.",
    "white": "laid over white: round(colour * a + 255 * (1 - a)), a = alpha / 255, in float32, halves to even.",
    "black": "laid over black: round(colour * a), a = alpha / 255, in float32, halves to even.",
}
BAND = 100_000  # pixels at a time: as floats a picture takes many times its memory
BACKGROUND = {"white": 255, "black": 0}


def check_alpha(rule: str) -> None:
    """Refuse an unknown rule."""
    if rule not in ALPHA_RULES:
        raise unknown("alpha rule", rule, ALPHA_RULES)


def drop_or_composite(color: np.ndarray, alpha: np.ndarray, rule: str, *, premultiplied: bool = False) -> np.ndarray:
    """Return (H, W, 3) uint8 from colours (H, W, 3) and alpha (H, W), both uint8.

    Args:
        color: the colours, in any channel order.
        alpha: 0 is transparent, 255 opaque.
        rule: a name of `ALPHA_RULES`.
        premultiplied: the colours have been multiplied by alpha before.
    """
    check_alpha(rule)
    if rule == "drop":
        return color
    laid = np.empty(color.shape, np.uint8)
    rows = max(1, BAND // color.shape[1])
    for top in range(0, len(color), rows):
        band = slice(top, top + rows)
        share = alpha[band, :, None].astype(np.float32) / np.float32(255)
        over = color[band].astype(np.float32) if premultiplied else color[band] * share
        laid[band] = np.clip(np.rint(over + np.float32(BACKGROUND[rule]) * (1 - share)), 0, 255)
    return laid
