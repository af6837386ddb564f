"""Read the head of a Keras model layer by layer, through models inside models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from workbench.models.contract.measured import measured_branches, measured_layer
from workbench.models.contract.operations import Head, Operation, gain, per_channel

LONGEST = 40  # layers of a head
PASSING = {"InputLayer", "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "ActivityRegularization",
           "Identity"}  # fmt: skip
PADDING = {"ZeroPadding2D", "Pad"}
TRANSPOSING = {"Permute", "Transpose"}
# layer type -> axis of the outputs in its kernel (keras.layers: channels last, depthwise before its multiplier)
LEARNED = {
    "Conv2D": -1, "DepthwiseConv2D": -2, "SeparableConv2D": -1, "Conv2DTranspose": -2, "Dense": -1, "EinsumDense": -1,
}  # fmt: skip
ARITHMETIC = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide"}


def head(model: Any, index: int, channels: int | None) -> Head:
    """Return the head of the input number `index` of a Keras model."""
    found: list[Operation] = []
    names = frozenset(layer.name for layer in model._flatten_layers())  # the public `layers` has not the nested ones
    tensor, graphs = model.inputs[index], [model]
    for _ in range(LONGEST):
        tensor, users = _onward(graphs, tensor)
        if len(users) != 1:
            joined = measured_branches(tensor, users, lambda given: _users(graphs[-1], given))
            if joined is None:
                listed = ", ".join(f"{type(operation).__name__} '{operation.name}'" for operation, _ in users)
                return Head(tuple(found), listed or "the output", names=names)
            found.append(joined[0])
            tensor = joined[1]
            continue
        operation, node = users[0]
        if _is_model(operation):
            place = next(i for i, given in enumerate(node.arguments.keras_tensors) if given is tensor)
            tensor = operation.inputs[place]
            graphs.append(operation)
            continue
        read = _operation(operation, node, channels)
        if read is None:
            kind, learned = type(operation).__name__, type(operation).__name__ in LEARNED
            return Head(tuple(found), f"{kind} '{operation.name}'", learned=learned, gain=_gain(operation), names=names)
        found.append(read)
        tensor = node.outputs[0]
    return Head(tuple(found), f"more than {LONGEST} layers", names=names)


def _onward(graphs: list[Any], tensor: Any) -> tuple[Any, list[tuple[Any, Any]]]:
    """Return a tensor and the layers that take it, with their calls; none at the end.

    Where the tensor is an inner model's output, it is the one that stands for it outside that is returned.
    """
    users = list(_users(graphs[-1], tensor))
    while not users and len(graphs) > 1:
        inner = graphs.pop()
        place = next((i for i, given in enumerate(inner.outputs) if given is tensor), None)
        call = _call(graphs[-1], inner)
        if place is None or call is None:
            return tensor, []
        tensor = call.outputs[place]
        users = list(_users(graphs[-1], tensor))
    return tensor, users


def _users(model: Any, tensor: Any) -> Iterator[tuple[Any, Any]]:
    for node in _calls(model):
        if any(given is tensor for given in node.arguments.keras_tensors):
            yield node.operation, node


def _call(model: Any, inner: Any) -> Any:
    return next((node for node in _calls(model) if node.operation is inner), None)


def _calls(model: Any) -> Iterator[Any]:
    """Yield the calls of layers that a model is made of; Keras has no public way from a tensor to its users."""
    for nodes in _functional(model)._nodes_by_depth.values():
        yield from nodes


def _functional(model: Any) -> Any:
    """Return the functional model that a Sequential one keeps inside."""
    return getattr(model, "_functional", None) or model


def _is_model(operation: Any) -> bool:
    import keras

    functional = isinstance(operation, keras.Model) and hasattr(_functional(operation), "operations")
    return functional and bool(getattr(operation, "inputs", None))


def _operation(layer: Any, node: Any, channels: int | None) -> Operation | None:
    kind = type(layer).__name__
    if kind in READERS:
        return READERS[kind](layer, channels)
    if kind in ARITHMETIC:
        return _arithmetic(layer, node, channels)
    if kind in ("Flip", "GetItem"):
        return _flip(layer, node)
    linear = kind == "Activation" and layer.activation.__name__ == "linear"
    if kind in PASSING or kind.startswith("Random") or linear:  # random layers do nothing at inference
        return Operation(layer.name, kind, "nothing")
    for kinds, does in ((PADDING, "pad"), (TRANSPOSING, "transpose"), ({"Cast"}, "cast")):
        if kind in kinds:
            return Operation(layer.name, kind, does)  # type: ignore[arg-type]
    return None if kind in LEARNED else measured_layer(layer, node)


# --- layers ------------------------------------------------------------------------------------------------


def _affine(layer: Any, scale: Any, offset: Any, channels: int | None) -> Operation | None:
    values = [per_channel(_array(value), channels) for value in (scale, offset)]
    if values[0] is None or values[1] is None:
        return None
    return Operation(layer.name, type(layer).__name__, "affine", scale=values[0], offset=values[1])


def _rescaling(layer: Any, channels: int | None) -> Operation | None:
    return _affine(layer, layer.scale, layer.offset, channels)


def _normalization(layer: Any, channels: int | None) -> Operation | None:
    """Subtract the mean, divide by max(std, 1e-7) (keras.layers.Normalization, Keras 3.15)."""
    if layer.mean is None:
        return None
    mean, std = _array(layer.mean), np.maximum(np.sqrt(_array(layer.variance)), 1e-7)
    if layer.invert:
        return _affine(layer, std, mean, channels)
    return _affine(layer, 1 / std, -mean / std, channels)


def _batch_normalization(layer: Any, channels: int | None) -> Operation | None:
    mean, variance = _array(layer.moving_mean), _array(layer.moving_variance)
    gamma = _array(layer.gamma) if layer.scale else np.ones_like(mean)
    beta = _array(layer.beta) if layer.center else np.zeros_like(mean)
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return _affine(layer, scale, beta - mean * scale, channels)


def _resizing(layer: Any, channels: int | None) -> Operation:
    del channels
    return Operation(layer.name, type(layer).__name__, "resize", size=(int(layer.height), int(layer.width)))


def _crop(layer: Any, channels: int | None) -> Operation:
    del channels
    return Operation(layer.name, type(layer).__name__, "crop", size=(int(layer.height), int(layer.width)))


READERS: dict[str, Callable[[Any, int | None], Operation | None]] = {
    "Rescaling": _rescaling,
    "Normalization": _normalization,
    "BatchNormalization": _batch_normalization,
    "Resizing": _resizing,
    "CenterCrop": _crop,
}


# --- arithmetic between layers: `x / 255.0 - mean` in a functional model -----------------------------------


def _arithmetic(operation: Any, node: Any, channels: int | None) -> Operation | None:
    given = [*node.arguments.args, *node.arguments.kwargs.values()]
    if len(given) != 2 or len(node.arguments.keras_tensors) != 1:
        return None
    place = next(i for i, value in enumerate(given) if value is node.arguments.keras_tensors[0])
    value: Any = per_channel(_array(given[1 - place]), channels)
    if value is None:
        return None
    scale: Any
    offset: Any
    match type(operation).__name__, place:
        case "Multiply", _:
            scale, offset = value, 0.0
        case "Add", _:
            scale, offset = 1.0, value
        case "Subtract", 0:
            scale, offset = 1.0, -value
        case "Subtract", _:
            scale, offset = -1.0, value
        case _, 0 if value.all():
            scale, offset = 1 / value, 0.0
        case _:
            return None
    return _affine(operation, scale, offset, channels)


def _flip(operation: Any, node: Any) -> Operation | None:
    """Recognise `keras.ops.flip(x, -1)` and `x[..., ::-1]`."""
    given: Sequence[Any] = [*node.arguments.args, *node.arguments.kwargs.values()]
    if type(operation).__name__ == "Flip":
        turned = getattr(operation, "axis", None) in (-1, 3)
    else:
        key = given[1] if isinstance(given[1], tuple) else (given[1],)
        turned = key[-1] == slice(None, None, -1) and (key[0] is Ellipsis or len(key) == 4)
    return Operation(operation.name, type(operation).__name__, "flip") if turned else None


def _array(value: Any) -> np.ndarray:
    import keras

    return np.asarray(keras.ops.convert_to_numpy(value), dtype=np.float64)


def _gain(layer: Any) -> float | None:
    kind = type(layer).__name__
    kernel = getattr(layer, "kernel", None)
    if kind not in LEARNED or kernel is None:
        return None
    return gain(_array(kernel), LEARNED[kind])
