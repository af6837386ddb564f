"""Runs that never were, written as their folders: what a diff reads, with one thing changed at a time."""

import json
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from workbench.reports.predictions import keep_predictions
from workbench.reports.seal import seal
from workbench.results import Classification, Prediction

LABELS = ("cat", "dog", "fox")
CELLS = ("# Count", 'number: int = 3\nname: str = "a"', "print(number)")
DETAILS = {"format": 1, "packages": {"numpy": "2.4.6"}, "code": "0f" * 32, "folder": "/nowhere", "inputs": []}


def answer(rows, *, labels=LABELS, origins=None, indices=None):
    """Return a classification of as many pictures as there are rows of probabilities."""
    probabilities = np.array(rows, np.float32)
    count = len(probabilities)
    return Prediction(
        outputs={},
        classification=Classification(probabilities, labels),
        indices=np.arange(count) if indices is None else np.array(indices),
        origins=tuple(origins or (f"photos/{place}.jpg" for place in range(count))),
        times_s=(None,) * count,
        model="small",
        sizes=((4, 6),) * count,
    )


@pytest.fixture
def notebook_of():
    """Return a function that makes a notebook's text of its cells; the second is the parameters'."""

    def make(cells=CELLS):
        first, second, *rest = cells
        tagged = new_code_cell(second, metadata={"tags": ["parameters"]})
        return writes(new_notebook(cells=[new_markdown_cell(first), tagged, *map(new_code_cell, rest)]))

    return make


@pytest.fixture
def write_run(tmp_path, manifest_of, notebook_of):
    """Return a function that writes the folder of a run and returns it."""

    def write(where="a", *, metrics=None, details=None, cells=CELLS, predictions=None, truth=None, **changes) -> Path:
        folder = tmp_path / where / "count" / changes.get("run_id", "0123456789ab")
        folder.mkdir(parents=True)
        texts = {
            "manifest.json": manifest_of(**{"environment": {"cores": 2}, **changes}),
            "metrics.json": metrics or {"number": 3},
        }
        texts["details.json"] = {**DETAILS, **(details or {})}
        for name, value in texts.items():
            (folder / name).write_text(json.dumps(value), encoding="utf-8")
        (folder / "report.ipynb").write_text(notebook_of(cells), encoding="utf-8")
        (folder / "report.html").write_text("<p>", encoding="utf-8")
        if predictions:
            keep_predictions(folder, predictions, truth)
        seal(folder)
        return folder

    return write
