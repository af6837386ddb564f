"""Write a frozen graph in another format: a SavedModel folder, TFLite (float or int8), ONNX."""

from __future__ import annotations

import keyword
import logging
import os
import re
import tempfile
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import ConversionError
from workbench.models.conversion.graph import Graph
from workbench.models.tensorflow.runtime import import_tensorflow, quiet_standard_error

OPSET = 17  # of ONNX: what OpenCV 4.13 and 5.0 and every ONNX Runtime since 1.12 read
NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")  # of an operation: tensorflow/python/framework/ops.py
SIGNATURE = "serving_default"
LOOPS = ("Enter", "RefEnter")
CHATTY = ("absl", "tensorflow", "tf2onnx")  # loggers of the converters
# Where it is set, to whatever (tf2onnx 1.17), no copy of the graph is kept for an optimizer that fails: 12 a round.
NO_COPIES = "TF2ONNX_CATCH_ERRORS"


@dataclass(frozen=True, slots=True)
class Quantizing:
    """How weights and activations become 8-bit integers."""

    rows: Sequence[Mapping[str, np.ndarray]]  # what the model will see, one frame each: input name -> (1, ...)
    integer_inputs: bool = False  # inputs and outputs are integers, too


def write_savedmodel(graph: Graph, folder: Path) -> None:
    """Write a SavedModel whose `serving_default` signature has the graph's names.

    Raises:
        ConversionError: TensorFlow cannot save it, or its signatures take no input of such a name.
    """
    tf = import_tensorflow()
    if odd := [name for name in graph.inputs if not NAME.fullmatch(name) or keyword.iskeyword(name) or name == "self"]:
        raise ConversionError(
            f"TensorFlow's signatures take no input called {', '.join(map(repr, odd))}; rename it, as in "
            "keras.Input(shape, name='image')"
        )
    # gradients of custom functions hold tensors that are constants now; nothing is trained from here
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)

    def save() -> None:
        tf.saved_model.save(tf.Module(), str(folder), signatures={SIGNATURE: graph.function()}, options=options)

    _quietly(save, "TensorFlow cannot save this graph")


def expect_no_loops(graph: Graph) -> None:
    """Refuse a graph with TensorFlow 1's loops, on which both converters work for half a minute and then fail.

    Raises:
        ConversionError: it has one; detectors of the Object Detection API prepare their pictures in such a loop.
    """
    functions = (function.node_def for function in graph.definition.library.function)
    if any(node.op in LOOPS for nodes in (graph.definition.node, *functions) for node in nodes):
        raise ConversionError(
            "its graph has a loop of TensorFlow 1 (Enter, Exit), which neither TFLite nor ONNX can hold; of a "
            "detector, convert what cut_network cuts out"
        )


def write_tflite(graph: Graph, path: Path, quantizing: Quantizing | None = None) -> None:
    """Write a `.tflite` file whose signature has the graph's names.

    Raises:
        ConversionError: the graph has operations that TFLite lacks; the text names them.
    """
    expect_no_loops(graph)
    tf = import_tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        write_savedmodel(graph, Path(folder))

        def make() -> bytes:
            converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[SIGNATURE])
            if quantizing is not None:
                _quantize(converter, quantizing)
            return bytes(converter.convert())

        path.write_bytes(_quietly(make, "TFLite cannot hold this model"))


def write_onnx(graph: Graph, path: Path) -> None:
    """Write an `.onnx` file with the graph's names; the batch axis is called `batch` where any length will do.

    Raises:
        ConversionError: the graph has operations that ONNX lacks; the text names them.
    """
    import onnx

    expect_no_loops(graph)
    model = _quietly(lambda: _onnx_model(graph), "ONNX cannot hold this model")
    extra = [value.name for value in model.graph.input if value.name not in graph.inputs]
    if extra:
        raise ConversionError(f"the ONNX model asks for {', '.join(extra)} besides its inputs: constants were lost")
    for value in (*model.graph.input, *model.graph.output):
        axes = value.type.tensor_type.shape.dim
        if axes and not axes[0].HasField("dim_value"):
            axes[0].dim_param = "batch"
    onnx.save(model, path)


def _onnx_model(graph: Graph) -> Any:
    """Convert a graph, in two thirds of the time that it takes with copies; with them where an optimizer fails."""
    if NO_COPIES in os.environ:
        return _converted(graph)
    os.environ[NO_COPIES] = "FALSE"
    try:
        return _converted(graph)
    except Exception as error:
        if not any("optimizer" in at.filename for at in traceback.extract_tb(error.__traceback__)):
            raise
    finally:
        os.environ.pop(NO_COPIES, None)
    return _converted(graph)


def _converted(graph: Graph) -> Any:
    import tf2onnx  # type: ignore[import-untyped]

    model, _ = tf2onnx.convert.from_graph_def(
        graph.definition,
        name="workbench",
        input_names=list(graph.inputs.values()),
        output_names=list(graph.outputs.values()),
        opset=OPSET,
        tensors_to_rename={tensor: name for name, tensor in (*graph.inputs.items(), *graph.outputs.items())},
    )
    return model


def _quantize(converter: Any, quantizing: Quantizing) -> None:
    """Ask for 8-bit integers everywhere; ranges of the activations are seen on the representative rows."""
    tf = import_tensorflow()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ((SIGNATURE, dict(row)) for row in quantizing.rows)
    if quantizing.integer_inputs:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8


def _quietly(convert: Callable[[], Any], failure: str) -> Any:
    """Run a converter without its chatter; what it raises becomes one line."""
    loggers = [logging.getLogger(name) for name in CHATTY]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with quiet_standard_error(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the converter's own calibrator is deprecated
            try:
                return convert()
            except Exception as error:  # of many kinds; raised below, when standard error is open again
                refused = error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    raise ConversionError(f"{failure}: {_missing(refused)}") from refused


def _missing(error: Exception) -> str:
    """Return what a converter says of missing operations, in one line."""
    lines = [line.strip() for line in str(error).splitlines()]
    named = [line for line in lines if line.startswith(("Flex ops:", "Custom ops:", "TF Select ops:"))]
    return "; ".join(named) if named else " ".join(" ".join(lines).split())[:300]
