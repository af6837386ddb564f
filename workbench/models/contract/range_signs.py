"""What the inside of a model says about `range`: scaling at its head, quantization, weights it was folded into."""

from __future__ import annotations

import numpy as np

from workbench.models.contract import intervals
from workbench.models.contract.operations import Head, Operation, formula
from workbench.models.contract.sign import Expectation
from workbench.models.model import TensorSpec
from workbench.recipes.ranges import CAFFE_MEAN, IMAGENET_MEAN

# A first layer of this gain makes next to nothing of numbers in [-1, 1]. Glorot's and He's initialization give about 1;
# the first layers of the trained samples have 0.2 to 6.5 on small numbers and 0.04 to 0.4 on levels 0..255, those of
# untrained keras.applications 0.2 to 1.5: 0.001 to 0.006 with 1/255 folded in, 0.004 to 0.024 with a std of 64 levels.
FOLDED = 0.025
MEANS = {"raw": (CAFFE_MEAN, tuple(255 * m for m in IMAGENET_MEAN)), "unit": (IMAGENET_MEAN,)}
# TensorFlow models, research/object_detection/g3doc/running_on_mobile_tensorflowlite.md
NORMALIZED = "normalized_input_image_tensor"
SAME_MEAN = 0.01  # relative


def range_signs(spec: TensorSpec, head: Head) -> list[Expectation]:
    """Return the signs for `range`, and for `color` where constants tell red from blue."""
    signs: list[Expectation] = []
    if spec.dtype in ("uint8", "int8"):
        signs += _stored(spec.dtype, spec.quantization, f"the input '{spec.name}'")
    if head.operations and not head.identity:
        signs += _inside(head)
    for operation in _quantizing(spec, head):
        signs += _stored("int8", operation.quantization, f"{operation.title} right after the input")
    if spec.name.startswith(NORMALIZED):
        text = f"the input is called '{spec.name}', as the Object Detection API's TFLite export calls one in [-1, 1]"
        signs.append(Expectation("range", ("symmetric",), text, 0.45))
    if head.identity and head.gain is not None and head.gain < FOLDED:
        text = (
            f"the weights of {head.stop} are tiny (gain {head.gain:.2g}, about 1 without): a converter has folded a "
            "scaling of levels 0..255 into them, whose constants are no longer to be seen"
        )
        signs.append(Expectation("range", ("raw",), text, 0.7))
    return signs


def _quantizing(spec: TensorSpec, head: Head) -> list[Operation]:
    """Return the operation that quantizes a float input as it is fed."""
    if spec.dtype != "float32" or not head.operations:
        return []
    return [operation for operation in head.operations[:1] if operation.quantization]


def _stored(dtype: str, quantization: tuple[float, int] | None, where: str) -> list[Expectation]:
    if quantization is None:
        if dtype != "uint8":
            return []
        return [Expectation("range", ("raw",), f"{where} is uint8: whole levels 0..255", 0.9)]
    low, high = intervals.real_ends(dtype, quantization)
    fits = intervals.stored_as(dtype, quantization)
    text = (
        f"{where} has scale {quantization[0]:.6g} and zero point {quantization[1]}, so it can hold "
        f"{intervals.interval(low, high)}"
    )
    return [Expectation("range", fits, text, 0.85 if len(fits) == 1 else 0.8)] if fits else []


def _inside(head: Head) -> list[Expectation]:
    scale, offset = head.affine
    steps = ", ".join(o.title for o in head.operations if not o.identity)
    text = f"inside, {steps}: x -> {formula(scale, offset)}"
    fits = intervals.accepted(scale, offset)
    if not fits:
        return []
    low, high = sorted(float(np.mean(scale * end + offset)) for end in intervals.ends(fits[0]))
    text += f", which brings {intervals.interval(*intervals.ends(fits[0]))} to {intervals.interval(low, high)}"
    return [Expectation("range", fits, text, 0.95 if len(fits) == 1 else 0.7), *_order(scale, offset)]


def _order(scale: np.ndarray, offset: np.ndarray) -> list[Expectation]:
    """Tell red from blue by ImageNet's published means, where they are taken off channel by channel."""
    mean = np.broadcast_to(-offset / np.where(scale == 0, 1, scale), (3,)) if offset.size == 3 else np.zeros(3)
    for known in (mean for means in MEANS.values() for mean in means):
        for color, constants in (("rgb", known), ("bgr", known[::-1])):
            if np.allclose(mean, constants, rtol=SAME_MEAN):
                text = f"it takes off {_list(mean)}, ImageNet's means in the order {', '.join(color)}"
                return [Expectation("color", (color,), text, 0.7)]
    return []


def _list(values: np.ndarray) -> str:
    return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"
