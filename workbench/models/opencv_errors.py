"""Why OpenCV DNN could not read or run a network, in one line with the way round."""

from __future__ import annotations

import re
from pathlib import Path

import cv2

from workbench.errors import ModelLoadError

TO_ONNX = "convert it with convert(model, 'onnx', 'NAME.onnx') and load 'cv2:NAME.onnx'"
# Pieces of the messages of OpenCV 4.14 and 5.0 -> cause. First match wins.
CAUSES = (
    (
        r"Unsupported operator type SHAPE\b",
        "it works out shapes while it runs (operation SHAPE), because its batch has no fixed length, and OpenCV reads "
        "no such TFLite network; convert a model built with a fixed batch of 1, or " + TO_ONNX,
    ),
    (
        r"Lookup table for (?P<name>\w+)|"
        r"Can't create layer \"?(?P<node>\S+?)\"? (?:of|with) type \"?(?P<other>\w+Int8)",
        "it is quantized to 8 bits, and OpenCV has no such {name}; convert the float32 model instead, or run this "
        "file itself in LiteRT, without cv2:",
    ),
    (
        r"Input layer not found: (?P<name>\S+?)(?:/resource)?(?: in function|$)",
        "its constant {name} is reshaped while it runs, as Keras writes a bias or BatchNormalization, and OpenCV wants "
        "constants as they are; " + TO_ONNX,
    ),
    (
        r"Failed to parse GraphDef|ReadTFNetParams",
        "this is no frozen graph (most likely the saved_model.pb of a SavedModel); " + TO_ONNX,
    ),
    (
        r"(?P<name>Switch|Merge|Enter|Exit|NextIteration|LoopCond|While|StatelessWhile|If|StatelessIf|TensorArrayV3|"
        r"NonMaxSuppressionV\d|TensorListReserve)\b",
        "it holds control flow or non-maximum suppression ({name}), as Object Detection API exports do, which OpenCV "
        "does not run; load the SavedModel or .pb itself in TensorFlow, or cut the network out of it and convert that "
        "to ONNX",
    ),
    (
        r"\[(?P<name>\w+)(?:@[\w.]+)?\]:\((?P<node>[^)]+)\)|Unsupported operator type (?P<other>\w+)|"
        r"Unknown layer type (?P<kind>\w+) in op (?P<op>\S+)|Can't create layer \"?(?P<layer>\S+?)\"? (?:of|with) type "
        r"\"?(?P<type>\w+)|Node \[(?P<nodekind>\w+)",
        "OpenCV {version} does not run its operation {name}{where}; {detail}",
    ),
    (
        r"bad allocation|Insufficient memory",
        "OpenCV ran out of memory; give it a smaller input, or run the file itself without cv2:",
    ),
)
NODES = ("node", "op", "layer")


def opencv_error(path: Path, error: Exception) -> ModelLoadError:
    """Make the one-line error for a network that OpenCV refused, on reading it or in its first run."""
    text = " ".join(str(error).split())
    for pattern, cause in CAUSES:
        match = re.search(pattern, text)
        if match:
            found = {key: value for key, value in match.groupdict().items() if value}
            name = next((value for key, value in found.items() if key not in NODES), "?")
            node = next((found[key] for key in NODES if key in found), "")
            where = f" ({node})" if node else ""
            detail = _way_round(path)
            version = cv2.__version__
            return ModelLoadError(f"{path}: " + cause.format(name=name, where=where, version=version, detail=detail))
    return ModelLoadError(f"{path}: OpenCV {cv2.__version__} could not run it ({_reason(text)}); {_way_round(path)}")


def _way_round(path: Path) -> str:
    if path.suffix.lower() == ".onnx":
        return "run the file itself in ONNX Runtime, without cv2:"
    return f"{TO_ONNX}, or run the file itself, without cv2:"


def _reason(text: str) -> str:
    """Return what OpenCV says, without the place in its source."""
    return re.sub(r"^OpenCV\([^)]*\) \S+ error: ", "", text)[:200]
