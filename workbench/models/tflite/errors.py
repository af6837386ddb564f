"""Why LiteRT could not open a file, in one line with the way round."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ModelLoadError
from workbench.models.causes import cause_of

SELECTED = "convert it again with TFLITE_BUILTINS only, or load the Keras file or SavedModel it was made from"
# Pieces of LiteRT 2.3's own messages -> cause and cure. First match wins.
CAUSES = (
    (
        r"unresolved custom op: Flex(?P<name>\w+)|\(Flex(?P<node>\w+)\)",
        f"it holds the TensorFlow operation {{name}}, which LiteRT does not have; {SELECTED}",
    ),
    (
        r"Select TensorFlow op|Flex delegate",
        f"it holds TensorFlow operations that LiteRT does not have (select TF ops); {SELECTED}",
    ),
    (
        r"unresolved custom op: (?P<name>[\w:]+)",
        "it holds the custom operation {name}, which LiteRT does not have; ask for a file without it, or load the "
        "model it was made from",
    ),
    (
        r"Didn't find op for builtin opcode '(?P<name>\w+)' version '\d+'",
        "its operation {name} is of a newer version than this LiteRT knows; run: pip install -U ai-edge-litert",
    ),
    (
        r"not a valid Flatbuffer|Could not open|model_content.* invalid|Mmap|Model provided has model identifier",
        "the file is cut off or damaged; copy or save it again",
    ),
)


def tflite_error(path: Path, error: Exception) -> ModelLoadError:
    """Make the one-line error for a file that LiteRT refused."""
    text = " ".join(str(error).split())
    return ModelLoadError(f"{path}: {cause_of(text, CAUSES) or f'LiteRT could not open it ({text[:200]})'}")
