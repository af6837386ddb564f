"""A search on a cluster, and on clips, finds what a search in one process finds."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from workbench.diagnose.search import SearchCancelled, search, search_clips
from workbench.diagnose.search import search as search_module
from workbench.diagnose.search.asking_cluster import _tensors
from workbench.errors import ClusterError, InvalidValue, UnknownName
from workbench.inference.segments import held_model
from workbench.inference.segments.here import run_here
from workbench.recipes import Recipe

TRAINED = Recipe(size=(8, 8), range="unit")
SPACE = {"color": ["rgb", "bgr"], "range": ["unit", "raw"], "resize": ["cv2.linear", "cv2.nearest", "pil.bilinear"]}
GIVEN = {"recipe": TRAINED, "space": SPACE, "progress": False}


class Sent:
    """Three workers that are given jobs as bytes, and forget their pictures now and then."""

    workers = 3

    def __init__(self, forgetful=False, error=""):
        self.jobs, self.forgetful, self.error = [], forgetful, error

    def run(self, function, jobs):
        for key, job in reversed(jobs.items()):
            self.jobs.append(job)
            if self.forgetful and len(self.jobs) % 5 == 0:
                _tensors.clear()
            if self.error and hasattr(job, "recipes"):
                yield SimpleNamespace(key=key, value=None, error=self.error)
            else:
                yield from run_here(pickle.loads(pickle.dumps(function)), {key: pickle.loads(pickle.dumps(job))})


@pytest.fixture
def named(tmp_path, monkeypatch, network):
    """Return the path of a file that is loaded as the network of these tests."""
    path = tmp_path / "colors.tflite"
    path.write_bytes(b"\0\0\0\0TFL3" + bytes(64))
    known = search_module.__globals__["load_model"]
    monkeypatch.setattr(held_model, "load_model", lambda origin: network())
    monkeypatch.setitem(
        search_module.__globals__, "load_model", lambda model: network() if model == str(path) else known(model)
    )
    yield str(path)
    held_model.forget()


@pytest.fixture(scope="module")
def folders(pictures, tmp_path_factory):
    """Return folders of the pictures of each class, and the class of each."""
    found = {}
    for number, (picture, truth) in enumerate(zip(*pictures, strict=True)):
        folder = tmp_path_factory.getbasetemp() / f"class {truth}"
        folder.mkdir(exist_ok=True)
        Image.fromarray(picture).save(folder / f"{number}.png")
        found[str(folder)] = int(truth)
    return found


def facts(found):
    return [(each.recipe, each.also, each.probability, each.evidence) for each in found.ranking], found.ran, found.needs


@pytest.mark.parametrize("forgetful", [pytest.param(False, id="kept"), pytest.param(True, id="forgotten")])
@pytest.mark.parametrize("labelled", [True, False])
def test_a_cluster_finds_what_one_process_finds(named, pictures, forgetful, labelled):
    given = GIVEN | ({"labels": pictures[1]} if labelled else {})
    cluster = Sent(forgetful)
    elsewhere = search(named, pictures[0], cluster=cluster, **given)
    assert facts(elsewhere) == facts(search(named, pictures[0], **given))
    assert len(cluster.jobs) > 6
    assert {len(job.pictures) for job in cluster.jobs if job.pictures} == {16, 8}


@pytest.mark.parametrize("cluster", [None, Sent()])
def test_clips_are_searched_as_one_behind_the_other(named, folders, pictures, cluster):
    found = search_clips(named, [*folders, "none.mp4"], labels=folders, cluster=cluster, **GIVEN)
    order = np.argsort(pictures[1], kind="stable")
    assert facts(found.found) == facts(search(named, pictures[0][order], labels=pictures[1][order], **GIVEN))
    assert found.frames == dict.fromkeys(folders, 8)
    assert [str(each) for each in found.failed] == ["none.mp4 does not exist; check the path"]
    assert "1 failed" in repr(found)


def test_fewer_frames_are_spread_over_all_clips(named, folders):
    found = search_clips(named, list(folders), frames=6, **GIVEN)
    assert sum(found.frames.values()) == found.found.frames == 6
    assert len(found.frames) == 3


def test_a_worker_that_cannot_ends_the_search_with_its_reason(named, pictures):
    with pytest.raises(ClusterError, match="no memory for it"):
        search(named, pictures[0], cluster=Sent(error="no memory for it"), **GIVEN)


def test_a_search_on_a_cluster_stops_between_two_jobs(named, pictures):
    cluster = Sent()
    with pytest.raises(SearchCancelled):
        search(named, pictures[0], cluster=cluster, **GIVEN | {"progress": lambda *_: len(cluster.jobs) < 2})
    assert len(cluster.jobs) == 2


def test_a_network_in_memory_cannot_go_to_a_cluster(network, pictures):
    with pytest.raises(InvalidValue, match="save it, and give its path"):
        search(network(), pictures[0], cluster=Sent(), **GIVEN)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        pytest.param({"clips": ["none.mp4"]}, InvalidValue, "no clip can be read: none.mp4", id="nothing to read"),
        pytest.param({"clips": []}, InvalidValue, "a list of clips", id="no clip"),
        pytest.param({"labels": {"clas 0": 1}}, UnknownName, "no clip named 'clas 0'", id="label of no clip"),
        pytest.param({"labels": {}}, InvalidValue, "no class for", id="clip without label"),
        pytest.param({"space": {"decode": ["cv2"]}}, InvalidValue, "set it in recipe=", id="decoders"),
        pytest.param({"frames": 65}, InvalidValue, "from 1 to 64", id="too many frames"),
    ],
)
def test_what_cannot_be_searched_is_refused(named, folders, given, error, text):
    given = GIVEN | {"clips": list(folders)} | given
    with pytest.raises(error, match=text):
        search_clips(named, given.pop("clips"), **given)
