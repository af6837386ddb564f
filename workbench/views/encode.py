"""Encode (H, W, 3) uint8 RGB pictures for a browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from workbench.errors import InvalidValue

Kind = Literal["jpeg", "png"]
MOVING_HEIGHT = 540  # more than a pane of a notebook shows


def jpeg(image: np.ndarray, quality: int = 85) -> bytes:
    """Encode as JPEG: small and quick, for pictures that move."""
    return _encode(image, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality])


def png(image: np.ndarray) -> bytes:
    """Encode as PNG: every pixel exact, for pictures that stand still. The fastest level of compression."""
    return _encode(image, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 1])


def data_uri(encoded: bytes, kind: Kind) -> str:
    """Return encoded bytes as an address an `<img>` in a self-contained page can show."""
    return f"data:image/{kind};base64,{base64.b64encode(encoded).decode('ascii')}"


def encode_all(images: Sequence[np.ndarray], *, exact: bool) -> tuple[list[bytes], str]:
    """Encode pictures and name their MIME type: exact as PNG, else as JPEG, at most MOVING_HEIGHT high."""
    if exact:
        return [png(image) for image in images], "image/png"
    return [jpeg(lower(image, MOVING_HEIGHT)) for image in images], "image/jpeg"


def lower(image: np.ndarray, height: int) -> np.ndarray:
    """Return a picture at most `height` pixels high, its shape kept."""
    if image.shape[0] <= height:
        return image
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _encode(image: np.ndarray, extension: str, options: list[int]) -> bytes:
    # cv2 would take 0..1 floats, write a nearly black file and report success
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise InvalidValue(f"only (H, W, 3) uint8 RGB can be encoded; got {image.shape} {image.dtype}")
    done, encoded = cv2.imencode(extension, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise InvalidValue(f"OpenCV cannot encode a {image.shape} picture as {extension}; is a side too long?")
    return encoded.tobytes()
