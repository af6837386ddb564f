"""The line that takes a recorded frame into `explore_mismatch` is one that this command takes."""

import shlex

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.inference.live import stream
from workbench.models import load_model
from workbench.recipes import load_recipe, preset
from workbench.recording import Recorder, explore_command, open_recording
from workbench.reports import find_scenario, from_assignments
from workbench.reports.parameters import bind

MODEL = "sample:ssd-mobilenet-oid"


@pytest.fixture(scope="module")
def record(tmp_path_factory, images):
    """Return a function that records a few frames, and opens them again."""

    def recorded(recipe, model):
        folder = tmp_path_factory.mktemp("explore")
        live = stream(iter(images[:4]), recipe, model, policy="block")
        with Recorder(folder, live, annotate=False) as recorder, live:
            for result in live:
                recorder.write(result)
        return open_recording(folder)

    return recorded


def taken(command):
    """Return the parameters with which the scenario would run."""
    program, report, scenario, *words = shlex.split(command)
    assert (program, report, set(words[::2])) == ("workbench", "report", {"-p"})
    parameters = find_scenario(scenario).parameters
    return bind(parameters, from_assignments(parameters, words[1::2]))


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(preset(MODEL), id="a preset by its name"),
        pytest.param(preset(MODEL).replace(color="bgr"), id="any other by its slots"),
    ],
)
def test_the_line_names_the_frame_the_model_and_what_fed_it(record, recipe):
    with record(recipe, load_model(MODEL)) as recording:
        given = taken(explore_command(recording, 2))
        with open_frames(given["source"]) as frames:
            assert np.array_equal(frames[given["frame"]].image, recording.frames[2].image)
    assert given["model"] == MODEL
    assert load_recipe(given["training"]) == recipe
    assert given["labels"] == ""
    assert given["limit"] > given["frame"]


def test_the_folder_can_be_written_otherwise(record):
    with record(preset(MODEL), load_model(MODEL)) as recording:
        assert " -p source=FOLDER/frames-0000.mkv " in explore_command(recording, 0, folder="FOLDER")


@pytest.mark.parametrize("index", [-1, 4])
def test_a_frame_that_is_not_there_is_refused(record, index):
    with (
        record(preset(MODEL), load_model(MODEL)) as recording,
        pytest.raises(InvalidValue, match=f"result {index} cannot be explored"),
    ):
        explore_command(recording, index)


def test_pictures_without_a_model_are_refused(record):
    with record(None, None) as recording, pytest.raises(InvalidValue, match="a model from a file and a Recipe"):
        explore_command(recording, 0)
