"""One thing changed in a copy of the base: what each seed does, and what the difference has to call it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

import workbench
from workbench import load_recipe

from .plain_run import PREDICT, SAMPLE, TEXT, Base

OLDER_PACKAGE = "pillow==12.0.0"
OPENCV4 = Path(__file__).parents[2] / ".cache" / "opencv4"
RECIPE = load_recipe(SAMPLE).to_dict()


@dataclass(frozen=True)
class Asked:
    """What a run is given besides its folder."""

    parameters: Mapping[str, object] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seed:
    """One change, and the one cause that a difference has to name."""

    name: str
    kind: str
    called: str  # a regular expression that the whole name of the change matches
    change: Callable[[Base], Asked]  # made in a copy of the base; returns what the run is given there
    base: Asked = Asked()  # what the run without it is given


def _asked(**parameters: object) -> Callable[[Base], Asked]:
    return lambda base: Asked(parameters)


def _slot(slot: str, choice: object) -> Seed:
    given = {"recipe": {**RECIPE, slot: choice}}
    return Seed(
        f"recipe slot {slot}", "recipe", f"recipe: {slot}", lambda base: Asked(given), Asked({"recipe": RECIPE})
    )


def _edited(name: str, edit: Callable[[bytes], bytes], base: Asked = Asked()) -> Callable[[Base], Asked]:
    """Return a change that writes a file of the base anew; the base's own may be the same file by a link."""

    def change(copy: Base) -> Asked:
        path = copy.folder / name
        data = edit(path.read_bytes())
        path.unlink()
        path.write_bytes(data)
        return base

    return change


def _moved(name: str, other: str, base: Asked) -> Callable[[Base], Asked]:
    def change(copy: Base) -> Asked:
        (copy.folder / name).rename(copy.folder / other)
        return base

    return change


def _replaced(name: str, by: str) -> Callable[[Base], Asked]:
    return lambda copy: _edited(name, lambda data: (copy.folder / by).read_bytes())(copy)


def _removed(name: str, base: Asked) -> Callable[[Base], Asked]:
    def change(copy: Base) -> Asked:
        (copy.folder / name).unlink()
        return base

    return change


def _cells(**cells: str) -> Callable[[Base], Asked]:
    def change(copy: Base) -> Asked:
        copy.write_notebook().unlink()
        replace(copy, cells={**copy.cells, **cells}).write_notebook()
        return Asked()

    return change


def _default(old: str, new: str) -> Callable[[Base], Asked]:
    def change(copy: Base) -> Asked:
        (copy.folder / "classify.ipynb").unlink()
        replace(copy, parameters=copy.parameters.replace(old, new)).write_notebook()
        return Asked()

    return change


def _one_weight(data: bytes) -> bytes:
    """Double the largest value of the last float32 tensor of a .tflite file that has more than 100."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    for number in reversed(range(graph.TensorsLength())):
        tensor = graph.Tensors(number)
        stored = model.Buffers(tensor.Buffer())
        if tensor.Type() == schema.TensorType.FLOAT32 and stored.DataLength() > 400:
            values = stored.DataAsNumpy().tobytes()
            numbers = np.frombuffer(values, np.float32).copy()
            numbers[np.abs(numbers).argmax()] *= 2
            return data.replace(values, numbers.tobytes(), 1)
    raise ValueError("no tensor of more than 100 float32 values")


def _older_package(copy: Base) -> Asked:
    target = copy.folder.parent / "older"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), OLDER_PACKAGE]
    if not target.exists():
        subprocess.run(command, check=True)
    return Asked(environment={"PYTHONPATH": str(target)})


def _edited_code(copy: Base) -> Asked:
    target = copy.folder.parent / "edited"
    shutil.copytree(Path(workbench.__file__).parent, target / "workbench", ignore=shutil.ignore_patterns("__pycache__"))
    module = target / "workbench" / "recipes" / "resizers.py"
    module.write_text(f"{module.read_text(encoding='utf-8')}\n# edited\n", encoding="utf-8")
    return Asked(environment={"PYTHONPATH": str(target)})


PLAIN, CLIP = Asked({"labels": ""}), Asked({"source": "clip.mp4", "labels": "", "limit": 8})
PICTURE = "photos/imagenet_03_990.jpg"
SEEDS = (
    Seed("parameter", "parameter", "limit", _asked(limit=10)),
    Seed("seed", "parameter", "seed", _asked(seed=8)),
    Seed(
        "another source",
        "parameter",
        "source",
        _asked(source="clip.mp4", labels="", limit=8),
        Asked({"labels": "", "limit": 8}),
    ),
    Seed(
        "the same photos elsewhere",
        "parameter",
        "source",
        _moved("photos", "moved", Asked({"source": "moved", "labels": ""})),
        PLAIN,
    ),
    Seed("runtime", "parameter", "model", _asked(model="classifier.onnx")),
    *(
        _slot(slot, choice)
        for slot, choice in (
            ("decode", "tf"),
            ("exif", "ignore"),
            ("rotate", 90),
            ("color", "bgr"),
            ("fit", "stretch"),
            ("crop_fraction", 0.7),
            ("resize", "cv2.linear"),
            ("rounding", "float"),
            ("range", "unit"),
            ("order", "range_first"),
        )
    ),
    Seed(
        "recipe file",
        "input",
        "recipe: recipe.yaml",
        _edited("recipe.yaml", lambda data: data.replace(b"color: rgb", b"color: bgr")),
    ),
    Seed("one byte of a photo", "input", f"source: {PICTURE[7:]}", _edited(PICTURE, lambda data: data + b"\0")),
    Seed("one photo is another", "input", f"source: {PICTURE[7:]}", _replaced(PICTURE, "photos/imagenet_00_243.jpg")),
    Seed("name of a photo", "input", "source: a.jpg", _moved(PICTURE, "photos/a.jpg", PLAIN), PLAIN),
    Seed("one photo less", "input", f"source: {PICTURE[7:]}", _removed(PICTURE, PLAIN), PLAIN),
    Seed(
        "a label",
        "input",
        "(source|labels): labels.csv",
        _edited("photos/labels.csv", lambda data: data.replace(b",243,", b",244,", 1)),
    ),
    Seed(
        "name of a class",
        "labels",
        "model: classifier.labels.txt",
        _edited("classifier.labels.txt", lambda data: data.replace(b"tench", b"a fish", 1)),
    ),
    Seed("one weight", "weights", "model: classifier.tflite", _edited("classifier.tflite", _one_weight)),
    Seed(
        "a byte of a clip",
        "input",
        "source: clip.mp4",
        _edited("clip.mp4", lambda data: data + b"\0\0\0\x08free", CLIP),
        CLIP,
    ),
    Seed("engine", "engine", "photos", lambda base: Asked(environment={"CLASSIFY_ENGINE": "fast"})),
    Seed("code cell", "notebook", "cell 5", _cells(predict=PREDICT.replace("limit=limit", "limit=limit // 2"))),
    Seed("Markdown alone", "notebook", "cell 3", _cells(text=f"{TEXT} In order.")),
    Seed("a cell more", "notebook", "cell 7", _cells(more="print(answered)")),
    Seed("default in the notebook", "notebook", "cell 2", _default("limit: int = 20", "limit: int = 12")),
    Seed("option", "option", "allow_damaged", lambda base: Asked(options=("--allow-damaged",))),
    Seed(
        "environment variable",
        "environment",
        "OMP_NUM_THREADS",
        lambda base: Asked(environment={"OMP_NUM_THREADS": "1"}),
    ),
    Seed(
        "OpenCV 4", "version", "opencv-python(-headless)?", lambda base: Asked(environment={"PYTHONPATH": str(OPENCV4)})
    ),
    Seed("another package version", "version", OLDER_PACKAGE.partition("=")[0], _older_package),
    Seed("edited code", "code", "workbench", _edited_code),
)
