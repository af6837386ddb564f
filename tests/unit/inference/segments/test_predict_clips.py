"""`predict_clips` gives of each clip what `predict` gives, to the bit, and names what it cannot give."""

import pickle
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.errors import InvalidValue, UnknownName, UnreadableSource
from workbench.inference import predict
from workbench.inference.segments import predict_clips
from workbench.inference.segments.here import run_here
from workbench.recipes import Recipe

RECIPE = Recipe(size=(24, 32), range="symmetric")
SHORT = {"segment": 8, "batch_size": 4, "progress": False}


def same(one, other):
    assert one.outputs.keys() == other.outputs.keys()
    assert all(np.array_equal(one.outputs[name], other.outputs[name]) for name in one.outputs)
    assert np.array_equal(one.indices, other.indices)
    assert (one.origins, one.times_s, one.sizes, one.model) == (other.origins, other.times_s, other.sizes, other.model)
    return True


class Sent:
    """A cluster that hands jobs and answers on as bytes, the last job first."""

    workers = 2

    def __init__(self, broken=()):
        self.jobs, self.broken = [], broken

    def run(self, function, jobs):
        for key, job in reversed(jobs.items()):
            self.jobs.append(job)
            if getattr(job, "start", None) in self.broken:
                yield SimpleNamespace(key=key, value=None, error="its worker died 5 times", seconds=0, worker="")
            else:
                (outcome,) = run_here(pickle.loads(pickle.dumps(function)), {key: pickle.loads(pickle.dumps(job))})
                yield outcome


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_every_kind_of_clip_is_answered_as_in_one_run(clips, model, summing, where):
    cluster = Sent() if where == "elsewhere" else None
    found = predict_clips(clips, {"own": (RECIPE, model[0])}, cluster=cluster, **SHORT)
    assert found.failed == ()
    assert found.jobs > 10
    for clip in clips:
        assert same(found[clip]["own"], predict(clip, RECIPE, summing(), batch_size=4, progress=False))
    assert len(model[1]) == 1  # loaded once


def test_a_clip_whose_frames_are_counted_is_one_job(clips, model):
    cluster = Sent()
    predict_clips(clips[2:3], {"own": (RECIPE, model[0])}, cluster=cluster, **SHORT)
    assert [(job.start, job.stop, job.whole) for job in cluster.jobs[1:]] == [(0, 40, True)]


def test_pictures_of_different_sizes_without_a_size_are_one_job(clips, model):
    cluster = Sent()
    found = predict_clips(["sample:imagenet-20"], {"own": (Recipe(size=None), model[0])}, cluster=cluster, **SHORT)
    assert len(cluster.jobs) == 2
    assert "frames 0 to 19: summing expects image" in str(*found.failed)


def test_a_damaged_clip_is_one_line_and_the_others_are_kept(clips, half, model):
    found = predict_clips([half, "no.mp4", clips[0]], {"own": (RECIPE, model[0])}, **SHORT)
    assert [str(each).splitlines() == [str(each)] for each in found.failed] == [True, True]
    assert half in str(found.failed[0])
    assert "no.mp4 does not exist" in str(found.failed[1])
    assert list(found.predictions) == [clips[0]]
    assert "1 clips, 40 answers" in repr(found)


def test_a_failed_segment_is_named_and_leaves_the_others(clips, model):
    found = predict_clips(clips[:1], {"own": (RECIPE, model[0])}, cluster=Sent(broken=(8, 12, 16)), **SHORT)
    (lost,) = found.failed
    assert str(lost).startswith(f"{clips[0]}, frames {lost.frames[0]} to {lost.frames[1]}: its worker died 5 times")
    answered = found[clips[0]]["own"].indices.tolist()
    assert answered == [n for n in range(40) if not lost.frames[0] <= n <= lost.frames[1]]


def test_a_run_that_was_broken_off_goes_on_where_it_was(clips, model, tmp_path):
    given = {"keep": tmp_path / "kept", **SHORT}
    first = predict_clips(clips[:2], {"own": (RECIPE, model[0])}, cluster=Sent(broken=(8, 12)), **given)
    again = predict_clips(clips[:2], {"own": (RECIPE, model[0])}, **given)
    assert 0 < again.recalled == again.jobs - sum(each.frames is not None for each in first.failed) < again.jobs
    fresh = predict_clips(clips[:2], {"own": (RECIPE, model[0])}, **SHORT)
    assert all(same(again[clip]["own"], fresh[clip]["own"]) for clip in clips[:2])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="half"),
        pytest.param(lambda data: data[:600] + b"?" + data[601:], id="one byte changed"),
    ],
)
def test_kept_answers_that_are_damaged_are_asked_for_again(clips, model, tmp_path, damage):
    given = {"keep": tmp_path, **SHORT}
    fresh = predict_clips(clips[3:], {"own": (RECIPE, model[0])}, **given)
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(damage(path.read_bytes()))
    again = predict_clips(clips[3:], {"own": (RECIPE, model[0])}, **given)
    assert again.recalled == 0
    assert same(again[clips[3]]["own"], fresh[clips[3]]["own"])
    assert predict_clips(clips[3:], {"own": (RECIPE, model[0])}, **given).recalled == again.jobs


def test_answers_are_not_recalled_for_other_labels(clips, model, tmp_path, summing, monkeypatch):
    monkeypatch.setattr("workbench.inference.segments.held_model.load_model", lambda origin, **options: summing())
    given = {"keep": tmp_path / "kept", **SHORT}
    assert predict_clips(clips[:1], {"own": (RECIPE, model[0])}, **given).recalled == 0
    Path(model[0]).with_suffix(".labels.txt").write_text("a\nb\nc\n")
    assert predict_clips(clips[:1], {"own": (RECIPE, model[0])}, **given).recalled == 0
    found = predict_clips(clips[:1], {"own": (RECIPE, model[0])}, **given)
    assert found.recalled == found.jobs


def test_answers_are_not_recalled_for_another_recipe_or_other_frames(clips, model, tmp_path):
    path = tmp_path / "clip.ts"
    shutil.copy(clips[0], path)
    given = {"keep": tmp_path / "kept", **SHORT}
    predict_clips([path], {"own": (RECIPE, model[0])}, **given)
    assert predict_clips([path], {"own": (RECIPE.replace(color="bgr"), model[0])}, **given).recalled == 0
    shutil.copy(clips[1], path)
    assert predict_clips([path], {"own": (RECIPE, model[0])}, **given).recalled == 0


def test_a_clip_that_changes_meanwhile_is_refused(clips, model, tmp_path):
    path = tmp_path / "clip.ts"
    shutil.copy(clips[0], path)

    class Changing(Sent):
        def run(self, function, jobs):
            yield from super().run(function, jobs)
            shutil.copy(clips[1], path)

    found = predict_clips([path], {"own": (RECIPE, model[0])}, cluster=Changing(), **SHORT)
    assert found.predictions == {}
    assert "is not the same here as where it was looked at" in str(*found.failed)


def test_batches_of_a_fixed_length_have_to_end_with_the_segments(clips, model, summing, monkeypatch):
    monkeypatch.setattr("workbench.inference.segments.held_model.load_model", lambda origin: summing(5))
    found = predict_clips(clips[:1], {"own": (RECIPE, model[0])}, **SHORT)
    assert "give batch_size=5" in str(found.failed[0])
    found = predict_clips(clips[:1], {"own": (RECIPE, model[0])}, **SHORT | {"batch_size": 5})
    assert same(found[clips[0]]["own"], predict(clips[0], RECIPE, summing(5), progress=False))


def test_models_are_loaded_with_the_options_that_are_given(clips, model, summing, monkeypatch, tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\n")
    heard = []
    monkeypatch.setattr(
        "workbench.inference.segments.held_model.load_model",
        lambda origin, **options: heard.append(options) or summing(),
    )
    loading = {"trust": True, "labels": tmp_path / "labels.txt"}
    predict_clips(clips[:1], {"own": (RECIPE, model[0])}, loading=loading, **SHORT)
    assert heard == [{"labels": ("a", "b"), "trust": True}]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param({"clips": []}, InvalidValue, id="no clip"),
        pytest.param({"clips": "a.mp4"}, InvalidValue, id="one name for a list"),
        pytest.param({"segment": 0}, InvalidValue, id="no frame a segment"),
        pytest.param({"limit": 0}, InvalidValue, id="no frame at all"),
        pytest.param({"boxes": "rowss"}, UnknownName, id="unknown boxes"),
        pytest.param({"loading": {"label": ["a"]}}, UnknownName, id="no option of load_model"),
        pytest.param({"sides": {}}, InvalidValue, id="no side"),
        pytest.param({"sides": {"own": (RECIPE, object())}}, InvalidValue, id="model in memory"),
        pytest.param({"sides": {"own": (RECIPE, "none.tflite")}}, UnreadableSource, id="no such model"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(given, error, model):
    cluster = Sent()
    given = {"clips": ["a.mp4"], "sides": {"own": (RECIPE, model[0])}, "progress": False} | given
    with pytest.raises(error):
        predict_clips(given.pop("clips"), given.pop("sides"), cluster=cluster, **given)
    assert cluster.jobs == []


@pytest.mark.slow
def test_a_real_model_on_real_workers_gives_the_same_to_the_bit(clips, half):
    from workbench import load_model, preset
    from workbench.cluster import open_cluster

    name = "sample:ssd-mobilenet-oid"
    recipe, given = preset(name), {"batch_size": 4, "limit": 12, "progress": False}
    with open_cluster(workers=2) as cluster:
        found = predict_clips([*clips, half], {"boxes": (recipe, name)}, cluster=cluster, segment=4, **given)
    assert [each.clip for each in found.failed] == [half]
    model = load_model(name)
    for clip in clips:
        alone = predict(clip, recipe, model, **given)
        assert same(found[clip]["boxes"], alone)
        for mine, other in zip(found[clip]["boxes"].detections, alone.detections, strict=True):
            assert np.array_equal(mine.xyxy, other.xyxy)
