"""Why OpenCV DNN could not read or run a network, in one line with the way round."""

from __future__ import annotations

import re
from pathlib import Path

import cv2

from workbench.errors import ModelLoadError
from workbench.models.tensorflow.graph_def import read_nodes

TO_ONNX = "convert the original with convert(model, 'onnx', 'NAME.onnx') and load 'cv2:NAME.onnx'"
# Pieces of the messages of OpenCV 4.14 and 5.0 -> cause and cure; {name} and {where}: operation and node. First wins.
CAUSES = (
    (
        r"Unsupported operator type SHAPE\b",
        "it works out shapes while it runs (operation SHAPE), because its batch has no fixed length, and OpenCV reads "
        f"no such TFLite network; convert a model built with a batch of 1, or {TO_ONNX}",
    ),
    (
        r"Lookup table for (?P<name>\w+)|Can't create layer \"?(?P<node>\S+?)\"? (?:of|with) type \"?(?P<kind>\w+Int8)",
        "it is quantized to 8 bits, and OpenCV has no {name} of that{where}; load it in LiteRT, without cv2:, or "
        "convert the model to float32 TFLite or ONNX",
    ),
    (
        r"Input layer not found: (?P<name>\S+?)(?:/resource)?(?: in function|$)",
        "its constant {name} is reshaped or cast while it runs, as Keras writes a bias or BatchNormalization, and "
        f"OpenCV wants constants as they are; {TO_ONNX}",
    ),
    (
        r"Failed to parse GraphDef|ReadTFNetParams",
        f"this is no frozen graph (most likely the saved_model.pb of a SavedModel); {TO_ONNX}",
    ),
    (
        r"[Ee]xternal data|data_location",
        "its weights lie in a file of their own, which this OpenCV does not read; run it in ONNX Runtime, without cv2:",
    ),
    (
        r"\[(?P<name>\w+)(?:@[\w.]+)?\]:\((?:onnx_node!)?(?P<node>[^)]+)\)|Unsupported operator type (?P<kind>\w+)|"
        r"Unknown layer type (?P<layer>\w+) in op (?P<op>\S+)|"
        r"Can't create layer \"?(?P<made>\S+?)\"? (?:of|with) type \"?(?P<type>\w+)|TFImporter::parse(?P<parser>\w+)\(",
        "OpenCV {version} does not run its operation {name}{where}; {way_round}",
    ),
    (r"bad allocation|Insufficient memory", "OpenCV ran out of memory; give it a smaller input"),
)
NODES = ("node", "op", "made")  # groups that hold a node's name
CONTROL = re.compile(
    r"(Ref)?(Switch|Merge|Enter|Exit|NextIteration)|LoopCond|(Stateless)?(While|If)|NonMaxSuppression.*|TensorArray.*|"
    r"TensorList.*|(Stateful)?PartitionedCall"
)


def opencv_error(path: Path, error: Exception) -> ModelLoadError:
    """Make the one-line error for a network that OpenCV refused, on reading it or in its first run."""
    if control := _control_flow(path):
        return ModelLoadError(
            f"{path}: it holds control flow or non-maximum suppression ({control}), as exports of the Object Detection "
            "API do, which OpenCV does not run; load it in TensorFlow, without cv2:, or cut the network out of the "
            "SavedModel with cut_network, convert that to ONNX and load 'cv2:NAME.onnx'"
        )
    text = " ".join(str(error).split())
    for pattern, cause in CAUSES:
        match = re.search(pattern, text)
        if match:
            return ModelLoadError(f"{path}: {_filled(cause, match, path)}")
    return ModelLoadError(f"{path}: OpenCV {cv2.__version__} could not run it ({_reason(text)}); {_way_round(path)}")


def _filled(cause: str, match: re.Match[str], path: Path) -> str:
    found = {key: value for key, value in match.groupdict().items() if value}
    node = next((found[key] for key in NODES if key in found), "")
    return cause.format(
        name=next((value for key, value in found.items() if key not in NODES), "?"),
        where=f" ({node})" if node else "",
        version=cv2.__version__,
        way_round=_way_round(path),
    )


def _control_flow(path: Path) -> str | None:
    """Return kind and name of a frozen graph's first operation of control flow."""
    if path.suffix.lower() != ".pb":
        return None
    try:
        nodes = read_nodes(path)
    except ValueError:
        return None
    return next((f"{node.kind} {node.name}" for node in nodes if CONTROL.fullmatch(node.kind)), None)


def _way_round(path: Path) -> str:
    if path.suffix.lower() == ".onnx":
        return "load it in ONNX Runtime, without cv2:"
    return f"{TO_ONNX}, or load it without cv2:"


def _reason(text: str) -> str:
    """Return what OpenCV says, without the place in its source."""
    return re.sub(r"^OpenCV\([^)]*\) \S+ error: ", "", text)[:200]
