"""What all pairs have in common: a notebook, photos with labels, a model for two runtimes, a clip, a recipe's file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench import convert, load_model, load_recipe, open_frames, sample_path

SAMPLE, PHOTOS = "sample:efficientnet-lite0", "sample:imagenet-20"
OPENING = "# Classify photos\nWhat does the model see in these photos?"
PARAMETERS = """source: str = "photos"  # folder of pictures, or a clip
labels: str = "photos/labels.csv"  # empty without
model: str = "classifier.tflite"
recipe: str | dict = "recipe.yaml"
limit: int = 20  # frames at most
seed: int = 7  # of what is drawn"""
IMPORTS = """import os

import numpy as np

from workbench import load_model, load_recipe, open_frames, predict, read_labels, record, take"""
TEXT = "The photos, through the recipe, to the model."
PREDICT = """frames = take(open_frames(source), limit=limit)
truth = read_labels(labels, frames) if labels else None
preprocess = load_recipe(recipe)
classifier = load_model(model, engine=os.environ.get("CLASSIFY_ENGINE", "original"))
answered = predict(frames, preprocess, classifier, progress=False)"""
RECORD = """accuracy = answered.classification.accuracy(truth) if labels else None
draw = float(np.random.default_rng(seed).normal())
record({"frames": len(frames), "accuracy": accuracy, "draw": draw, "recipe": preprocess.to_dict()})
record({}, predictions={"photos": answered}, truth=truth)"""


@dataclass(frozen=True)
class Base:
    """A folder with all that a run reads; every pair gets a copy of it to change one thing in."""

    folder: Path
    cells: dict[str, str] = field(
        default_factory=lambda: {"text": TEXT, "imports": IMPORTS, "predict": PREDICT, "record": RECORD}
    )
    parameters: str = PARAMETERS

    def write_notebook(self) -> Path:
        """Write the notebook and return its path."""
        tagged = new_code_cell(self.parameters, metadata={"tags": ["parameters"]})
        rest = [new_markdown_cell(text) if name == "text" else new_code_cell(text) for name, text in self.cells.items()]
        cells = [new_markdown_cell(OPENING), tagged, *rest]
        for place, cell in enumerate(cells):
            cell.id = f"cell-{place}"  # drawn at random otherwise
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), self.folder / "classify.ipynb")
        return self.folder / "classify.ipynb"


def make_base(folder: Path) -> Base:
    """Make the models, copy photos and clip, and write recipe and notebook into `folder`."""
    folder.mkdir(parents=True)
    photos, model, recipe = open_frames(PHOTOS), load_model(SAMPLE), load_recipe(SAMPLE)
    batch = recipe.batch([frame.image for frame in photos][:4])
    for form in ("tflite", "onnx"):
        convert(model, form, folder / f"classifier.{form}", batch=batch)
        shutil.copy(sample_path("efficientnet-lite0").with_name("model.labels.txt"), folder / "classifier.labels.txt")
    shutil.copytree(sample_path("imagenet-20/"), folder / "photos", ignore=shutil.ignore_patterns(".*"))
    shutil.copy(sample_path("bikes"), folder / "clip.mp4")
    (folder / "recipe.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    base = Base(folder)
    base.write_notebook()
    return base
