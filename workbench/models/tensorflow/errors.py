"""Why TensorFlow could not load a graph, in one line with the way round."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.errors import ModelLoadError

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
    text = " ".join(str(error).split())
    for pattern, cause in CAUSES:
        match = re.search(pattern, f"{type(error).__name__}: {text}")
        if match:
            return ModelLoadError(f"{path}: " + cause.format(**match.groupdict()))
    return ModelLoadError(f"{path}: TensorFlow could not load it ({type(error).__name__}: {text[:200]})")
