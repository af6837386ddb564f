"""Hold a Keras configuration to parts that a model is made of: nothing in it runs code, reads files or changes Keras.

Keras' safe mode blocks what is known to be dangerous, by name; here only what a model is made of passes. (Seen in
3.15.1, with safe_mode=True: a file without any code calls keras.config.set_floatx, opens another file by
keras.saving.KerasFileEditor and fetches keras.datasets.mnist, through Lambda or keras.src.ops.core.Switch.)
What is outside of Keras is left to Keras, which takes what the user has registered and nothing else (since 3.9).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.errors import ModelLoadError
from workbench.models.opening.trust import CURE

KNOWN = f"if you know where the file comes from, {CURE}"
LAMBDA = (
    "it holds a Lambda layer, which is Python code that runs with the model; "
    f"{KNOWN}, else ask its author for a file without Lambda"
)
TFSM = (
    "it wraps a TensorFlow SavedModel that lies outside of it (TFSMLayer); load that SavedModel's folder itself, "
    "which also takes many inputs by name"
)
CODE = {
    "Lambda": LAMBDA,
    "__lambda__": LAMBDA,
    "TFSMLayer": TFSM,
    "TorchModuleWrapper": f"it holds a pickled PyTorch module, which runs code on loading; {KNOWN}",
    "JaxLayer": f"it holds a layer that calls a JAX function; {KNOWN}",
    "FlaxLayer": f"it holds a layer that calls a Flax function; {KNOWN}",
    "__typespec__": f"it builds a type of TensorFlow by name; {KNOWN}",
}
VALUES = ("__tuple__", "__ellipsis__", "__bytes__", "__slice__", "__keras_tensor__", "__tensor__", "__numpy__")
LEGACY_VALUES = ("TensorShape", "TypeSpec")  # Keras 2's json_utils
FUNCTIONS = ("activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers")
CLASSES = (
    *FUNCTIONS, "layers", "models", "random", "dtype_policies", "quantizers", "optimizers", "mixed_precision", "engine",
)  # fmt: skip
OWN_LAYERS = (("applications", "convnext", "LayerScale"),)  # of Keras, that stand elsewhere: in every ConvNeXt
FROM_FILES = ("vocabulary", "idf_weights")  # arguments of the lookup layers that may also be paths
MOST_CONFIG = 2**24  # bytes, 16 MiB; NASNetLarge, the longest of keras.applications, has 1.0 MB
MOST_PARTS = 100_000  # layers, calls, initializers...; NASNetLarge has 5,152
MOST_NESTED = 200  # levels of one value in another; Keras recurses over them, and Python ends at 1,000 calls
DOUBLING, MOST_DOUBLED = "Bidirectional", 4  # wrappers, one in another
LENGTHS = ("n", "size", "padding")  # of layers that make a sequence longer
MOST_STEPS = 10_000  # of a recurrent layer that is written out step by step
STANDARD = sys.stdlib_module_names - {"builtins"}  # by which Keras stores its own functions, and the user's
Part = dict[str, Any]


def expect_harmless(config: Any) -> None:
    """Look at a parsed configuration of a Keras model.

    Raises:
        ModelLoadError: a part of it is no part of a model, or it never ends; without the path.
    """
    unrolled = longest = parts = 0
    for value in _values(config):
        if isinstance(value, dict):
            unrolled += value.get("unroll") is True
            longest = max(longest, _longest(value.get(name) for name in LENGTHS))
            if isinstance(value.get("class_name"), str):
                parts += 1
                _expect_part(value)
        elif isinstance(value, list):
            longest = max(longest, _longest(value))
    if parts > MOST_PARTS:
        raise ModelLoadError(
            f"it has {parts:,} parts, more than the {MOST_PARTS:,} that are taken for a model; {KNOWN}"
        )
    if unrolled and longest > MOST_STEPS:
        raise ModelLoadError(
            f"it has recurrent layers that are written out step by step, and lengths of {longest:,}: that never ends; "
            f"save it with unroll=False, or, {KNOWN}"
        )


def _longest(values: Iterable[Any]) -> int:
    return max((number for number in values if type(number) is int), default=0)


def _values(config: Any) -> Iterator[Any]:
    """Yield every value of a configuration; refuse one that is endless to build."""
    pending = [(config, 0, 0)]
    while pending:
        value, depth, doubled = pending.pop()
        yield value
        if isinstance(value, dict):
            doubled += value.get("class_name") == DOUBLING
        if depth > MOST_NESTED:
            raise ModelLoadError(f"its configuration is nested deeper than {MOST_NESTED} levels, which no model is")
        if doubled > MOST_DOUBLED:
            raise ModelLoadError(
                f"it holds {DOUBLING} layers one in another, more than {MOST_DOUBLED}: each doubles the model; {KNOWN}"
            )
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        pending.extend((each, depth + 1, doubled) for each in inner)


def _expect_part(part: Part) -> None:
    """Hold one entry that names a class or function to the parts of models."""
    kind, module = part["class_name"], part.get("module")
    if kind in CODE and not (kind == "Lambda" and _is_registered(part)):
        raise ModelLoadError(CODE[kind])
    if kind in VALUES or kind in LEGACY_VALUES:
        _expect_short(part)
        return
    name = str(part.get("config")) if kind == "function" else kind
    if module is not None and not _is_allowed(str(module), name, FUNCTIONS if kind == "function" else CLASSES):
        called = f"{module}.{name}"
        raise ModelLoadError(
            f"its configuration calls for {called!r}, which is no part of a model; it may be hostile; {KNOWN}"
        )
    _expect_own_values(part)


def _is_allowed(module: str, name: str, areas: tuple[str, ...]) -> bool:
    """Tell whether a name may stand in a model: Keras' own in its place, classes in capitals; or one outside of Keras.

    Without a module, as Keras 2 writes it, a name is a layer's or one that the user has registered.
    """
    root, *places = module.split(".")
    places = [place for place in places if place not in ("src", "api")]
    if root != "keras":
        return root not in STANDARD
    if areas is CLASSES and (*places, name) in OWN_LAYERS:
        return True
    if areas is FUNCTIONS:
        return bool(places) and places[0] in areas
    return (not places or places[0] in areas) and name[:1].isupper()


def _is_registered(part: Part) -> bool:
    """Tell whether a Lambda layer calls functions that the user has registered, and no code of its own."""
    config = part.get("config")
    function = config.get("function") if isinstance(config, dict) else None
    return isinstance(function, dict) and function.get("class_name") == "function"


def _expect_short(part: Part) -> None:
    """Hold an array's type to a few bytes a value: "S1000000000" would make one of a gigabyte."""
    config = part.get("config")
    dtype = config.get("dtype") if isinstance(config, dict) else None
    if dtype is not None and not re.fullmatch(r"[a-z]+\d{0,3}(_?[a-z]+\d?){0,3}", str(dtype)):
        raise ModelLoadError(f"its configuration holds an array of the type {str(dtype)[:40]!r}; {KNOWN}")


def _expect_own_values(part: Part) -> None:
    """Refuse a table that is to be read from a path."""
    config = part.get("config")
    given = config if isinstance(config, dict) else {}
    for name in FROM_FILES:
        if isinstance(given.get(name), str):
            raise ModelLoadError(
                f"its layer {part['class_name']} would read the file {given[name]!r} of this system ({name}=PATH); "
                f"save the model with the table in it; {KNOWN}"
            )
