import threading

import cv2
import numpy as np
import pytest

from workbench.diagnose.search import Candidate, SearchResult
from workbench.errors import InvalidValue
from workbench.frames.frame import FrameStream
from workbench.views import finder
from workbench.views import viewer as module
from workbench.views.state import seek
from workbench.views.viewer import FrameViewer

LONG_S = 60  # far longer than any of this takes; only a fault waits so long


class Page:
    """Stands where the widget in the browser does: sends requests, and keeps what comes back."""

    def __init__(self, schema):
        self.schema, self.sent, self.closed = schema, [], False

    def on_msg(self, callback):
        self.callback = callback

    def show(self, content, pictures=None):
        self.sent.append((content, pictures or []))

    def request(self, kind, **more):
        """Send a request; return the view that comes back."""
        self.sent.clear()
        self.callback(self, {"kind": kind, **more}, [])
        return next(each for each in self.sent if each[0]["kind"] == "view")

    def answers(self):
        return [content for content, _ in self.sent if content["kind"] == "answers"]

    def close(self):
        self.closed = True


@pytest.fixture
def opened(monkeypatch, frames, recipe):
    """A function that makes a viewer, and gives its page too."""
    monkeypatch.setattr(module, "Surface", Page)
    viewers = []

    def make(recipes=recipe, model=None, source=frames):
        viewers.append(FrameViewer(source, recipes, model))
        return viewers[-1], viewers[-1]._surface

    yield make
    for viewer in viewers:
        viewer.close()


def shown(encoded):
    return [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1] for data in encoded]


def test_the_first_view_is_exact_and_has_four_pictures(opened, picture):
    viewer, page = opened()
    content, encoded = page.request("hello")
    assert content["mime"] == "image/png"
    assert (shown(encoded)[0] == picture).all()
    assert [c["title"] for c in content["captions"]] == ["Original", "A", "B", "|A − B|"]
    assert content["banner"] == ""
    assert viewer.state.index == 0


def test_moving_sends_jpeg_and_settling_png(opened):
    _, page = opened()
    assert page.request("seek", index=3)[0]["mime"] == "image/jpeg"
    content, encoded = page.request("settle")
    assert (content["mime"], content["index"]) == ("image/png", 3)
    assert len(encoded) == 4


def test_a_changed_slot_changes_the_picture_of_b_alone(opened):
    _, page = opened()
    before = shown(page.request("hello")[1])
    content, _ = page.request("set_slot", side="b", slot="color", choice="bgr")
    after = shown(page.request("settle")[1])
    assert content["changed"] == ["color"]
    assert [bool((x == y).all()) for x, y in zip(before, after, strict=True)] == [True, True, False, False]


def test_two_recipes_are_a_and_b(opened, recipe):
    viewer, page = opened((recipe, recipe.replace(range="unit")))
    assert page.request("hello")[0]["changed"] == ["range"]
    assert viewer.state.b.range == "unit"


def test_play_ticks_forward_and_stops_at_the_end(opened):
    _, page = opened()
    page.request("seek", index=8)
    assert page.request("toggle_play")[0]["playing"]
    content, _ = page.request("tick")
    assert (content["index"], content["playing"]) == (9, False)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        pytest.param({"kind": "set_slot", "side": "b", "slot": "color", "choice": "brown"}, "'brown'", id="choice"),
        pytest.param({"kind": "set_slot", "side": "b", "slot": "size", "choice": "x"}, "height, width", id="value"),
        pytest.param({"kind": "dance"}, "no request named 'dance'", id="request"),
        pytest.param({"kind": "seek"}, "KeyError", id="anything unforeseen, with its type"),
    ],
)
def test_an_error_fills_the_banner_and_the_next_success_clears_it(opened, request_, text):
    viewer, page = opened()
    page.request("hello")
    before = viewer.state
    content, encoded = page.request(**request_)
    assert text in content["banner"]
    assert viewer.state == before
    assert len(encoded) == 4, "the last good state stays on the page"
    assert page.request("seek", index=1)[0]["banner"] == ""


def test_a_frame_that_cannot_be_shown_says_why_and_marks_the_old_pictures(opened, frames, recipe):
    def broken(image):
        raise ZeroDivisionError("mean of nothing\nat all")

    _, page = opened((recipe, broken))
    content, encoded = page.request("hello")
    assert content["banner"] == "ZeroDivisionError: mean of nothing at all"
    assert (content["stale"], encoded) == (True, [])
    assert content["index"] == 0


def test_the_model_answers_both_recipes_in_one_batch(opened, model, recipe):
    viewer, page = opened((recipe, recipe.replace(color="bgr")), model)
    page.request("hello")
    assert viewer._newest.wait(LONG_S)
    (told,) = page.answers()
    assert model.batches == [(2, 8, 8, 3)]
    assert (told["a"]["rows"][0]["label"], told["b"]["rows"][0]["label"]) == ("red", "blue")
    assert told["flipped"]


def test_the_model_is_not_asked_again_about_what_it_has_answered(opened, model):
    viewer, page = opened(model=model)
    page.request("hello")
    assert viewer._newest.wait(LONG_S)
    page.request("settle")
    assert viewer._newest.wait(LONG_S)
    assert len(model.batches) == 1


class SlowModel:
    """A fake model that answers when told to, and takes longer than counts as quick."""

    name, inputs, outputs, labels = "slow", (), (), ("a", "b")

    def __init__(self):
        self.go, self.asked = threading.Event(), 0

    def predict(self, batch):
        self.asked += 1
        assert self.go.wait(LONG_S)
        return {"out": np.tile(np.float32([0.25, 0.75]), (len(batch), 1))}

    def close(self):
        pass


def test_a_slow_model_never_holds_up_the_pictures(opened):
    model = SlowModel()
    viewer, page = opened(model=model)
    page.request("hello")
    for index in (1, 2, 3):  # the model is still at the first frame
        assert len(page.request("seek", index=index)[1]) == 4
    assert page.answers() == []
    model.go.set()
    assert viewer._newest.wait(LONG_S)
    page.request("settle")
    assert viewer._newest.wait(LONG_S)
    assert page.answers()[-1]["index"] == 3
    assert model.asked == 2, "frames passed over while moving are not asked about"


def test_an_input_the_model_refuses_shows_in_the_banner_until_it_fits(opened, model):
    viewer, page = opened(model=model)
    page.request("set_slot", side="b", slot="size", choice="4, 4")
    assert viewer._newest.wait(LONG_S)
    (told,) = page.answers()
    assert "expects image (any, 8, 8, 3) float32, got (1, 4, 4, 3)" in told["banner"]
    assert (told["a"]["rows"][0]["label"], told["b"]["rows"]) == ("red", [])
    page.request("reset_slots", slots=["size"])
    assert viewer._newest.wait(LONG_S)
    assert page.answers()[-1]["banner"] == ""


def test_a_model_that_breaks_shows_in_the_banner_and_the_viewer_lives(opened):
    class Broken(SlowModel):
        def predict(self, batch):
            raise RuntimeError("out of memory")

    viewer, page = opened(model=Broken())
    page.request("hello")
    assert viewer._newest.wait(LONG_S)
    assert page.answers()[0]["banner"] == "RuntimeError: out of memory"
    assert len(page.request("seek", index=2)[1]) == 4


# --- explain, find, copy -------------------------------------------------------------------------------------


def of_kind(page, kind):
    return [content for content, _ in page.sent if content["kind"] == kind]


def test_explain_splits_the_loss_and_leaves_the_pictures_alone(opened, model, recipe):
    viewer, page = opened((recipe, recipe.replace(color="bgr", resize="cv2.area")), model)
    page.request("hello")
    content, encoded = page.request("explain")
    assert (content["explaining"], content["explained"], content["stale"], encoded) == (True, False, False, [])
    assert viewer._diagnostics.explainer.wait(LONG_S)
    (told,) = of_kind(page, "explained")
    assert [row["slot"] for row in told["rows"]] == ["color", "resize"]
    assert (told["current"], told["failed"], told["banner"]) == (True, False, "")


def test_an_explanation_follows_the_frame_once_it_stands(opened, model, recipe):
    viewer, page = opened((recipe, recipe.replace(color="bgr")), model)
    page.request("explain")
    assert viewer._diagnostics.explainer.wait(LONG_S)
    assert page.request("seek", index=3)[0]["explained"] is False
    assert viewer._diagnostics.explainer.wait(LONG_S)
    assert of_kind(page, "explained") == [], "not while frames move"
    page.request("settle")
    assert viewer._diagnostics.explainer.wait(LONG_S)
    assert of_kind(page, "explained")[0]["current"]


def test_a_closed_explanation_asks_for_nothing(opened, model, recipe):
    viewer, page = opened((recipe, recipe.replace(color="bgr")), model)
    page.request("explain")
    assert page.request("explain")[0]["explaining"] is False
    assert viewer._diagnostics.explainer.wait(LONG_S)
    page.request("seek", index=3)
    page.request("settle")
    assert viewer._diagnostics.explainer.wait(LONG_S)
    assert of_kind(page, "explained") == []


def test_slots_that_change_together_are_reset_together(opened, recipe):
    viewer, page = opened((recipe, recipe.replace(fit="letterbox", pad=114)))
    assert page.request("reset_slots", slots=["fit", "pad"])[0]["changed"] == []
    assert viewer.state.b == recipe


def test_without_a_model_the_reasons_are_told(opened):
    _, page = opened()
    refused = page.request("hello")[0]["refused"]
    assert {name: bool(why) for name, why in refused.items()} == {"explain": True, "find": True, "code": False}
    assert "needs a model" in page.request("find", frames=4)[0]["banner"]


@pytest.fixture
def searched(opened, model, recipe, monkeypatch):
    """A viewer whose search has found that A is right, as one of two that cannot be told apart, and B second."""
    wrong = recipe.replace(color="bgr")

    def search(model, frames, *, labels, recipe, progress):
        assert progress(1, 2, "colour") is not False
        best, second = Candidate(recipe.replace(resize="cv2.area"), (recipe,), 0.6, {}), Candidate(wrong, (), 0.4, {})
        return SearchResult("net", (best, second), ("color",), len(frames), 3, 3, "")

    monkeypatch.setattr(finder, "search", search)
    viewer, page = opened((recipe, wrong), model)
    page.request("hello")
    page.request("find", frames=4)
    assert viewer._diagnostics.finder.wait(LONG_S)
    return viewer, page


def test_find_tells_its_progress_and_then_its_ranking(searched):
    viewer, page = searched
    told = of_kind(page, "find")
    assert (told[0]["phase"], told[0]["done"], told[0]["total"]) == ("running", 1, 2)
    assert (told[-1]["phase"], [row["change"] for row in told[-1]["rows"]]) == ("found", ["as A", "color rgb → bgr"])
    assert viewer.found.ranking[0].probability == 0.6


def test_a_recipe_of_the_ranking_can_be_used(searched, recipe):
    viewer, page = searched
    content, encoded = page.request("use", side="b", place=0)
    assert viewer.state.b == viewer.state.a == recipe
    assert (content["changed"], len(encoded)) == ([], 4)
    page.request("use", side="a", place=1)
    assert viewer.state.a.color == "bgr"
    assert "none at place 7" in page.request("use", side="a", place=7)[0]["banner"]


def test_the_code_of_a_is_handed_out(opened, recipe):
    viewer, page = opened()
    page.request("code")
    (told,) = of_kind(page, "code")
    assert told["text"] == viewer.fixed_code
    assert "def preprocess(" in told["text"]
    compile(told["text"], "preprocess.py", "exec")


def test_a_function_has_no_code_to_hand_out(opened, recipe):
    def own_function(image):
        return recipe(image)

    viewer, page = opened((own_function, recipe))
    assert "own_function" in page.request("code")[0]["banner"]
    assert of_kind(page, "code") == []
    with pytest.raises(InvalidValue, match="put a Recipe in its place"):
        _ = viewer.fixed_code


def test_a_state_can_be_shown_from_python(opened):
    viewer, page = opened()
    viewer.show(seek(viewer.state, 7))
    assert page.sent[-1][0]["index"] == viewer.state.index == 7


class Camera(FrameStream):
    """A fake stream: frames that come once."""

    def arrays(self):
        return iter(())

    def __iter__(self):
        return iter(())


@pytest.mark.parametrize(
    ("source", "recipes", "text"),
    [
        pytest.param(Camera(), None, "take frames off a stream first", id="a stream"),
        pytest.param([1, 2], None, "got list", id="no frames at all"),
        pytest.param(None, "unit", "one Recipe, or two", id="no recipe"),
        pytest.param(None, (), "one Recipe, or two", id="no recipes"),
    ],
)
def test_what_it_cannot_show_is_refused_with_the_cure(frames, recipe, source, recipes, text):
    with pytest.raises(InvalidValue, match=text):
        FrameViewer(frames if source is None else source, recipe if recipes is None else recipes)


def test_an_empty_selection_is_refused(frames, recipe):
    with pytest.raises(InvalidValue, match="no frames"):
        FrameViewer(frames[:0], recipe)


def test_the_real_widget_shows_itself_and_closes(frames, recipe):
    viewer = FrameViewer(frames, recipe)
    bundle = viewer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("FrameViewer(10 frames")
    viewer.close()


def test_the_widget_state_holds_no_pictures(frames, recipe):
    viewer = FrameViewer(frames, recipe)
    viewer._on_message(None, {"kind": "hello"}, [])
    held = {name for name, value in viewer._surface.get_state().items() if isinstance(value, bytes | memoryview)}
    assert held == set()
    viewer.close()


def test_a_snapshot_is_a_figure_of_the_frame_shown(opened, model):
    from matplotlib.figure import Figure

    viewer, page = opened(model=model)
    page.request("seek", index=5)
    figure = viewer.snapshot()
    assert isinstance(figure, Figure)
    assert "red" in [text.get_text() for text in figure.texts]
