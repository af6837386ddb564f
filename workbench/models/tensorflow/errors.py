"""Why TensorFlow could not load a graph, in one line with the way round."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ModelLoadError
from workbench.models.causes import cause_of

# Pieces of TensorFlow 2.21's own messages -> cause and cure. First match wins.
CAUSES = (
    (
        r"Op type not registered '(?P<name>\w+)'",
        "it uses the operation {name}, which this TensorFlow does not have (custom, or from an add-on such as "
        "tensorflow_text); import the package that brings it before loading, or export the model without it",
    ),
    (
        r"Failed to find any matching files|variables\.index|No such file or directory.*variables",
        "its weights are missing: no variables/variables.index beside saved_model.pb; copy the whole folder",
    ),
    (
        r"DATA_LOSS|[Cc]hecksum|TensorBundle|OUT_OF_RANGE|Read less bytes|not an sstable",
        "its weights are cut off or damaged (variables/); copy the whole folder again",
    ),
    (
        r"[Cc]annot parse|Error parsing message|DecodeError|there are 0 MetaGraphs",
        "saved_model.pb is cut off or damaged; copy the whole folder again",
    ),
    (
        r"(?P<name>Node '[^']*'.{0,160})",
        "its graph does not hold together ({name}); export it again",
    ),
)


def graph_error(path: Path, error: BaseException) -> ModelLoadError:
    """Make the one-line error for a graph that TensorFlow refused."""
    kind, text = type(error).__name__, " ".join(str(error).split())
    cause = cause_of(f"{kind}: {text}", CAUSES) or f"TensorFlow could not load it ({kind}: {text[:200]})"
    return ModelLoadError(f"{path}: {cause}")
