import numpy as np
import pytest

from tests.unit.recording.live_by_hand import live, result
from workbench import Recipe
from workbench.errors import InvalidValue, UnreadableSource
from workbench.inference.live import stream
from workbench.models import load_model
from workbench.recording import Recorder, open_recording, recorded, replay

RECIPE = Recipe(size=(8, 8), range="unit")


class Colors:
    """Answers with the share of red, green and blue; a model in memory."""

    name, inputs, outputs, labels = "colors", (), (), ("red", "green", "blue")

    def __init__(self, tilt=0.0):
        self.tilt = tilt

    def predict(self, batch):
        means = batch.mean(axis=(1, 2)) + 0.01 + np.array([self.tilt, 0, 0])
        return {"share": (means / means.sum(axis=1, keepdims=True)).astype(np.float32)}

    def close(self):
        pass


def session(folder, images, *, recipe=RECIPE, model=None, switch=None):
    """Record a stream over an iterator of pictures; `switch`: (frame, recipe) on the way."""
    with stream(iter(images), recipe, model or Colors(), policy="block", workers=1) as running:
        for each in recorded(running, folder, annotate=False):
            if switch and each.frame.index == switch[0]:
                running.recipe = switch[1]
    return folder


@pytest.fixture
def folder(tmp_path, images):
    return session(tmp_path / "r", images[:30])


def test_the_same_model_and_recipe_give_the_same_bits(folder):
    outcome = replay(folder, model=Colors(), progress=False)
    assert outcome.same
    assert outcome.verdict == "the same on all 30 frames, bit for bit"
    assert len(outcome) == len(outcome.to_frame()) == 30
    assert outcome.to_dict()["identical"] == 30
    assert outcome.largest == 0


def test_a_recipe_that_was_switched_is_switched_again(tmp_path, images):
    folder = session(tmp_path / "r", images[:30], switch=(9, RECIPE.replace(color="bgr")))
    with open_recording(folder) as recording:
        assert [each.color for each in recording.recipes] == ["rgb", "bgr"]
    assert replay(folder, model=Colors(), progress=False).same


def test_another_recipe_shows_what_it_would_have_answered(folder):
    outcome = replay(folder, model=Colors(), recipe=RECIPE.replace(color="bgr"), progress=False)
    assert not outcome.same
    assert outcome.slots == {"color": ("rgb", "bgr")}
    assert outcome.flips.any()
    rows = outcome.to_frame()
    assert (rows["largest"] > 0).all()
    assert outcome.largest == rows["largest"].max()
    assert "color rgb -> bgr" in outcome.verdict
    assert f"{outcome.flips.sum()} of 30 frames are answered otherwise" in outcome.verdict


def test_a_model_that_is_off_by_little_is_told_from_one_that_decides_otherwise(folder):
    little, much = (replay(folder, model=Colors(tilt), progress=False) for tilt in (1e-6, -0.5))
    assert not little.same
    assert not little.flips.any()
    assert little.verdict.startswith("the same decision on all 30 frames; raw outputs differ by ")
    assert 0 < little.largest < 1e-5
    assert much.flips.any()


def test_results_without_their_frame_are_counted(folder):
    frames = folder / "frames-0000.mkv"
    whole = frames.read_bytes()
    lines = (folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "results.jsonl").write_bytes(b"".join(lines[:-1]))  # killed: no end
    frames.write_bytes(whole[: int(len(whole) * 0.8)])
    outcome = replay(folder, model=Colors(), progress=False)
    assert outcome.same
    assert outcome.lost == 30 - len(outcome) > 0
    assert outcome.verdict.endswith(f"; {outcome.lost} more results have no frame on disk")


@pytest.mark.parametrize(
    ("given", "recipe", "says"),
    [
        pytest.param({}, RECIPE, "'colors' came from no file; give it", id="a model from memory"),
        pytest.param({"model": Colors()}, lambda image: image / 255, "made with the function", id="a function"),
    ],
)
def test_what_cannot_be_loaded_again_has_to_be_given(tmp_path, images, given, recipe, says):
    folder = session(tmp_path / "r", images[:3], recipe=recipe)
    with pytest.raises(InvalidValue, match=says) as caught:
        replay(folder, progress=False, **given)
    assert "\n" not in str(caught.value)
    assert replay(folder, model=Colors(), recipe=recipe, progress=False).same


def test_a_recording_without_answers_cannot_be_replayed(tmp_path, images):
    with Recorder(tmp_path / "r", live()) as recorder:
        recorder.write(result(images[0], 0))
    with pytest.raises(InvalidValue, match="recorded without a model"):
        replay(tmp_path / "r", model=Colors(), recipe=RECIPE)


def test_a_recording_without_frames_cannot_be_replayed(tmp_path, images):
    with Recorder(tmp_path / "r", live(model=Colors())):
        pass
    with pytest.raises(InvalidValue, match="none of the 0 results has its frame"):
        replay(tmp_path / "r", model=Colors(), recipe=RECIPE)


def test_a_folder_that_holds_nothing_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match="holds no recording"):
        replay(tmp_path)


def test_a_newer_recording_is_refused(folder):
    path = folder / "results.jsonl"
    path.write_text(path.read_text().replace('"format":1', '"format":99', 1))
    with pytest.raises(UnreadableSource, match="newer workbench"):
        open_recording(folder)


@pytest.mark.slow
def test_a_detector_in_real_time_is_loaded_again_and_answers_the_same(tmp_path):
    recipe = Recipe(size=(300, 300), range="symmetric")
    with stream("sample:bikes", recipe, "sample:ssd-mobilenet-oid", engine="original", limit=12) as running:
        numbers = [each.frame.index for each in recorded(running, tmp_path / "r")]
    outcome = replay(tmp_path / "r", progress=False)
    assert outcome.same, outcome.verdict
    with open_recording(tmp_path / "r") as recording:
        assert [frame.index for frame in recording.frames] == numbers
        assert recording.model == "sample:ssd-mobilenet-oid"
        assert recording.results["boxes"].sum() > 12
    other = replay(tmp_path / "r", recipe=recipe.replace(range="raw"), progress=False)
    assert not other.equal.any()


@pytest.mark.slow
def test_a_classifier_in_real_time_answers_the_same(tmp_path):
    recipe, name = Recipe(size=(32, 32)), "sample:cifar10-cnn"
    with stream("sample:bikes", recipe, load_model(name), limit=10) as running:
        for _ in recorded(running, tmp_path / "r"):
            pass
    loaded_again = replay(tmp_path / "r", progress=False)
    assert loaded_again.same, loaded_again.verdict
    assert loaded_again.models == ("cifar10-cnn", "cifar10-cnn")


def test_a_live_stream_has_all_that_a_recorder_asks_of_it(images):
    with stream(iter(images[:3]), RECIPE, Colors()) as running:
        by_hand = vars(live())
        assert all(hasattr(running, name) for name in by_hand)
