"""The tutorials' mistakes: each is there, runs, and is priced on a sample that exists."""

import numpy as np
import pytest

from workbench.recipes import preset
from workbench.samples import mistakes as package
from workbench.samples.catalogue import catalogue
from workbench.samples.mistakes import mistakes

FRAME = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
ROWS = [pytest.param(each, id=each.name) for each in mistakes()]


@pytest.mark.parametrize("mistake", ROWS)
def test_a_mistake_stands_on_samples_that_exist(mistake):
    assert getattr(package, mistake.name) is mistake.function
    assert preset(mistake.model)
    assert {mistake.model.removeprefix("sample:"), mistake.frames.removeprefix("sample:")} <= set(catalogue().entries)
    assert mistake.faults


@pytest.mark.parametrize("mistake", [row for row in ROWS if row.values[0].part == "serving"])
def test_a_serving_mistake_makes_a_tensor_without_a_word(mistake):
    tensor = mistake.function(FRAME.copy())
    assert (tensor.ndim, tensor.shape[0], tensor.shape[3]) == (4, 1, 3)


def test_every_tutorial_has_its_mistakes():
    counts = {tutorial: sum(each.tutorial == tutorial for each in mistakes()) for tutorial in tutorials()}
    assert len(counts) == 5
    assert min(counts.values()) >= 1


def tutorials():
    return {each.tutorial for each in mistakes()}
