"""A file that crashes, hangs, eats memory or writes files is an error message here, and does nothing else."""

import shutil
import sys
from collections import Counter

import numpy as np
import pytest

from tests.faults.models import graph_files
from tests.unit.models.graph_models import save, tensorflow
from tests.unit.models.onnx_files import convolution
from workbench import load_model
from workbench.errors import ModelLoadError
from workbench.models.opening import trial_process, vetting
from workbench.models.opening.trial_process import Limits, TrialProcess
from workbench.models.opening.vetting import vet, vouch
from workbench.samples import sample_path

pytestmark = pytest.mark.slow
MUTATIONS, EDGE, MOST = 200, 65_536, 12  # files; bytes from the end, where this file keeps its graph; bytes changed


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def detector():
    return sample_path("ssd-mobilenet-oid")


def mutations(data):
    """Yield seeded mutations: a few small numbers of the graph replaced by other small numbers, or the end cut off."""
    random = np.random.default_rng(2)
    graph = np.arange(len(data) - EDGE, len(data))
    small = graph[(data[graph] > 0) & (data[graph] < 64)]
    for index in range(MUTATIONS):
        changed = data.copy()
        places = random.choice(small, random.integers(1, MOST + 1))
        changed[places] = random.integers(0, 64, len(places))
        yield changed[: random.integers(8, len(data))] if index % 10 == 9 else changed


@pytest.fixture(scope="module")
def trials(detector, tmp_path_factory):
    """Try all mutations in one trial, and the unharmed file last; return the problems, and a file that kills."""
    path = tmp_path_factory.mktemp("mutated") / "model.tflite"
    killer = path.with_name("killer.tflite")
    problems = []
    with TrialProcess("tflite", Limits(vetting.SECONDS, vetting.MEMORY_MB)) as trial:
        for changed in mutations(np.fromfile(detector, np.uint8)):
            path.write_bytes(changed)
            problems.append(trial.verdict(path).problem)
            if not killer.exists() and "killed" in (problems[-1] or ""):
                path.rename(killer)
        problems.append(trial.verdict(detector).problem)
    return problems, killer


def test_mutated_files_are_survived(trials):
    """Each of 200 mutations of a real detector gets a verdict: some load, some are refused, some kill the child."""
    *problems, unharmed = trials[0]
    kinds = Counter("fine" if p is None else "killed" if "killed a trial" in p else "refused" for p in problems)
    assert sum(kinds.values()) == MUTATIONS
    assert min(kinds["fine"], kinds["refused"], kinds["killed"]) > 0, kinds
    assert not any("\n" in problem for problem in problems if problem)
    assert unharmed is None  # a good file finds a child that works


def test_a_crash_names_its_signal(trials, cache):
    path = trials[1]
    with pytest.raises(ModelLoadError, match=r"killer.tflite: loading it killed a trial process \(SIG\w+.*trust=True"):
        vet(path, "tflite")
    with pytest.raises(ModelLoadError, match="killed a trial process"):
        load_model(path)


def test_a_good_file_is_tried_once(detector, tmp_path, cache, monkeypatch):
    path = tmp_path / "model.tflite"
    shutil.copy(detector, path)
    vet(path, "tflite")
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")  # no second child could start
    vet(path, "tflite")
    vet(shutil.copy(path, tmp_path / "copy.tflite"), "tflite")
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(FileNotFoundError):
        vet(path, "tflite")


def test_a_bad_file_is_remembered_under_any_name(detector, tmp_path, cache, monkeypatch):
    path = tmp_path / "cut.tflite"
    path.write_bytes(detector.read_bytes()[:100_000])
    with pytest.raises(ModelLoadError, match="cut.tflite: the file is cut off or damaged"):
        vet(path, "tflite")
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(ModelLoadError, match="again.tflite: the file is cut off or damaged"):
        vet(path.rename(tmp_path / "again.tflite"), "tflite")


def test_trusted_files_and_samples_are_not_tried(detector, tmp_path, cache, monkeypatch):
    path = tmp_path / "model.tflite"
    shutil.copy(detector, path)
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    load_model("sample:ssd-mobilenet-oid")
    load_model(path, trust=True)
    with pytest.raises(FileNotFoundError):
        load_model(path)
    vouch(path, "tflite")
    load_model(path)


def test_a_cache_that_takes_no_files_costs_a_trial_only(detector, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    path = tmp_path / "model.tflite"
    shutil.copy(detector, path)
    vet(path, "tflite")
    vet(path, "tflite")


def test_a_child_that_does_not_start_says_so(detector, tmp_path, cache, monkeypatch):
    path = tmp_path / "model.tflite"
    shutil.copy(detector, path)
    broken = tmp_path / "ai_edge_litert"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('libc is too old')\n")
    monkeypatch.setitem(trial_process.ALONE, "PYTHONPATH", str(tmp_path))
    with pytest.raises(ModelLoadError, match="did not start .*libc is too old.*workbench doctor"):
        vet(path, "tflite")


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    """Return a folder of models that do what a model should not."""
    tf = tensorflow()
    folder = tmp_path_factory.mktemp("graphs")

    def writing(self, x):
        tf.io.write_file(str(folder / "written.txt"), "x")
        return {"y": x}

    save(folder / "writing", writing, tf.TensorSpec([None, 2], name="x"))
    graph_files.endless(folder / "endless.onnx")
    graph_files.greedy(folder / "greedy.onnx")
    return folder


def test_graphs_that_hang_or_eat_memory_are_survived(graphs):
    with TrialProcess("onnx", Limits(seconds=1, memory_mb=2048)) as trial:
        endless = trial.verdict(graphs / "endless.onnx")
    with TrialProcess("onnx", Limits(seconds=300, memory_mb=2048)) as trial:
        greedy = trial.verdict(graphs / "greedy.onnx")
    assert endless.problem.startswith("it did not load and run once within 1 s in a trial process")
    assert not endless.lasting  # a slow machine is no fault of the file
    assert greedy.problem.startswith("it took more than 2,048 MB of memory in a trial process")


def test_a_writing_graph_runs_when_it_is_trusted(graphs, cache):
    """That it does not run else is told in tests/faults/models/test_graphs.py."""
    load_model(graphs / "writing", trust=True).predict(np.zeros((1, 2), np.float32))
    assert (graphs / "written.txt").read_text() == "x"


def test_weights_that_are_mended_beside_a_refused_model_are_read_the_next_time(cache, tmp_path):
    """The verdict is kept under the model's own bytes, which have not changed."""
    model, weights = convolution(tmp_path / "m.onnx", external="m.weights"), tmp_path / "m.weights"
    whole = weights.read_bytes()
    weights.unlink()
    with pytest.raises(ModelLoadError, match="are not there; copy them to"):
        load_model(model)
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelLoadError):
        load_model(model)
    weights.write_bytes(whole)
    assert load_model(model).outputs[1].name == "classes"
