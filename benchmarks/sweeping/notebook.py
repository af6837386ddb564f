"""The small notebook that is swept: quick, and with a figure, a picture and TensorFlow to be right or wrong."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

OPENING = "# Square a number\nIs the square of every number what it should be?"
PARAMETERS = "number: int = 3  # to be squared\nseed: int = 7  # of everything drawn at random"
CELLS = (
    "import numpy as np\nimport tensorflow as tf\nfrom workbench.reports import record",
    "square = int(tf.square(number))\nprint(number, 'squared is', square)",
    "drawn = np.random.default_rng(seed).integers(1000, size=(90, 160, 3))\n"
    "record({'square': square, 'drawn': int(drawn.sum())}, thumbnail=(drawn % 256).astype(np.uint8))",
)


def write_notebook(path: Path) -> Path:
    """Write the notebook and return its path."""
    tagged = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell(OPENING), tagged, *map(new_code_cell, CELLS)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    return path
