"""`contract`: what a model itself says about the pictures it expects."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

from workbench.models.contract.applications import application_signs
from workbench.models.contract.head import read_head
from workbench.models.contract.inputs import channels_of, input_notes, input_signs, layout_of, picture_input, size_of
from workbench.models.contract.operations import Head
from workbench.models.contract.range_signs import range_signs
from workbench.models.contract.sign import SURE, Expectation, merged
from workbench.models.contract.value import Contract
from workbench.models.model import Model, TensorSpec
from workbench.models.original import load_original

ORDER = ("size", "color", "range", "dtype", "quantization", "layout")
KERNEL = "the kernel of the resize leaves no trace in a network"

_known: weakref.WeakKeyDictionary[Any, Contract] = weakref.WeakKeyDictionary()


def contract(model: Model | Any) -> Contract:
    """Read what a model says about its input: shape, dtype, quantization, and the preprocessing inside of it.

    The model is not run; only a layer without weights that cannot be read (Lambda) is tried on noise. A model is read
    once; the contract is kept as long as the model lives.

    Args:
        model: a Model, or anything `load_model` takes.

    Raises:
        ModelLoadError: it cannot be loaded.
    """
    model = load_original(model)
    try:
        found = _known.get(model)
    except TypeError:  # a user's own model, of a class that cannot be hashed or weakly held
        return _read(model)
    if found is None:
        found = _known[model] = _read(model)
    return found


def _read(model: Model) -> Contract:
    index = picture_input(model.inputs)
    if index is None:
        listed = "; ".join(map(str, model.inputs)) or "none are declared"
        encoded = any(spec.dtype == "object" for spec in model.inputs)
        cure = "; it takes encoded pictures (JPEG or PNG bytes): choose another signature" if encoded else ""
        return Contract(model.name, None, {}, {}, notes=(f"no input takes pictures: {listed}{cure}",))
    spec = model.inputs[index]
    notes = [*input_notes(spec), *_other_inputs(model, index), *_classes(model)]
    try:
        head = read_head(model, index, channels_of(spec))
    except Exception as error:  # a damaged or unusual file: readers fail in many ways, and the shape still says much
        head = Head()
        notes.append(f"its inside could not be read ({type(error).__name__}: {' '.join(str(error).split())[:120]})")
    signs = [*input_signs(spec), *range_signs(spec, head)]
    if head.identity or not head.learned:  # what a family's own function does would be inside
        signs += application_signs(model.name, head.names, model.outputs)
    found = merged(signs)
    slots = {slot: found[slot] for slot in ORDER if slot in found}
    inside = tuple(str(operation) for operation in head.operations if operation.does != "nothing")
    return Contract(model.name, spec, slots, _undecided(spec, slots, head), inside, tuple(notes))


def _undecided(spec: TensorSpec, slots: Mapping[str, Expectation], head: Head) -> dict[str, str]:
    why = {"resize": KERNEL}
    resized = next((o.size for o in head.operations if o.does in ("resize", "crop") and o.size), None)
    if layout_of(spec) is None:
        why["layout"] = f"no axis of {spec} is 1, 3 or 4 long, or both are"
    if "size" not in slots and size_of(spec) is not None:
        why["size"] = f"any size runs; inside it becomes {resized[0]} x {resized[1]}" if resized else "any size runs"
    color = slots.get("color")
    if color is None or (len(color.values) > 1 and "rgb" in color.values) or color.confidence < SURE:
        why["order of the channels"] = "red first or blue first is the same to a shape"
    if "range" not in slots:
        why["range"] = _no_range(head)
    return why


def _no_range(head: Head) -> str:
    if not head.stop:
        return "this model cannot be looked into"
    if not head.identity:
        return f"what is done to the numbers inside fits no known range ({', '.join(map(str, head.operations))})"
    if not head.learned:
        return f"{head.stop} takes the input, and what it does cannot be read"
    return (
        f"no scaling stands before {head.stop}: it is fed as in training, whatever that was "
        "(a converter may have folded a scaling into its weights)"
    )


def _other_inputs(model: Model, index: int) -> list[str]:
    others = [str(spec) for i, spec in enumerate(model.inputs) if i != index]
    return [f"it has more inputs, of which a recipe makes none: {'; '.join(others)}"] if others else []


def _classes(model: Model) -> list[str]:
    """Hold the number of labels against the one output that can be class scores."""
    if not model.labels or len(model.outputs) != 1 or len(model.outputs[0].shape) != 2:
        return []
    classes = model.outputs[0].shape[1]
    if classes in (None, len(model.labels)):
        return []
    first = "; it may put a background class first" if classes == len(model.labels) + 1 else ""
    return [f"{len(model.labels)} labels for {classes} classes of '{model.outputs[0].name}'{first}"]
