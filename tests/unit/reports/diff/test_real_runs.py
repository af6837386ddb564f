"""Real runs of a real detector that differ in one thing: that one is named, and nothing else; a rerun is the same.

`benchmarks/run_diffs.py` does so for 30 things and a classifier.
"""

import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.unit.cli.command_line import expect_refusal, run
from workbench import run_scenario, sample_path
from workbench.reports.diff import diff_runs
from workbench.reports.kernels.forking import ForkServer

pytestmark = pytest.mark.slow
PARAMETERS = """source: str = "photos"
model: str = "detector.tflite"
slots: dict = {"color": "rgb"}  # that differ from the recipe
limit: int = 3  # photos at most"""
CODE = """from workbench import load_model, open_frames, predict, preset, record, take
frames = take(open_frames(source), limit=limit)
found = predict(frames, preset("sample:ssd-mobilenet-oid").replace(**slots), load_model(model), progress=False)
record({"boxes": sum(map(len, found.detections))}, predictions={"boxes": found})"""
RUNTIME = ("ai_edge_litert.interpreter", "supervision")
PHOTOS = ("imagenet_04_949.jpg", "imagenet_16_251.jpg", "imagenet_19_305.jpg")


def write_notebook(folder, *, code=CODE, text="# Find things\nWhat is there?"):
    tagged = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    spec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(
        new_notebook(cells=[new_markdown_cell(text), tagged, new_code_cell(code)], metadata={"kernelspec": spec}),
        folder / "find.ipynb",
    )


def with_other_weights(here: Path) -> None:
    """Halve the numbers of the largest tensor of a .tflite file that is stored as float16."""
    from ai_edge_litert import schema_py_generated as schema

    path = here / "detector.tflite"
    data = path.read_bytes()
    model = schema.Model.GetRootAs(data, 0)
    buffers = [model.Buffers(i) for i in range(model.BuffersLength())]
    largest = max(buffers, key=lambda each: each.DataLength()).DataAsNumpy().tobytes()
    numbers = np.frombuffer(largest, np.float16) / np.float16(2)
    path.write_bytes(data.replace(largest, numbers.tobytes(), 1))


def with_another_photo(here: Path) -> None:
    (here / "photos" / PHOTOS[0]).write_bytes((here / "photos" / PHOTOS[1]).read_bytes())


def with_another_label(here: Path) -> None:
    path = here / "detector.labels.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("Dog", "Hound"), encoding="utf-8")


SEEDS = [
    pytest.param({"slots": {"color": "bgr"}}, None, "recipe slots: color", id="slot"),
    pytest.param({}, with_other_weights, "weights model: detector.tflite", id="weights"),
    pytest.param({}, with_another_photo, f"input source: {PHOTOS[0]}", id="photo"),
    pytest.param({}, with_another_label, "labels model: detector.labels.txt", id="labels"),
    pytest.param({}, lambda here: write_notebook(here, text="# Find\nWhat else?"), "notebook cell 1", id="text"),
]


@pytest.fixture(scope="module")
def server():
    """Yield what the kernels are forked from."""
    with ForkServer(["cv2", "pandas", "workbench.inference", "workbench.reports.recording", *RUNTIME]) as started:
        yield started


@pytest.fixture(scope="module")
def make(tmp_path_factory, forking, server):
    """Return a function that runs the notebook in a fresh folder, in which one thing may be changed before."""
    top = tmp_path_factory.mktemp("runs")

    def once(name, parameters=None, change=None):
        here, model = top / "here", sample_path("ssd-mobilenet-oid")
        shutil.rmtree(here, ignore_errors=True)
        (here / "photos").mkdir(parents=True)
        for photo in PHOTOS:
            shutil.copy(sample_path(f"imagenet-20/{photo}"), here / "photos")
        shutil.copy(model, here / "detector.tflite")
        shutil.copy(model.with_name(f"{model.stem}.labels.txt"), here / "detector.labels.txt")
        write_notebook(here)
        if change is not None:
            change(here)
        with pytest.MonkeyPatch.context() as patch, forking(server):
            patch.chdir(here)
            patch.setattr("workbench.reports.details.own_code", lambda: "0f")  # somebody may edit it meanwhile
            return run_scenario("find.ipynb", parameters or {}, out=top / name, progress=False).check().folder

    return once


@pytest.fixture(scope="module")
def without(make):
    """Return the run that the others are held against."""
    return make("without")


@pytest.mark.parametrize(("parameters", "change", "named"), SEEDS)
def test_the_one_thing_that_differs_is_named_alone(make, without, parameters, change, named, request):
    found = diff_runs(without, make(request.node.callspec.id, parameters, change))
    assert [f"{each.kind} {each.name}" for each in found.causes] == [named]


def test_a_rerun_is_the_same_and_gates_hold(make, without, monkeypatch, capsys, tmp_path):
    again = make("again")
    page = tmp_path / "diff.html"
    status, output, _ = run(
        monkeypatch, capsys, "diff", str(without), str(again), "--gate", "boxes<=0", "--out", str(page)
    )
    assert status == 0
    assert "Nothing changed: 4 parameters, 3 cells, 5 input files" in output
    assert "gate holds: boxes<=0 (boxes is 0)" in output
    assert "Nothing changed" in page.read_text(encoding="utf-8")
    refused = run(monkeypatch, capsys, "diff", str(without), str(again), "--gate", "flip<=0")
    expect_refusal(refused, "no figure named 'flip'; did you mean 'flips'?")
    assert run(monkeypatch, capsys, "diff", str(without), str(again), "--gate", "boxes>0")[0] == 1
