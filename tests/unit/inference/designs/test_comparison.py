"""A comparison says which design showed the older frames, and refuses what it cannot compare."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.inference.designs.test_told import BUSY
from workbench.errors import InvalidValue, UnknownName
from workbench.inference.designs import Blocked, DesignComparison, compare_designs
from workbench.inference.designs.told import design_run

ONE = design_run("it", "fake", BUSY, in_flight=1)


def run(name, *, age, engine="tflite", loop=None):
    spread = replace(ONE.stats.age, p50=age)
    return replace(ONE, name=name, engine=engine, stats=replace(ONE.stats, age=spread), loop=loop)


def comparison(*runs):
    return DesignComparison(runs, "clip.mp4", "net")


def test_the_verdict_names_the_oldest_and_the_freshest_of_every_engine():
    said = comparison(
        run("process queue", age=1.2), run("workbench stream", age=0.1),
        run("sequential loop", age=0.012, engine="other"),
    ).verdict  # fmt: skip
    assert said == (
        "tflite: process queue shows 1.3 fps at 1200 ms, workbench stream shows 1.3 fps at 100 ms; "
        "what process queue shows is 12 times as old as what workbench stream shows. "
        "other: sequential loop shows 1.3 fps at 12 ms."
    )


def test_ages_that_noise_could_make_are_called_alike():
    said = comparison(run("sequential loop", age=0.012), run("workbench stream", age=0.016)).verdict
    assert said.endswith("; their ages are alike.")


def test_a_design_that_showed_nothing_is_named_and_not_compared():
    nothing = replace(run("asyncio queue", age=math.nan), stats=replace(ONE.stats, shown=0))
    said = comparison(nothing, run("workbench stream", age=0.016)).verdict
    assert said == "tflite: asyncio queue shows nothing, workbench stream shows 1.3 fps at 16 ms."


def test_the_table_has_a_row_a_run_with_ages_in_milliseconds():
    blocked = run("asyncio queue", age=0.3, loop=Blocked(0.1, 0.97))
    table = comparison(blocked, run("workbench stream", age=0.1)).to_frame()
    assert table.design.tolist() == ["asyncio queue", "workbench stream"]
    assert table.age_p50_ms.tolist() == pytest.approx([300.0, 100.0])
    assert table.loop_blocked.tolist()[0] == 0.97
    assert np.isnan(table.loop_blocked.tolist()[1])
    assert table.dropped.tolist() == [0.5, 0.5]


def test_as_a_mapping_it_is_told_by_design_and_engine():
    told = comparison(run("workbench stream", age=0.1), run("workbench stream", age=0.01, engine="onnx")).to_dict()
    assert list(told["runs"]) == ["workbench stream, tflite", "workbench stream, onnx"]


def test_the_camera_is_as_fast_as_the_design_that_took_the_most_of_its_frames():
    assert comparison(run("workbench stream", age=0.1)).frame_s == pytest.approx(3.0 / 9)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param({"designs": ["asynciq queue"]}, UnknownName, "did you mean 'asyncio queue'", id="no such design"),
        pytest.param(
            {"quickest": ["workbench straem"]}, UnknownName, "did you mean 'workbench stream'", id="nor there"
        ),
        pytest.param({"seconds": 0}, InvalidValue, "seconds above 0", id="no time"),
        pytest.param({"origin": 0}, InvalidValue, "plays a clip by its name", id="a camera"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_a_model_is_loaded(arguments, error, message):
    with pytest.raises(error, match=message):
        compare_designs(**({"origin": "sample:bikes", "recipe": None, "model": "no such model"} | arguments))
