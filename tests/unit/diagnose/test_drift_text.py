"""The text of a drift has the outputs, the layers around the first that parts, the verdict and the repair."""

import numpy as np
import pytest

from workbench.diagnose.drift import drift
from workbench.diagnose.drift_text import lines

BATCH = np.random.default_rng(2).random((2, 16, 16, 3)).astype(np.float32)


def layers(**changed):
    plain = {f"scale_{i}": (lambda x, i=i: x * np.float32(i + 1) + np.float32(0.01 * i)) for i in range(8)}
    return plain | changed


@pytest.fixture
def parted(chain):
    return drift(chain("a", layers()), chain("b", layers(scale_4=lambda x: x[..., ::-1] * np.float32(5) + 0.04)), BATCH)


def test_the_layers_around_the_first_are_shown(parted):
    shown = [line.split()[0] for line in lines(parted)[:6]]
    assert shown == ["output", "layer", "layer", "first", "layer", "layer"]


def test_all_layers_are_shown_when_asked(parted):
    assert sum(line.startswith(("layer", "first")) for line in lines(parted, everything=True)) == 8


def test_the_verdict_and_the_repair_come_last(parted):
    *_, counted, verdict, repair = lines(parted)
    assert counted == "4 of 8 aligned layers agree"
    assert "first at layer 'scale_4' of A" in verdict
    assert repair == "repair of 'scale_7': np.flip(b, 3)"


def test_models_that_agree_need_no_layers(chain):
    said = lines(drift(chain("a", layers()), chain("b", layers()), BATCH))
    assert [line.split()[0] for line in said] == ["output", "8", "a"]
    assert said[-1] == "a and b agree bit for bit."
