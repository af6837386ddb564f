"""A model that raises, or is slower than its source, never holds up the capture."""

import threading
import time

import numpy as np
import pytest

from workbench import Recipe
from workbench.models.model import TensorSpec

pytestmark = pytest.mark.slow
RECIPE = Recipe(size=(32, 32), range="unit")


class Brightness:
    """A model that answers with the mean of each channel; slow or failing on request."""

    name, labels = "brightness", None
    inputs = (TensorSpec("image", (None, 32, 32, 3), "float32"),)
    outputs = (TensorSpec("mean", (None, 3), "float32"),)

    def __init__(self, *, takes_s=0.0, fails=lambda call: False):
        self.calls, self._takes_s, self._fails = 0, takes_s, fails

    def predict(self, batch):
        self.calls += 1
        time.sleep(self._takes_s)
        if self._fails(self.calls):
            raise RuntimeError(f"no memory\nfor call {self.calls % 3 == 0}")
        return {"mean": np.asarray(batch).mean(axis=(1, 2))}

    def close(self):
        pass


def overtaken(stats):
    return stats.dropped.get("overtaken", 0)


def test_a_model_slower_than_the_source_holds_up_nothing(served, watch):
    answers = threading.Event()
    model = Brightness(fails=lambda call: call == 3 and not answers.wait(1000))
    watched = watch(served().url, recipe=RECIPE, model=model)
    watched.wait(lambda: model.calls == 3)
    before = watched.stream.stats
    watched.wait(lambda: overtaken(watched.stream.stats) >= overtaken(before) + 20)
    answers.set()
    watched.until_shown(3)
    assert watched.shown[-1].index >= before.captured + 15  # of those that came meanwhile one of the newest


def test_a_model_that_raises_loses_that_frame_and_goes_on(served, watch):
    model = Brightness(fails=lambda call: call % 5 == 0)
    watched = watch(served().url, recipe=RECIPE, model=model, policy="block", keep=16)
    watched.wait(lambda: len(watched.results) == 16)
    stats = watched.stream.stats
    assert stats.dropped["failed"] >= 3
    assert stats.captured >= 19
    assert all("\n" not in text and "no memory" in text for text in stats.errors)
    assert watched.error is None
    means = [result.prediction.outputs["mean"][0] for result in watched.results]
    expected = [RECIPE(result.frame.image).mean(axis=(1, 2))[0] for result in watched.results]
    np.testing.assert_allclose(means, expected, rtol=1e-5)


def test_a_model_that_only_raises_ends_the_stream_with_its_error(served, watch):
    watched = watch(served().url, recipe=RECIPE, model=Brightness(fails=lambda call: True))
    watched.until_over()
    assert isinstance(watched.error, RuntimeError)
    assert watched.shown == []
    assert watched.stream.stats.dropped["failed"] >= 10


def test_a_model_that_does_not_come_back_does_not_hold_up_the_end(served, watch):
    come_back = threading.Event()
    model = Brightness(fails=lambda call: call == 3 and not come_back.wait(1000))
    watched = watch(served().url, recipe=RECIPE, model=model)
    watched.wait(lambda: model.calls == 3)
    watched.close()
    watched.wait(lambda: watched.traces.left(within_s=0) == ["thread workbench-live-work"])
    assert any("left behind" in text for text in watched.stream.stats.errors)
    come_back.set()
