"""What cannot cost an answer is set aside before anything runs, with the reason."""

import numpy as np
import pytest

from workbench.diagnose.attribute.idle import aside
from workbench.diagnose.attribute.mixes import Runner
from workbench.diagnose.attribute.players import players, slipped
from workbench.diagnose.identify.slips import found
from workbench.frames import open_frames
from workbench.models import TensorSpec
from workbench.recipes import Recipe

BASE = Recipe(size=(8, 8))


class Fixed:
    name, inputs = "fixed", (TensorSpec("x", (None, 8, 8, 3), "float32"),)


@pytest.mark.parametrize(
    ("serving", "told"),
    [
        pytest.param({"layout": "nchw"}, "fixed refuses it", id="layout"),
        pytest.param({"dtype": "uint8"}, "fixed refuses it", id="dtype"),
        pytest.param({"size": (9, 8)}, "fixed refuses it", id="size"),
        pytest.param({"color": "gray"}, "fixed refuses it", id="channels"),
        pytest.param({"decode": "pil"}, "these frames come decoded", id="decoder of decoded frames"),
        pytest.param({"color": "bgr"}, "", id="what the model takes"),
    ],
)
def test_what_cannot_cost_an_answer_is_set_aside_with_the_reason(serving, told):
    [player] = players(BASE, BASE.replace(**serving))
    run = Runner(open_frames(np.zeros((4, 4, 3), np.uint8)), Fixed())
    assert aside(BASE, BASE.replace(**serving), player, run).startswith(told)


@pytest.mark.parametrize(("slip", "told"), [("mutates_input", "it changes no tensor by itself"), ("mirror", "")])
def test_a_habit_of_a_function_is_no_slip_of_its_tensors(slip, told):
    [player] = slipped([found(slip)])
    assert aside(BASE, BASE, player, Runner(open_frames(np.zeros((4, 4, 3), np.uint8)), Fixed())) == told
