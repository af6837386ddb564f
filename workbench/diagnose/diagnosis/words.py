"""What differs between training and serving, as a person would say it: one clause for each slot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workbench.models.contract import intervals

COLORS = {
    "rgb": "RGB", "bgr": "BGR", "gray": "gray", "gray3": "gray in three channels",
    "gray_bgr": "gray with the weights of red and blue exchanged",
}  # fmt: skip
RANGES = {
    "raw": "levels 0..255 as they are",
    "unit": "x / 255",
    "unit256": "x / 256",
    "double_unit": "x / 255 / 255",
    "symmetric": "x / 127.5 - 1",
    "centered": "(x - 127) / 128",
    "torch": "x / 255 less ImageNet's mean, over its std",
    "torch_swapped": "x / 255 by ImageNet's mean and std with those of red and blue exchanged",
    "caffe": "x less the Caffe means",
    "caffe_swapped": "x less the Caffe means with those of red and blue exchanged",
    "per_image": "each picture standardized",
}
FITS = {
    "stretch": "stretches the whole picture",
    "center_crop": "cuts out the centre",
    "resize_crop": "resizes, then cuts out the centre",
    "letterbox": "letterboxes",
    "letterbox_corner": "letterboxes into the corner",
}
NOUNS = {
    "color": "the colour", "range": "the range", "resize": "the resize", "fit": "the fit", "size": "the size",
    "dtype": "the dtype", "decode": "the decoder", "crop_fraction": "the crop",
    "exif": "the EXIF orientation", "rotate": "the rotation",
}  # fmt: skip
NEARLY = 0.005  # of a range's width: one and a quarter levels of 255, what rounded means differ by
AVERAGES = ("aa", "area", "pil.box", "pil.bilinear", "pil.bicubic", "pil.lanczos", "pil.hamming")  # ends of names


def clause(slot: str, training: Any, serving: Any) -> str:
    """Return what the serving function does otherwise in one slot, as a clause whose subject it is."""
    special = CLAUSES.get(slot)
    return special(training, serving) if special else f"has {slot} {plain(serving)} instead of {plain(training)}"


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence lists them: a, b and c."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def noun(slot: str) -> str:
    """Return what a person calls a slot; several, joined by +, one by one."""
    return listed([NOUNS.get(part.strip(), part.strip()) for part in slot.split("+")])


def plain(value: Any) -> str:
    """Write a choice: a size as height x width, anything else as it is."""
    return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def antialiased(resize: str) -> bool:
    """Tell whether a resize widens its kernel, or takes means, when it makes a picture smaller."""
    return resize.endswith(AVERAGES)


def _crop(training: float, serving: float) -> str:
    def taken(share: float) -> str:
        return "the whole picture" if share == 1 else f"the central {share:.1%}".replace(".0%", "%")

    return f"takes {taken(serving)} where training took {taken(training)}"


def _numbers(name: str) -> str:
    """Return what a range does in words; of one that is not in the catalogue, also the one it is nearly."""
    if name in RANGES:
        return RANGES[name]
    fed = intervals.levels(name)
    near = [known for known in RANGES if known != "per_image" and _apart(intervals.levels(known), fed) < NEARLY]
    return f"nearly {RANGES[near[0]]}" if near else name


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max() / np.ptp(a))


def _color(training: str, serving: str) -> str:
    return f"gives {COLORS[serving]} where the model was trained on {COLORS[training]}"


def _range(training: str, serving: str) -> str:
    fed, wanted = _numbers(serving), _numbers(training)
    twice = "scales twice: it " if serving == "double_unit" else ""
    return f"{twice}feeds {fed} where the model was trained on {wanted}"


def _resize(training: str, serving: str) -> str:
    names = f"({serving} for {training})"
    if antialiased(training) and not antialiased(serving):
        return f"does not antialias its resize {names}"
    if antialiased(serving) and not antialiased(training):
        return f"antialiases its resize {names}"
    return f"resizes by {serving} instead of {training}"


def _fit(training: str, serving: str) -> str:
    return f"{FITS[serving]} where training {FITS[training]}"


def _size(training: Any, serving: Any) -> str:
    if training is None:
        return f"resizes to {plain(serving)} before a model that takes pictures of any size"
    if serving is None:
        return f"does not resize to {plain(training)}"
    if serving == training[::-1]:
        return f"exchanges height and width ({plain(serving)} for {plain(training)})"
    return f"makes {plain(serving)} where the model takes {plain(training)}"


def _dtype(training: str, serving: str) -> str:
    return f"hands over {serving} where the model takes {training}"


def _exif(training: str, serving: str) -> str:
    del training
    return (
        "ignores the EXIF orientation" if serving == "ignore" else "applies the EXIF orientation, and training did not"
    )


def _decode(training: str, serving: str) -> str:
    return f"decodes by {serving} where training decoded by {training}"


CLAUSES: dict[str, Callable[[Any, Any], str]] = {
    "color": _color, "range": _range, "resize": _resize, "fit": _fit, "size": _size, "dtype": _dtype, "exif": _exif,
    "decode": _decode, "crop_fraction": _crop,
}  # fmt: skip
