"""What the declared input says: size, dtype, quantization, layout and number of channels."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.models.contract.sign import Expectation
from workbench.models.model import CHANNELS, TensorSpec

THREE, GRAY = ("rgb", "bgr", "gray3"), ("gray", "gray_bgr")


def picture_input(inputs: Sequence[TensorSpec]) -> int | None:
    """Return the number of the input that takes pictures: the first of four axes that is no table of constants."""
    for index, spec in enumerate(inputs):
        if len(spec.shape) == 4 and spec.shape[1:3] != (1, 1):
            return index
    return None


def layout_of(spec: TensorSpec) -> str | None:
    """Return nhwc or nchw by where 1, 3 or 4 channels stand; None where that is on both ends or on none."""
    first, last = spec.shape[1] in CHANNELS, spec.shape[3] in CHANNELS
    return None if first == last else "nhwc" if last else "nchw"


def channels_of(spec: TensorSpec) -> int | None:
    """Return the number of channels; None where it is not fixed."""
    layout = layout_of(spec)
    return None if layout is None else spec.shape[3 if layout == "nhwc" else 1]


def size_of(spec: TensorSpec) -> tuple[int | None, int | None] | None:
    """Return height and width in pixels, None where any will do; None where the layout is not known."""
    layout = layout_of(spec)
    return None if layout is None else (spec.shape[1:3] if layout == "nhwc" else spec.shape[2:4])  # type: ignore[return-value]


def input_signs(spec: TensorSpec) -> list[Expectation]:
    """Return what the shape and dtype of the input fix."""
    signs = [Expectation("dtype", (spec.dtype,), f"the input is {spec}", 1.0)]
    if spec.dtype in ("uint8", "int8") and spec.quantization:
        scale, zero = spec.quantization
        text = f"input '{spec.name}' stores a real number r as r / {scale:.6g} + {zero}"
        signs.append(Expectation("quantization", (spec.quantization,), text, 1.0))
    layout, size, channels = layout_of(spec), size_of(spec), channels_of(spec)
    if layout:
        place = "last" if layout == "nhwc" else "first after the batch"
        stand = f"{channels} channel{'s stand' if channels != 1 else ' stands'}"
        signs.append(Expectation("layout", (layout,), f"{stand} {place} in {_shape(spec)}", 0.95))
    if size and size != (None, None):
        signs.append(Expectation("size", (size,), f"height and width are fixed in {_shape(spec)}", 1.0))
    if channels in (1, 3):
        text = f"the input has {channels} channel{'s' if channels > 1 else ''}"
        signs.append(Expectation("color", THREE if channels == 3 else GRAY, text, 0.95))
    return signs


def input_notes(spec: TensorSpec) -> list[str]:
    """Return what a person should know of the input that no slot of a recipe says."""
    notes = []
    if spec.shape[0] is not None:
        notes.append(f"it takes batches of {spec.shape[0]} only; shorter ones are padded")
    if channels_of(spec) == 4:
        notes.append("it takes 4 channels, such as RGBA, which no recipe makes")
    return notes


def _shape(spec: TensorSpec) -> str:
    return "(" + ", ".join("any" if n is None else str(n) for n in spec.shape) + ")"
