import weakref

import numpy as np
import pytest
import yaml

from tests.unit.live_camera import Camera
from workbench.diagnose.cascade_costs import cascade_costs
from workbench.errors import InvalidValue, UnknownName
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference import classify_regions, detect_then_classify
from workbench.inference.cascade_mistakes import MISTAKES
from workbench.models.model import TensorSpec, check_batch
from workbench.recipes import Recipe

sv = pytest.importorskip("supervision")

HEIGHT, WIDTH = 90, 120
RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)
RECIPE = Recipe(size=(8, 8))
BOXES = np.array([[10, 10, 40, 40], [60, 10, 100, 40], [10, 50, 40, 80]], np.float32)  # red, green, blue


class ColorModel:
    """A fake classifier: the share of each channel. It notes how long its batches were."""

    name, labels = "color", ("red", "green", "blue")
    inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"),)
    outputs = (TensorSpec("share", (None, 3), "float32"),)

    def __init__(self):
        self.lengths, self.closed = [], False

    def predict(self, batch):
        check_batch(batch, self.inputs, self.name)
        self.lengths.append(len(batch))
        sums = batch.sum(axis=(1, 2)) + np.float32(1e-6)
        return {"share": sums / sums.sum(axis=1, keepdims=True)}

    def close(self):
        self.closed = True


def frame(level=0):
    """Return a dark picture with a red, a green and a blue patch where BOXES says."""
    image = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
    for (x0, y0, x1, y1), color in zip(BOXES.astype(int), (RED, GREEN, BLUE), strict=True):
        image[y0:y1, x0:x1] = color
    return image


def detections(xyxy=BOXES):
    count = len(xyxy)
    return sv.Detections(
        xyxy=np.asarray(xyxy, np.float32).reshape(-1, 4),
        confidence=np.full(count, 0.9, np.float32),
        class_id=np.arange(count),
        data={"class_name": np.array([f"patch {i}" for i in range(count)], dtype=str)},
    )


@pytest.fixture
def model():
    return ColorModel()


def classify(found, model, frames=None, **options):
    frames = open_frames([frame()] * len(found)) if frames is None else frames
    return classify_regions(frames, found, model, classifier_recipe=RECIPE, progress=False, **options)


def test_every_box_gets_the_classifiers_answer_beside_the_detectors(model):
    cascade = classify([detections()], model)
    (found,) = cascade.detections
    assert found.data["answer"].tolist() == ["red", "green", "blue"]
    assert found.data["class_name"].tolist() == ["patch 0", "patch 1", "patch 2"]
    assert found.data["answer_score"] == pytest.approx(1.0, abs=1e-6)
    assert (found.xyxy == BOXES).all()
    table = cascade.to_frame()
    assert table.loc[1, ["class", "answer", "region"]].tolist() == ["patch 1", "green", "whole"]
    assert table.loc[1, ["x0", "y0", "x1", "y1"]].tolist() == BOXES[1].tolist()


def test_the_answers_are_those_of_the_regions_one_by_one(model):
    noise = np.random.default_rng(3).integers(0, 256, (5, HEIGHT, WIDTH, 3), np.uint8)
    found = [detections(BOXES + shift) for shift in range(5)]
    cascade = classify(found, model, open_frames(list(noise)), margin=0.0)
    alone = [
        ColorModel().predict(RECIPE(image[int(y0) : int(y1), int(x0) : int(x1)]))["share"][0]
        for image, each in zip(noise, found, strict=True)
        for x0, y0, x1, y1 in each.xyxy
    ]
    assert np.abs(cascade.answers.probabilities - alone).max() < 1e-6


def test_regions_of_many_frames_share_full_batches(model):
    cascade = classify([detections()] * 20, model)
    assert model.lengths == [16, 16, 16, 12]
    assert cascade.answers.probabilities.shape == (60, 3)


def test_frames_are_read_once_and_not_kept(model):
    class Clip(FrameSequence):
        """Frames that exist only while they are looked at."""

        origin, reads, alive, most = "clip", 0, 0, 0

        def __len__(self):
            return 200

        def time_s(self, index):
            return index / 25

        def array(self, index):
            self.reads += 1
            self.alive += 1
            self.most = max(self.most, self.alive)
            image = frame()
            weakref.finalize(image, self._gone)
            return image

        def _gone(self):
            self.alive -= 1

    clip = Clip()
    cascade = classify([detections()] * 200, model, clip)
    assert clip.reads == 200
    assert clip.most < 10
    assert cascade.times_s[50] == 2.0


def test_a_frame_without_boxes_stays_in_the_result(model):
    cascade = classify([detections(), detections([]), detections(BOXES[1:])], model)
    assert [len(each) for each in cascade.detections] == [3, 0, 2]
    assert cascade.to_frame()["frame"].tolist() == [0, 0, 0, 2, 2]
    assert cascade.detections[1].data["answer"].tolist() == []


@pytest.mark.parametrize("boxes", [[], [[200, 200, 300, 300]]], ids=["no box", "no box that can be cut"])
def test_nothing_to_classify_is_an_empty_result(model, boxes):
    cascade = classify([detections(boxes)] * 3, model)
    assert len(cascade) == 3
    assert cascade.answers.probabilities.shape == (0, 3)
    assert model.lengths == []
    assert len(cascade.to_frame()) == 3 * len(boxes)


def test_boxes_that_cannot_be_cut_stay_unanswered_and_are_counted(model):
    found = detections([*BOXES[:1], [5, 5, 6, 6], [300, 0, 400, 50], [-5, -5, 40, 40], [9, 9, 9, 20]])
    cascade = classify([found], model)
    assert cascade.counts == {"whole": 1, "too small": 1, "outside": 1, "clipped": 1, "empty": 1}
    assert cascade.column("answer_id").tolist() == [0, -1, -1, 0, -1]
    assert np.isnan(cascade.column("answer_score")).tolist() == [False, True, True, False, True]
    assert cascade.to_dict()["answers"] == {"red": 2}


def test_the_result_is_plain_in_a_dictionary(model):
    cascade = classify([detections()], model, margin=0.1)
    plain = yaml.safe_load(yaml.safe_dump(cascade.to_dict()))
    assert plain["boxes"] == 3
    assert plain["margin"] == 0.1
    assert set(plain["seconds"]) >= {"crop", "preprocess", "classify", "wall"}


def test_not_one_detections_a_frame_is_refused(model):
    with pytest.raises(InvalidValue, match="got 2 for 3 frames"):
        classify([detections()] * 2, model, open_frames([frame()] * 3))


def test_a_classifier_without_class_probabilities_is_refused():
    class Heights(ColorModel):
        def predict(self, batch):
            return {"height": batch.mean(axis=(1, 2))[:, :1] + 7}

    with pytest.raises(InvalidValue, match=r"height \(1,\) for each region"):
        classify([detections()], Heights())


def test_an_error_in_the_frames_comes_out(model):
    class Torn(FrameSequence):
        def __len__(self):
            return 3

        def time_s(self, index):
            return None

        def array(self, index):
            if index == 2:
                raise OSError("the disk is gone")
            return frame()

    with pytest.raises(OSError, match="the disk is gone"):
        classify([detections()] * 3, model, Torn())


def test_the_callers_model_stays_open(model):
    classify([detections()], model)
    assert not model.closed


# --- the mistakes --------------------------------------------------------------------------------------------


def answers(model, mistake, boxes=BOXES, **options):
    return classify([detections(boxes)], model, mistakes=mistake, **options).column("answer").tolist()


def test_swapped_channels_answers_blue_for_red(model):
    assert answers(model, "swapped channels") == ["blue", "green", "red"]


def test_swapped_axes_reads_the_boxes_the_other_way_round(model):
    assert answers(model, "swapped axes", [[50, 10, 80, 40], [10, 10, 40, 40]]) == ["blue", "red"]


def test_no_clip_loses_the_boxes_that_begin_outside(model):
    boxes = [[-30, 10, 40, 40], BOXES[1]]
    assert answers(model, "no clip", boxes) == ["", "green"]
    assert answers(model, (), boxes) == ["red", "green"]


def test_drawn_on_puts_green_into_the_regions(model):
    small = [[20, 20, 26, 26]]
    clean, drawn = (classify([detections(small)], model, mistakes=each) for each in ((), "drawn on"))
    assert clean.answers.probabilities[0] == pytest.approx([1, 0, 0], abs=1e-6)
    assert drawn.answers.probabilities[0, 1] > 0.3


DETECTOR = Recipe(size=(45, 60), fit="letterbox")


def test_resized_frame_cuts_from_the_detectors_picture(model):
    seen = []
    recipe = lambda image: seen.append(image.shape) or RECIPE(image)  # noqa: E731
    found = classify_regions(
        [frame()], [detections()], model, classifier_recipe=recipe, detector_recipe=DETECTOR,
        mistakes=["resized frame"], progress=False,
    )  # fmt: skip
    assert seen == [(15, 15, 3), (15, 20, 3), (15, 15, 3)]
    assert found.column("answer").tolist() == ["red", "green", "blue"]


def test_scaled_twice_throws_the_boxes_out_of_place(model):
    cascade = classify([detections()], model, mistakes="scaled twice", detector_recipe=DETECTOR)
    assert cascade.column("region").tolist() == ["whole", "outside", "outside"]
    assert cascade.answers.probabilities[0] == pytest.approx([0.29, 0.29, 0.43], abs=0.06)  # parts of all three


@pytest.mark.parametrize("name", ["resized frame", "scaled twice"])
@pytest.mark.parametrize("recipe", [None, Recipe(size=None), RECIPE.__call__], ids=["none", "own size", "function"])
def test_a_mistake_of_resizing_needs_a_resize(model, name, recipe):
    with pytest.raises(InvalidValue, match="needs a detector's recipe with a size"):
        answers(model, name, detector_recipe=recipe)


def test_an_unknown_mistake_names_the_closest(model):
    with pytest.raises(UnknownName, match="did you mean 'swapped axes'"):
        answers(model, "swaped axes")


@pytest.mark.parametrize("name", MISTAKES)
def test_no_mistake_touches_the_frames(model, name):
    image = frame(9)
    before = image.copy()
    boxes = np.vstack([BOXES, [[-9, -9, 30, 30]]])
    classify([detections(boxes)], model, open_frames([image]), mistakes=name, detector_recipe=DETECTOR)
    assert (image == before).all()


def test_costs_count_flipped_and_lost_answers_of_each_mistake(model):
    found = [detections([*BOXES, [-30, 10, 40, 40]])] * 2
    frames = open_frames([frame()] * 2)
    right = classify(found, model, frames)
    costs = cascade_costs(frames, right, model, classifier_recipe=RECIPE, detector_recipe=DETECTOR, progress=False)
    table = costs.to_frame().set_index("mistake")
    assert table.loc["swapped channels", "flips"] == "6 of 8"
    assert table.loc["swapped channels", "lost"] == 0
    assert table.loc["no clip", ["flips", "lost"]].tolist() == ["2 of 8", 2]
    assert table.loc["swapped channels", "mean change"] == pytest.approx(0.75, abs=1e-5)
    assert set(costs.to_dict()) == set(MISTAKES)
    assert costs.kept == {name: 1 - each.mean() for name, each in costs.flips.items()}


def test_where_nothing_was_found_every_mistake_keeps_all(model):
    nothing = classify([detections(np.zeros((0, 4)))], model)
    costs = cascade_costs([frame()], nothing, model, classifier_recipe=RECIPE, progress=False)
    assert set(costs.kept.values()) == {1.0}
    assert set(costs.to_frame()["flips"]) == {"0 of 0"}


# --- with a detector -----------------------------------------------------------------------------------------

TENSOR = Recipe(size=(45, 60), fit="letterbox")  # half of the frame


class RowsModel:
    """A fake detector: the rows [x0, y0, x1, y1, score, class] it was made with, for each frame in turn."""

    name, labels, inputs, outputs = "rows", ("thing", "ghost"), (TensorSpec("image", (None, 45, 60, 3), "float32"),), ()

    def __init__(self, *frames):
        self.frames, self.lengths = [np.array(rows, np.float32).reshape(-1, 6) for rows in frames], []

    def predict(self, batch):
        check_batch(batch, self.inputs, self.name)
        first = sum(self.lengths)
        self.lengths.append(len(batch))
        return {"rows": np.stack(self.frames[first : first + len(batch)])}

    def close(self):
        pass


PATCHES = [[5, 5, 20, 20, 0.9, 0], [30, 5, 50, 20, 0.6, 1], [5, 25, 20, 40, 0.3, 0]]  # in tensor pixels


def cascade_of(detector, classifier, frames, **options):
    return detect_then_classify(
        frames, detector, classifier, detector_recipe=TENSOR, classifier_recipe=RECIPE,
        **({"boxes": "rows_pixels", "progress": False} | options),
    )  # fmt: skip


def test_boxes_of_the_detector_are_cut_from_the_source_frame(model):
    cascade = cascade_of(RowsModel(PATCHES), model, [frame()], threshold=0.2)
    (found,) = cascade.detections
    assert found.xyxy.tolist() == BOXES.tolist()
    assert found.data["answer"].tolist() == ["red", "green", "blue"]
    assert found.data["class_name"].tolist() == ["thing", "ghost", "thing"]
    assert (cascade.detector, cascade.classifier) == ("rows", "color")


@pytest.mark.parametrize(
    ("options", "answers", "left_out"),
    [
        pytest.param({}, ["red", "green"], {"below threshold": 1}, id="the threshold by default"),
        pytest.param(
            {"threshold": 0.6}, ["red", "green"], {"below threshold": 1}, id="a score at the threshold counts"
        ),
        pytest.param({"threshold": 0.61}, ["red"], {"below threshold": 2}, id="a score below does not"),
        pytest.param({"classes": ["ghost"]}, ["green"], {"below threshold": 1, "other class": 1}, id="class by name"),
        pytest.param({"classes": [0], "threshold": 0}, ["red", "blue"], {"other class": 1}, id="class by number"),
        pytest.param({"classes": "ghost"}, ["green"], {"below threshold": 1, "other class": 1}, id="one name alone"),
        pytest.param(
            {"classes": np.array([1])}, ["green"], {"below threshold": 1, "other class": 1}, id="NumPy number"
        ),
        pytest.param({"threshold": 1.0}, [], {"below threshold": 3}, id="nothing is sure enough"),
    ],
)
def test_only_the_boxes_wanted_are_classified_and_the_others_counted(model, options, answers, left_out):
    cascade = cascade_of(RowsModel(PATCHES), model, [frame()], **options)
    assert cascade.column("answer").tolist() == answers
    counts = {name: count for name, count in cascade.counts.items() if count and name not in ("whole", "clipped")}
    assert counts == left_out


def test_empty_frames_first_leave_the_format_open(model):
    nothing = [[0, 0, 0, 0, 0, 0]] * 3
    detector = RowsModel(*[nothing] * 5, PATCHES, *[nothing] * 2)
    cascade = cascade_of(detector, model, [frame()] * 8, boxes="auto")
    assert [len(each) for each in cascade.detections] == [0, 0, 0, 0, 0, 2, 0, 0]
    assert cascade.column("answer").tolist() == ["red", "green"]
    assert detector.lengths == [4, 4]


def test_nothing_but_empty_frames_is_an_empty_result(model):
    cascade = cascade_of(RowsModel(*[[[0] * 6] * 2] * 3), model, [frame()] * 3, boxes="auto")
    assert (len(cascade), cascade.boxes) == (3, 0)


def test_outputs_that_are_no_boxes_are_refused(model):
    class Heat(RowsModel):
        def predict(self, batch):
            return {"heat": batch[..., :1].copy()}

    with pytest.raises(InvalidValue, match="no box format fits"):
        cascade_of(Heat(PATCHES), model, [frame()], boxes="auto")


def test_frames_of_different_sizes_and_a_limit(model):
    frames = [frame(), np.zeros((180, 240, 3), np.uint8), frame()]
    cascade = cascade_of(RowsModel(*[PATCHES] * 3), model, frames, limit=2)
    assert cascade.sizes == ((HEIGHT, WIDTH), (180, 240))
    assert cascade.detections[1].xyxy[0].tolist() == [20, 20, 80, 80]
    assert cascade.origins == ("array", "array")


def test_a_stream_needs_a_limit_and_is_read_no_further(model):
    class Camera(FrameStream):
        origin, read = "camera:0", 0

        def arrays(self):
            while True:
                self.read += 1
                yield frame()

        def __iter__(self):
            return iter(())

    camera = Camera()
    with pytest.raises(InvalidValue, match="a stream has no end; give limit"):
        cascade_of(RowsModel(*[PATCHES] * 9), model, camera)
    cascade = cascade_of(RowsModel(*[PATCHES] * 9), model, camera, limit=5)
    assert (len(cascade), cascade.times_s, camera.read) == (5, (None,) * 5, 5)


def test_a_margin_reaches_beyond_the_frame_and_is_clipped(model):
    cascade = cascade_of(RowsModel(PATCHES[:1]), model, [frame()], margin=0.5)
    assert cascade.column("region").tolist() == ["clipped"]
    assert cascade.column("answer").tolist() == ["red"]


def test_the_stages_are_timed(model):
    seconds = cascade_of(RowsModel(PATCHES), model, [frame()]).seconds
    assert set(seconds) == {"decode", "detect", "crop", "preprocess", "classify", "wall"}
    for thread in (("decode", "detect", "crop"), ("preprocess", "classify")):  # they work at the same time
        assert 0 < sum(seconds[stage] for stage in thread) <= seconds["wall"]


def test_recipes_that_decode_differently_are_refused(model):
    with pytest.raises(InvalidValue, match="exif='apply' and the classifier's exif='ignore'"):
        detect_then_classify(
            [frame()],
            RowsModel(PATCHES),
            model,
            detector_recipe=TENSOR,
            classifier_recipe=RECIPE.replace(exif="ignore"),
        )


def test_a_class_the_detector_does_not_have_names_the_closest(model):
    with pytest.raises(UnknownName, match="did you mean 'ghost'"):
        cascade_of(RowsModel(PATCHES), model, [frame()], classes=["gost"])


def test_class_names_of_a_detector_without_any_are_refused(model):
    detector = RowsModel(PATCHES)
    detector.labels = None
    with pytest.raises(InvalidValue, match="no class names, so none is 'ghost'"):
        cascade_of(detector, model, [frame()], classes="ghost")


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_leaves_no_frame_is_refused(model, limit):
    with pytest.raises(InvalidValue, match="from 1"):
        cascade_of(RowsModel(PATCHES), model, [frame()], limit=limit)


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_that_is_no_score_is_refused(model, threshold):
    with pytest.raises(InvalidValue, match="score from 0 to 1"):
        cascade_of(RowsModel(PATCHES), model, [frame()], threshold=threshold)


def test_costs_leave_out_the_mistakes_of_resizing_where_nothing_is_resized(model):
    right = classify([detections()], model)
    costs = cascade_costs([frame()], right, model, classifier_recipe=RECIPE, progress=False)
    assert set(costs.wrong) == set(MISTAKES) - {"resized frame", "scaled twice"}


def test_costs_of_a_stream_are_refused_with_the_cure(model):
    with pytest.raises(InvalidValue, match=r"take\(source, limit=...\)"):
        cascade_costs(Camera(), classify([detections()], model), model, classifier_recipe=RECIPE)
