"""Why ONNX Runtime could not open a file, in one line with the way round."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ModelLoadError
from workbench.models.causes import cause_of

# Pieces of ONNX Runtime 1.31's own messages -> cause and cure. First match wins.
CAUSES = (
    (
        r"External data path validation failed",  # of a link that leads out of the folder
        "it asks for weights from outside of its folder, which no honest export does; get it again from where it "
        "comes from, with its weights beside it",
    ),
    (
        r"(?:Could not find an implementation for|is not a registered function/op).*?(?P<name>[\w.]+:?\w*\(-?\d+\))|"
        r"(?P<other>[\w.]+:\w+\(-?\d+\)) is not a registered",
        "it holds the operation {name}, which ONNX Runtime does not have on a CPU; export the model again with "
        "another opset, or load the model it was made from",
    ),
    (
        r"Unsupported model IR version: (?P<name>\d+)|[Oo]pset (?P<other>\d+) is under development",
        "it is of a newer ONNX (version {name}) than this ONNX Runtime knows; run: pip install -U onnxruntime",
    ),
    (
        r"[Pp]rotobuf parsing failed|Failed to load model because protobuf",
        "the file is cut off or damaged; copy or save it again",
    ),
    (
        r"failed:(?P<name>(?:This is an i|I)nvalid model.*|Node.*|.*Type Error.*|.*Invalid tensor data type.*)",
        "its graph does not hold together ({name:.200}); export it again, and check it with onnx.checker.check_model",
    ),
)


def onnx_error(path: Path, error: Exception) -> ModelLoadError:
    """Make the one-line error for a file that ONNX Runtime refused."""
    text = " ".join(str(error).split())
    return ModelLoadError(f"{path}: {cause_of(text, CAUSES) or f'ONNX Runtime could not open it ({text[:200]})'}")


def missing_weights(path: Path, missing: list[str]) -> ModelLoadError:
    """Make the error for a model without the files that hold its weights."""
    files = ", ".join(missing)
    return ModelLoadError(
        f"{path}: its weights lie in {files} beside it, and are not there; copy them to {path.parent}"
    )


def outside_weights(path: Path, outside: list[str]) -> ModelLoadError:
    """Make the error for a model that would read weights from files anywhere on this system."""
    return ModelLoadError(
        f"{path}: it asks for weights from outside of its folder ({', '.join(outside)}), which no honest export does; "
        "get it again from where it comes from, with its weights beside it"
    )
