import threading

import pytest

from workbench.errors import InvalidValue
from workbench.views import explainer as module
from workbench.views.banner import Banner
from workbench.views.explainer import Explainer
from workbench.views.state import ViewerState, seek, set_slot

LONG_S = 60  # far longer than any of this takes; only a fault waits so long


@pytest.fixture
def make(frames, model):
    """A function that makes an explainer on ten frames, and gives its banner and what it told."""
    made = []

    def build(model=model):
        banner, told = Banner("explanation"), []
        explainer = Explainer(frames, model, banner=banner, tell=lambda: told.append(explainer.explained))
        made.append(explainer)
        return explainer, banner, told

    yield build
    for explainer in made:
        explainer.close()


@pytest.fixture
def state(frames, recipe):
    return ViewerState(len(frames), recipe, recipe.replace(color="bgr", resize="cv2.area"))


def test_the_loss_on_the_frame_is_split_over_the_slots_that_differ(make, state):
    explainer, banner, told = make()
    explainer.ask(state)
    assert explainer.wait(LONG_S)
    [(about, attribution)] = told
    assert about == state
    assert attribution.metric == "kl"
    assert attribution.values["color"] > 10 * abs(attribution.values["resize"])
    assert str(banner) == ""


def test_an_explanation_is_of_one_frame_and_one_pair_of_recipes(make, state):
    explainer, _, _ = make()
    explainer.ask(state)
    assert explainer.wait(LONG_S)
    assert explainer.current(state)
    assert not explainer.current(seek(state, 3))
    assert not explainer.current(set_slot(state, "b", "color", "rgb"))


def test_what_was_asked_last_is_not_explained_again_unless_it_shall_be(make, state):
    explainer, _, told = make()
    for again in (False, False, True):
        explainer.ask(state, again=again)
        assert explainer.wait(LONG_S)
    assert len(told) == 2


def test_states_that_were_passed_over_are_not_explained(make, state, monkeypatch):
    go, asked = threading.Event(), []

    def slow(model, frames, **options):
        asked.append(frames.index_of(0))
        assert go.wait(LONG_S)

    monkeypatch.setattr(module, "attribute", slow)
    explainer, _, _ = make()
    for index in (0, 1, 2, 3):
        explainer.ask(seek(state, index))
    go.set()
    assert explainer.wait(LONG_S)
    assert asked[-1] == 3
    assert len(asked) <= 2


def test_recipes_that_are_the_same_need_no_model_run(make, state, model):
    explainer, _, told = make()
    explainer.ask(set_slot(set_slot(state, "b", "color", "rgb"), "b", "resize", "cv2.linear"))
    assert explainer.wait(LONG_S)
    assert told[0][1] is None
    assert model.batches == []


def test_a_loss_that_cannot_be_split_is_told_and_the_last_explanation_stays(make, state, monkeypatch):
    explainer, banner, told = make()
    explainer.ask(state)
    assert explainer.wait(LONG_S)

    def refusing(model, frames, **options):
        raise InvalidValue("12 slots differ")

    monkeypatch.setattr(module, "attribute", refusing)
    explainer.ask(seek(state, 1))
    assert explainer.wait(LONG_S)
    assert (explainer.failed, str(banner)) == (True, "12 slots differ")
    assert told[-1] == told[0]
    assert not explainer.current(seek(state, 1))


def test_an_answer_without_classes_is_split_by_a_metric_of_its_own(make, state, model):
    class Regression(type(model)):
        labels = None

        def predict(self, batch):
            return {"angle": super().predict(batch)["share"][:, :1] * 40}

    explainer, banner, told = make(Regression())
    explainer.ask(state)
    assert explainer.wait(LONG_S)
    assert (told[0][1].metric, str(banner)) == ("change", "")


def test_without_a_model_nothing_is_explained(make, state):
    explainer, _, told = make(None)
    explainer.ask(state)
    assert explainer.wait(LONG_S)
    assert told == []
