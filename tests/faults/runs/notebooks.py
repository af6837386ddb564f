"""Small notebooks, made to go wrong in one way each."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = "number: int = 3  # how far to count\nname: str = 'a'\nnotes: list = []"


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS, **metadata: object) -> Path:
    """Write a notebook of a title, a `parameters` cell (none when that is empty) and these code cells."""
    declared = [new_code_cell(parameters, metadata={"tags": ["parameters"]})] if parameters else []
    body = [new_markdown_cell("# Count\nHow far?"), *declared, *map(new_code_cell, cells or ("print(number)",))]
    nbformat.write(new_notebook(cells=body, metadata=metadata), path)
    return path
