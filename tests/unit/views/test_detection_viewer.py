import cv2
import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.frames.arrays import ArraySequence
from workbench.views import detection_viewer as module
from workbench.views.box_style import PALETTE
from workbench.views.detection_viewer import DetectionViewer

sv = pytest.importorskip("supervision")


class Page:
    """Stands where the widget in the browser does: sends requests, and keeps what comes back."""

    def __init__(self, schema, threshold):
        self.schema, self.threshold, self.sent, self.closed = schema, threshold, [], False

    def on_msg(self, callback):
        self.callback = callback

    def show(self, content, pictures=None):
        self.sent.append((content, pictures or []))

    def request(self, kind, **more):
        self.callback(self, {"kind": kind, **more}, [])
        return self.sent[-1]

    def close(self):
        self.closed = True


def boxes(count, name="dog"):
    return sv.Detections(
        xyxy=np.arange(4 * count, dtype=np.float32).reshape(count, 4),
        confidence=np.linspace(0.9, 0.1, count, dtype=np.float32),
        class_id=np.arange(count),
        data={"class_name": np.array([name] * count, dtype=str)},
    )


@pytest.fixture
def opened(monkeypatch, frames):
    monkeypatch.setattr(module, "DetectionSurface", Page)

    def make(detections=None, source=frames, **options):
        viewer = DetectionViewer(source, detections or [boxes(i % 4) for i in range(len(source))], **options)
        return viewer, viewer._surface

    return make


def shown(encoded):
    return cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def test_a_frame_comes_with_all_its_boxes_whatever_their_score(opened):
    _, page = opened()
    content, [encoded] = page.request("seek", index=3)
    assert content["index"] == 3
    assert content["size"] == (12, 20)
    assert shown(encoded).shape == (12, 20, 3)
    [only] = content["sets"]
    assert only["name"] == ""
    assert only["boxes"][1] == [4, 5, 6, 7, pytest.approx(0.5), "dog 50%", 1]
    assert len(only["boxes"]) == 3


def test_named_detections_come_under_their_names(opened):
    _, page = opened({"A": [boxes(1)] * 10, "B": [boxes(2)] * 10})
    content, _ = page.request("hello")
    assert [(each["name"], len(each["boxes"])) for each in content["sets"]] == [("A", 1), ("B", 2)]


def test_scores_that_are_not_there_are_sent_as_none(opened):
    _, page = opened([sv.Detections(xyxy=np.zeros((1, 4), np.float32))] * 10)
    assert page.request("hello")[0]["sets"][0]["boxes"] == [[0, 0, 0, 0, None, "", 0]]


def test_a_score_at_the_threshold_is_at_it_in_the_browser_too(opened):
    _, page = opened([sv.Detections(np.float32([[1, 1, 5, 5]]), confidence=np.float32([0.7]))] * 10)
    assert page.request("hello")[0]["sets"][0]["boxes"][0][4] == 0.7


def test_a_label_travels_as_text(opened):
    _, page = opened([boxes(1, "<script>alert(1)</script>")] * 10)
    assert page.request("hello")[0]["sets"][0]["boxes"][0][5] == "<script>alert(1)</script> 90%"


def test_a_moving_frame_is_smaller_than_one_that_stands(opened):
    large = ArraySequence([np.zeros((1600, 800, 3), np.uint8)] * 2)
    _, page = opened([boxes(1)] * 2, large)
    moving, [small] = page.request("seek", index=1)
    still, [big] = page.request("settle")
    assert (shown(small).shape[0], moving["moving"]) == (540, True)
    assert (shown(big).shape[0], still["moving"]) == (1080, False)


def test_a_small_frame_does_not_ask_for_more(opened):
    _, page = opened()
    assert page.request("seek", index=2)[0]["moving"] is False


def test_play_ticks_forward_and_stops_at_the_end(opened):
    viewer, page = opened()
    page.request("seek", index=8)
    assert page.request("toggle_play")[0]["playing"]
    content, _ = page.request("tick")
    assert (content["index"], content["playing"], viewer.index) == (9, False, 9)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        pytest.param({"kind": "dance"}, "no request named 'dance'", id="request"),
        pytest.param({"kind": "seek"}, "KeyError", id="anything unforeseen, with its type"),
    ],
)
def test_an_error_fills_the_banner_and_the_next_success_clears_it(opened, request_, text):
    _, page = opened()
    assert text in page.request(**request_)[0]["banner"]
    assert page.request("seek", index=1)[0]["banner"] == ""


def test_a_frame_that_cannot_be_decoded_says_why_and_marks_the_old_picture(opened):
    class Torn(ArraySequence):
        def array(self, index):
            if index == 1:
                raise OSError("the disk\nis gone")
            return super().array(index)

    viewer, page = opened([boxes(1)] * 2, Torn([np.zeros((9, 9, 3), np.uint8)] * 2))
    page.request("hello")
    content, encoded = page.request("seek", index=1)
    assert content["banner"] == "OSError: the disk is gone"
    assert (content["stale"], encoded, content["index"]) == (True, [], 1)
    assert page.request("seek", index=0)[0]["stale"] is False
    assert viewer.index == 0


def test_the_threshold_goes_both_ways(opened):
    viewer, page = opened(threshold=0.3)
    assert page.threshold == 0.3
    page.threshold = 0.7
    assert viewer.threshold == 0.7
    viewer.threshold = 0.2
    assert page.threshold == 0.2
    with pytest.raises(InvalidValue, match="score from 0 to 1"):
        viewer.threshold = 2


def test_a_snapshot_is_the_frame_shown_at_the_threshold_set(opened):
    viewer, page = opened()
    page.request("seek", index=7)
    viewer.threshold = 0.45
    assert viewer.snapshot().texts[0].get_text() == "frame 7 · array · 2 boxes"


def test_a_frame_can_be_shown_from_python(opened):
    viewer, page = opened()
    viewer.show(99)
    assert page.sent[-1][0]["index"] == viewer.index == 9


def test_the_palette_reaches_the_browser(opened):
    _, page = opened()
    assert [entry["fill"] for entry in page.schema] == list(PALETTE)
    assert {entry["ink"] for entry in page.schema} <= {"#000000", "#ffffff"}


@pytest.mark.parametrize("count", [0, 11])
def test_not_one_detections_a_frame_is_refused(opened, count):
    with pytest.raises(InvalidValue, match="one Detections a frame"):
        DetectionViewer(ArraySequence([np.zeros((9, 9, 3), np.uint8)] * 10), [boxes(1)] * count)


def test_frames_opened_here_are_closed_and_the_callers_are_not(opened, picture):
    class Noting(ArraySequence):
        closed = False

        def close(self):
            self.closed = True

    frames = Noting([picture])
    viewer, page = opened([boxes(1)], frames)
    viewer.close()
    assert page.closed
    assert not frames.closed


def test_the_real_widget_shows_itself_and_holds_no_pictures(frames):
    viewer = DetectionViewer(frames, [boxes(1)] * 10, threshold=0.25)
    bundle = viewer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == "DetectionViewer(10 frames of array)"
    viewer._on_message(None, {"kind": "hello"}, [])
    state = viewer._surface.get_state()
    assert not any(isinstance(value, bytes | memoryview) for value in state.values())
    assert state["threshold"] == 0.25
    viewer.close()
