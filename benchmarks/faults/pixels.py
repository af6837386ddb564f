"""What is done to decoded pixels before they are resized: slips, turns, colour."""

from __future__ import annotations

import cv2
import numpy as np

from faults.steps import Serving

CODES = {
    ("rgb", "bgr"): cv2.COLOR_RGB2BGR, ("bgr", "rgb"): cv2.COLOR_BGR2RGB,
    ("rgb", "gray"): cv2.COLOR_RGB2GRAY, ("bgr", "gray"): cv2.COLOR_BGR2GRAY,
    ("rgb", "gray_bgr"): cv2.COLOR_BGR2GRAY, ("bgr", "gray_bgr"): cv2.COLOR_RGB2GRAY,
}  # fmt: skip
# ITU-R BT.601 and BT.709: the luma weights of red and blue, from which Y'CbCr follows
LUMA = {"601": (0.299, 0.114), "709": (0.2126, 0.0722)}
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def edited(image: np.ndarray, s: Serving, takes: str) -> np.ndarray:
    """Return the picture (H, W, 3) uint8 with the slips that happen to decoded pixels."""
    if s.roi:
        top, left, height, width = s.roi
        image = image[top : top + height, left : left + width]
    if s.mirror:
        image = cv2.flip(image, 1)
    if s.flip:
        image = cv2.flip(image, 0)
    if s.gamma:
        image = _gamma_table(s.gamma)[image]
    if s.matrix in ("to709", "to601"):
        image = _other_matrix(image, s.matrix.removeprefix("to"), takes)
    if s.video_range in ("expand", "squeeze"):
        image = _range_table(s.video_range)[image]
    return image


def turned(image: np.ndarray, degrees: int) -> np.ndarray:
    """Return the picture turned clockwise."""
    return cv2.rotate(image, TURNS[degrees]) if degrees else image


def in_color(image: np.ndarray, takes: str, color: str) -> np.ndarray:
    """Return the picture (H, W, C) in the tensor's channels."""
    if color == takes:
        return np.ascontiguousarray(image)
    if color == "gray3":
        gray = cv2.cvtColor(np.ascontiguousarray(image), CODES[takes, "gray"])
        return cv2.merge([gray, gray, gray])
    done = cv2.cvtColor(np.ascontiguousarray(image), CODES[takes, color])
    return done[:, :, None] if done.ndim == 2 else done


def _table(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _gamma_table(kind: str) -> np.ndarray:
    """IEC 61966-2-1: sRGB to linear light, and back; "power": the usual approximation x ** 2.2."""
    x = np.arange(256) / 255
    if kind == "linear":
        return _table(255 * np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4))
    if kind == "encoded":
        return _table(255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055))
    return _table(255 * x**2.2)


def _range_table(kind: str) -> np.ndarray:
    """Limited range is 16..235 (ITU-R BT.601, 8 bits): stretched to 0..255 once more, or 0..255 pressed into it."""
    x = np.arange(256.0)
    return _table((x - 16) * 255 / 219 if kind == "expand" else x * 219 / 255 + 16)


def _other_matrix(image: np.ndarray, read_as: str, takes: str) -> np.ndarray:
    """Y'CbCr made with one matrix and turned back into RGB with the other, `read_as`."""
    written = "601" if read_as == "709" else "709"
    matrix = np.linalg.inv(_to_ycc(*LUMA[read_as])) @ _to_ycc(*LUMA[written])
    matrix = matrix[::-1, ::-1] if takes == "bgr" else matrix
    return _table(image.astype(np.float64) @ matrix.T)


def _to_ycc(red: float, blue: float) -> np.ndarray:
    luma = np.array((red, 1 - red - blue, blue))
    return np.stack([luma, (np.array((0, 0, 1)) - luma) / (2 - 2 * blue), (np.array((1, 0, 0)) - luma) / (2 - 2 * red)])
