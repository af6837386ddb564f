import threading
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from workbench.errors import InputMismatch, InvalidValue
from workbench.frames.capture.pushed import PushedFrames
from workbench.views import courier, explored, live_control, live_session, live_viewer
from workbench.views import viewer as frame_viewer
from workbench.views.live_viewer import LiveViewer

LONG_S = 60  # far longer than any of this takes; only a fault waits so long


class Page:
    """Stands where the widget in the browser does: sends requests, and keeps what comes back."""

    model_id = "the explorer"

    def __init__(self, schema, threshold=0.5):
        self.schema, self.threshold, self.explorer = schema, threshold, ""
        self.sent, self.closed = [], False

    def on_msg(self, callback):
        self.callback = callback

    def show(self, content, pictures=None):
        self.sent.append((content, pictures or []))

    def request(self, kind, *buffers, **more):
        """Send a request; return the last state that came back."""
        self.callback(self, {"kind": kind, **more}, list(buffers))
        return self.state()

    def state(self):
        return next((content for content, _ in reversed(tuple(self.sent)) if content["kind"] == "state"), None)

    def views(self):
        return [(content, pictures) for content, pictures in tuple(self.sent) if content["kind"] == "view"]

    def pictures(self):
        return [(content, pictures[0]) for content, pictures in self.views() if pictures]

    def close(self):
        self.closed = True


class Live:
    """A viewer, its page, and the hand that brings pictures."""

    def __init__(self, *given, **options):
        self.source = PushedFrames(origin="by hand")
        self.viewer = LiveViewer(self.source, *given, **options)
        self.page = self.viewer._surface
        self.count = 0

    def start(self):
        self.viewer.start()
        until(lambda: self.viewer.stream is not None and self.viewer._control.state.run == "on")
        return self

    def push(self, count=1, level=None):
        """Bring pictures one after the other, each taken before the next comes."""
        for _ in range(count):
            self.source.push(picture(self.count if level is None else level))
            self.count += 1
            until(lambda: self.viewer.stats.captured == self.count and not self.viewer.stats.in_flight)

    def full(self):
        """Whether the page has got as many messages as may wait for its word."""
        sender = self.viewer._control.session.courier
        return sender.unacknowledged == courier.AHEAD and self.page.views()[-1][0]["number"] == sender._number

    def seen(self, count):
        """Wait until the page has got so many pictures; return the last."""
        until(lambda: len(self.page.pictures()) >= count)
        return self.page.pictures()[-1]


def picture(level):
    image = np.full((12, 20, 3), level % 200, np.uint8)
    image[..., 0] = 200
    return image


def until(true):
    end = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.002)


def decoded(encoded):
    return cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("workbench-live")]


@pytest.fixture
def opened(monkeypatch):
    """A function that makes a live viewer on pictures that are brought by hand."""
    monkeypatch.setattr(live_viewer, "LiveSurface", Page)
    monkeypatch.setattr(frame_viewer, "Surface", Page)
    monkeypatch.setattr(courier, "BLIND_S", 1e5)
    made = []

    def make(*given, **options):
        made.append(Live(*given, **options))
        return made[-1]

    yield make
    for each in made:
        each.viewer.close()
    until(lambda: not threads())


def test_a_picture_comes_with_what_the_model_says_of_it(opened, recipe, model):
    live = opened(recipe, model, top=2).start()
    live.push(level=10)
    content, encoded = live.seen(1)
    assert content["picture"]["index"] == 0
    assert content["picture"]["size"] == (12, 20)
    assert content["picture"]["boxes"] is None
    assert [row["label"] for row in content["picture"]["answer"]["rows"]] == ["red", "green"]
    np.testing.assert_allclose(decoded(encoded), picture(10), atol=6)


def test_without_a_model_there_are_pictures_only(opened):
    live = opened().start()
    live.push()
    content, _ = live.seen(1)
    assert content["picture"]["answer"] is None
    assert live.page.schema["slots"] == []


def test_never_more_than_two_messages_wait_for_the_page_and_then_comes_the_newest(opened, recipe, model):
    live = opened(recipe, model).start()
    until(live.page.views)
    live.page.request("ack", number=live.page.views()[-1][0]["number"])
    while not live.full():
        live.push()
    before = len(live.page.views())
    live.push(20)
    assert len(live.page.views()) == before
    assert live.viewer.stats.shown == live.count
    live.page.request("ack", number=live.page.views()[-1][0]["number"])
    until(lambda: live.page.pictures()[-1][0]["picture"]["index"] == live.count - 1)
    assert live.viewer._control.session.courier.unacknowledged <= 2


def test_a_frozen_picture_stands_while_the_stream_runs_on(opened, recipe, model):
    live = opened(recipe, model).start()
    live.push(level=50)
    content, _ = live.seen(1)
    assert live.page.request("freeze", on=True, number=content["number"])["frozen"] is True
    live.page.request("ack", number=10**6)
    live.push(5, level=90)
    assert len(live.page.pictures()) == 1
    assert live.viewer.stats.shown == 6
    live.page.request("send", number=content["number"])
    np.testing.assert_array_equal(live.viewer.sent[0].image, picture(50))
    live.page.request("freeze", on=False, number=content["number"])
    live.push(level=120)
    until(lambda: live.page.pictures()[-1][0]["picture"]["index"] == 6)


def test_the_explorer_gets_exact_pixels_and_both_recipes(opened, recipe, model):
    live = opened(recipe, model).start()
    live.push(level=33)
    live.seen(1)
    live.page.request("set_slot", slot="color", choice="bgr")
    assert live.page.request("send")["banner"] == ""
    assert live.page.explorer == Page.model_id
    explorer = live.viewer.explorer
    np.testing.assert_array_equal(explorer.frames[0].image, picture(33))
    assert (explorer.state.a, explorer.state.b) == (recipe, recipe.replace(color="bgr"))
    live.page.request("ack", number=10**6)
    live.push(level=44)
    live.seen(2)
    live.page.request("send")
    assert live.viewer.explorer.state.index == 1
    assert [frame.index for frame in live.viewer.sent] == [0, 1]
    assert explorer._surface.closed


def test_a_slot_that_is_switched_shows_with_the_next_frame(opened, recipe, model):
    live = opened(recipe, model).start()
    live.push(level=10)
    content, _ = live.seen(1)
    assert content["picture"]["answer"]["rows"][0]["label"] == "red"
    state = live.page.request("set_slot", slot="color", choice="bgr")
    assert state["recipes"]["changed"] == ["color"]
    live.page.request("ack", number=10**6)
    live.push(level=10)
    assert live.seen(2)[0]["picture"]["answer"]["rows"][0]["label"] == "blue"
    assert live.page.request("copy_a")["recipes"]["changed"] == []
    assert live.viewer.stream.recipe == recipe


@pytest.mark.parametrize(
    ("slot", "choice", "told"),
    [
        pytest.param("size", "9, 9", "8, 8", id="a size the model does not take"),
        pytest.param("color", "rgbb", "did you mean", id="no such choice"),
    ],
)
def test_a_slot_that_is_refused_says_why_and_the_old_recipe_goes_on(opened, recipe, model, slot, choice, told):
    live = opened(recipe, model).start()
    state = live.page.request("set_slot", slot=slot, choice=choice)
    assert told in state["banner"]
    assert live.viewer.recipe == live.viewer.stream.recipe == recipe
    live.push()
    assert live.viewer.stats.shown == 1


@pytest.mark.parametrize(
    ("slot", "choice", "changed", "told"),
    [
        pytest.param("color", "bgr", {"color": "bgr"}, "", id="one that fits"),
        pytest.param("size", "9, 9", {}, "8, 8", id="one that the model does not take"),
    ],
)
def test_a_slot_switched_while_the_source_opens_runs_or_is_refused_then(
    opened, recipe, model, monkeypatch, slot, choice, changed, told
):
    asked, go, stream = threading.Event(), threading.Event(), live_control.stream

    def slowly(*given, **how):
        asked.set()
        go.wait(LONG_S)
        return stream(*given, **how)

    monkeypatch.setattr(live_control, "stream", slowly)
    viewer, page = (live := opened(recipe, model)).viewer, live.page
    viewer.start()
    asked.wait(LONG_S)
    page.request("set_slot", slot=slot, choice=choice)
    go.set()
    wanted = recipe.replace(**changed)
    until(lambda: viewer.stream is not None and viewer.stream.recipe == viewer.recipe == wanted)
    assert told in viewer.error


def test_a_recipe_can_be_set_from_code(opened, recipe, model):
    live = opened(recipe, model).start()
    live.viewer.recipe = recipe.replace(range="unit")
    assert live.viewer.stream.recipe.range == "unit"
    with pytest.raises(InputMismatch):
        live.viewer.recipe = recipe.replace(size=(5, 5))


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        pytest.param({"source": "", "policy": "latest"}, "no source to open", id="nothing typed"),
        pytest.param({"source": "nowhere.mp4", "policy": "latest"}, "nowhere.mp4", id="no such file"),
        pytest.param({"source": "webcam", "policy": "lastet"}, "did you mean", id="no such policy"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_line(opened, request_, told):
    live = opened()
    live.page.request("start", **request_)
    until(lambda: told in live.viewer.error)
    until(lambda: live.viewer._control.state.run == "off")
    assert "\n" not in live.viewer.error
    live.viewer.start(live.source)
    until(lambda: live.viewer.stream is not None)
    assert live.viewer.error == ""


def test_stopping_leaves_no_thread_and_the_last_picture(opened, recipe, model):
    live = opened(recipe, model).start()
    live.push()
    live.seen(1)
    state = live.page.request("stop")
    assert state["run"] == "off"
    assert state["status"]["phase"] == "stopped"
    until(lambda: not threads())
    live.page.request("hello")
    content, pictures = live.page.sent[-1]
    assert (content["kind"], content["picture"]["index"], len(pictures)) == ("state", 0, 1)
    assert live.viewer.stats.balanced


def test_a_source_that_ends_is_said_to_have_ended(opened):
    live = opened().start()
    live.push()
    live.source.end()
    until(lambda: live.viewer._control.state.run == "off")
    until(lambda: live.page.state()["status"]["phase"] == "ended")


def test_a_page_that_is_opened_anew_is_sent_pictures_again(opened):
    live = opened().start()
    live.push(5)
    until(lambda: live.viewer._control.session.courier.unacknowledged == 2)
    before = len(live.page.views())
    live.page.request("hello")
    live.push(level=7)
    until(lambda: len(live.page.views()) > before)


class Fragile:
    """A fake model that raises at a picture that is dark."""

    name, labels = "fragile", None
    inputs = outputs = ()

    def predict(self, batch):
        if batch.mean() < 100:
            raise ValueError("too dark")
        return {"mean": batch.mean(axis=(1, 2, 3))}

    def close(self):
        pass


def test_what_the_model_raises_is_said_and_the_stream_goes_on(opened, recipe, monkeypatch):
    monkeypatch.setattr(live_session, "TROUBLE_S", 1e6)
    live = opened(recipe, Fragile()).start()
    live.push(level=10)
    until(lambda: "too dark" in live.page.request("hello")["banner"])
    live.push(level=199)
    live.seen(1)
    assert live.viewer.stats.dropped["failed"] == 1


def jpeg(image):
    return cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def test_the_pages_webcam_is_a_source(opened, recipe, model):
    live = opened(recipe, model)
    live.page.request("start", source="webcam", policy="latest", view="one")
    until(lambda: live.page.sent[-1][0].get("wants_camera") or live.viewer._control.state.run == "on")
    assert live.viewer._control.state.camera == "one"
    live.page.callback(live.page, {"kind": "frame", "view": "one", "number": 1, "ago_ms": 250}, [jpeg(picture(77))])
    content, encoded = live.seen(1)
    assert content["picture"]["answer"]["rows"][0]["label"] == "red"
    np.testing.assert_allclose(decoded(encoded), picture(77), atol=8)
    assert live.viewer.shown.age_s >= 0.25
    assert {"kind": "taken", "number": 1, "view": "one"} in [content for content, _ in live.page.sent]
    live.page.callback(live.page, {"kind": "frame", "view": "two", "number": 1}, [jpeg(picture(9))])
    assert live.viewer.stats.captured == 1


@pytest.mark.parametrize(
    ("buffers", "told"),
    [pytest.param([b"no picture"], "cannot decode", id="not a picture"), pytest.param([], "without", id="no bytes")],
)
def test_a_camera_picture_that_is_none_is_said(opened, buffers, told):
    live = opened()
    live.page.request("start", source="webcam", policy="latest", view="one")
    until(lambda: live.viewer._control.state.run == "on")
    live.page.callback(live.page, {"kind": "frame", "view": "one", "number": 1}, buffers)
    assert told in live.viewer.error


def test_a_page_without_a_camera_ends_the_stream_and_says_why(opened):
    live = opened()
    live.viewer.start("webcam")
    until(lambda: live.viewer._control.state.run == "on")
    assert live.page.request("camera", view="one")["camera"] == "one"
    assert live.page.request("camera", view="two")["camera"] == "one"
    state = live.page.request("camera", view="one", error="the browser has found no camera")
    assert (state["run"], state["banner"]) == ("off", "the browser has found no camera")


def test_a_page_that_is_reloaded_gives_its_camera_anew(opened, monkeypatch):
    monkeypatch.setattr(live_control, "SILENT_S", 1e6)
    live = opened()
    live.page.request("start", source="webcam", policy="latest", view="one")
    until(lambda: live.viewer._control.state.run == "on")
    assert live.page.request("hello", view="two")["camera"] == "one"  # it may only be slow
    monkeypatch.setattr(live_control, "SILENT_S", -1)
    assert live.page.request("hello", view="two")["camera"] == ""
    assert live.page.request("camera", view="two")["camera"] == "two"


def test_what_a_saved_notebook_holds_of_it_names_no_password(opened):
    viewer = opened().viewer
    viewer._control.state = replace(viewer._control.state, source="rtsp://me:secret@host/x?token=secret")
    assert repr(viewer).startswith("LiveViewer(rtsp://***@host/x?token=***, latest")


def test_a_report_gets_a_picture_and_the_figures(opened, recipe, model):
    live = opened(recipe, model).start()
    with pytest.raises(InvalidValue, match="start the stream first"):
        opened().viewer.snapshot()
    live.push(3)
    live.seen(1)
    live.page.bundle = lambda text, **more: {"text/plain": text, **more}
    assert live.viewer._repr_mimebundle_()["picture"] is None
    live.viewer.stop()
    shown = live.viewer._repr_mimebundle_()
    assert shown["picture"].startswith(b"\x89PNG")
    assert "3 frames in, 3 out" in shown["text/plain"]


def test_a_model_without_a_recipe_is_refused_at_once(model):
    with pytest.raises(InvalidValue, match="needs a recipe"):
        LiveViewer("camera:0", None, model)


def test_kept_frames_have_the_numbers_they_had_in_the_stream(opened):
    live = opened().start()
    live.push(3)
    live.page.request("ack", number=10**6)
    until(lambda: live.viewer.shown is not None and live.viewer.shown.frame.index == 2)
    frames = explored.Kept([live.viewer.shown.frame])
    assert frames[0].index == 2
    assert frames.time_s(0) == live.viewer.shown.frame.time_s
    assert frames[0].origin == live.viewer.shown.frame.origin
