"""What a notebook records reaches the run's folder, and nowhere else."""

import json

import numpy as np
import pytest
from PIL import Image

from workbench.errors import InvalidValue
from workbench.reports import record
from workbench.reports.recording import FOLDER


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def test_metrics_are_written_and_later_ones_join(folder):
    record({"a": 1, "b": np.float32(0.5)})
    record({"b": float("nan"), "c": (1, 2)})
    assert json.loads((folder / "metrics.json").read_text()) == {"a": 1, "b": None, "c": [1, 2]}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param((1000, 2000, 3), (640, 320), id="wide"),
        pytest.param((2000, 1000, 3), (200, 400), id="high"),
        pytest.param((40, 60), (60, 40), id="small and gray"),
    ],
)
def test_a_picture_becomes_a_thumbnail(folder, shape, expected):
    record({}, thumbnail=np.full(shape, 90, np.uint8))
    assert Image.open(folder / "thumbnail.png").size == expected


@pytest.mark.slow
def test_a_figure_becomes_a_thumbnail(folder):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3), facecolor="black")
    figure.subplots().plot([1, 2])
    record({}, thumbnail=figure)
    picture = Image.open(folder / "thumbnail.png")
    assert picture.width == 640
    assert picture.getpixel((1, 1)) == (255, 255, 255)  # readable on the index, light or dark


@pytest.mark.parametrize(
    ("metrics", "thumbnail"),
    [
        pytest.param({"a": object()}, None, id="object"),
        pytest.param([1], None, id="list for a mapping"),
        pytest.param({}, np.zeros((4, 4, 3), np.float32), id="float picture"),
        pytest.param({}, np.zeros((4, 4, 4), np.uint8), id="four channels"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_nothing_written(folder, metrics, thumbnail):
    with pytest.raises(InvalidValue):
        record(metrics, thumbnail=thumbnail)
    assert list(folder.iterdir()) == []


def test_without_a_runner_it_checks_and_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    record({"a": 1}, thumbnail=np.zeros((4, 4, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidValue):
        record({"a": object()})
