import numpy as np
import pytest

from tests.unit.live_camera import Camera
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.inference import classify_regions, predict
from workbench.views.box_figures import figure_detections, figure_regions

sv = pytest.importorskip("supervision")


def boxes(count=1, score=0.9):
    return sv.Detections(
        xyxy=np.tile(np.array([[2, 2, 12, 10]], np.float32), (count, 1)),
        confidence=np.full(count, score, np.float32),
        class_id=np.zeros(count, int),
        data={"class_name": np.array(["thing"] * count, dtype=str)},
    )


def words(figure):
    return [text.get_text() for text in figure.texts if text.get_text()]


def test_every_frame_is_shown_with_its_count_above(frames):
    figure = figure_detections(frames, [boxes(1), boxes(2), *[boxes(0)] * 8], columns=3)
    assert words(figure) == [
        "frame 0 · array · 1 box",
        "frame 1 · array · 2 boxes",
        *[f"frame {i} · array · 0 boxes" for i in range(2, 10)],
    ]
    assert len(figure.axes) == 10


def test_boxes_below_the_threshold_are_not_counted(frames):
    assert words(figure_detections(frames, [boxes(2, 0.4)] * 10, threshold=0.5, limit=1)) == [
        "frame 0 · array · 0 boxes"
    ]


def test_named_detections_stand_side_by_side(frames):
    figure = figure_detections(frames[:2], {"A": [boxes(1)] * 2, "B": [boxes(3)] * 2})
    names = [
        f"{name} · frame {i} · array · {count}" for i in (0, 1) for name, count in (("A", "1 box"), ("B", "3 boxes"))
    ]
    assert words(figure) == names
    tops = [axes.get_position().y0 for axes in figure.axes]
    assert tops[0] == tops[1] > tops[2] == tops[3]


def test_many_frames_are_thinned_evenly_from_first_to_last(frames):
    assert words(figure_detections(frames, [boxes()] * 10, limit=3)) == [
        "frame 0 · array · 1 box", "frame 4 · array · 1 box", "frame 9 · array · 1 box",
    ]  # fmt: skip


def test_pictures_keep_their_shape_and_nothing_leaves_the_page(frames):
    figure = figure_detections(frames, [boxes()] * 10, limit=4)
    wide, high = figure.get_size_inches()
    for axes in figure.axes:
        place = axes.get_position()
        assert place.width * wide / (place.height * high) == pytest.approx(20 / 12, rel=0.01)
        assert 0 <= place.x0
        assert place.x1 <= 1
        assert 0 <= place.y0
        assert place.y1 <= 1


@pytest.mark.parametrize(
    ("detections", "text"),
    [
        pytest.param([boxes()] * 11, "detections 11 for 10 frames", id="more than frames"),
        pytest.param([], "detections 0", id="none"),
        pytest.param({}, "at least one list", id="no name"),
        pytest.param({"A": [boxes()], "B": [boxes()] * 2}, "A 1, B 2", id="not as many under each name"),
    ],
)
def test_not_one_detections_a_frame_is_refused(frames, detections, text):
    with pytest.raises(InvalidValue, match=text):
        figure_detections(frames, detections)


def test_no_frame_at_all_is_refused(frames):
    with pytest.raises(InvalidValue, match="limit is a whole number of frames from 1"):
        figure_detections(frames, [boxes()] * 10, limit=0)


def test_a_stream_is_refused_with_the_cure():
    with pytest.raises(InvalidValue, match=r"take\(source, limit=100\)"):
        figure_detections(Camera(), [boxes()])


def test_regions_are_shown_with_both_answers(frames, model, recipe):
    cascade = classify_regions(frames, [boxes()] * 10, model, classifier_recipe=recipe, progress=False)
    figure = figure_regions(frames, cascade, limit=3)
    assert len(figure.axes) == 3
    above, below = words(figure)[:2]
    assert above == "thing 90%"
    assert below == f"{cascade.column('answer')[0]} {cascade.column('answer_score')[0]:.0%}"


def test_a_mistaken_cascade_is_shown_as_its_classifier_saw_it(frames, model, recipe):
    options = {"classifier_recipe": recipe, "progress": False}
    right, wrong = (
        classify_regions(frames, [boxes()] * 10, model, mistakes=mistakes, **options)
        for mistakes in ((), ("swapped channels",))
    )
    shown, swapped = (figure_regions(frames, each, limit=1).axes[0].images[0].get_array() for each in (right, wrong))
    np.testing.assert_array_equal(shown, swapped[..., ::-1])
    refitted = classify_regions(
        frames, [boxes()] * 10, model, mistakes=["resized frame"], detector_recipe=recipe, **options
    )
    with pytest.raises(InvalidValue, match="needs a detector's recipe with a size"):
        figure_regions(frames, refitted)
    assert figure_regions(frames, refitted, detector_recipe=recipe).axes


def test_a_cascade_without_regions_says_so(frames, model, recipe):
    cascade = classify_regions(frames, [boxes(0)] * 10, model, classifier_recipe=recipe, progress=False)
    assert words(figure_regions(frames, cascade)) == ["No region of these 10 frames was classified."]


def test_arrays_can_be_given_as_frames(picture):
    assert words(figure_detections([picture], [boxes()])) == ["frame 0 · array · 1 box"]
    assert len(open_frames([picture])) == 1


def test_a_result_stands_for_its_boxes_and_one_without_is_refused(frames, model, recipe):
    cascade = classify_regions(frames, [boxes()] * 10, model, classifier_recipe=recipe, progress=False)
    assert words(figure_detections(frames, cascade, limit=1)) == ["frame 0 · array · 1 box"]
    with pytest.raises(InvalidValue, match="this prediction has no boxes"):
        figure_detections(frames, {"A": predict(frames, recipe, model, progress=False)})
