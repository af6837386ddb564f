"""What the tests of this folder share: one trial process a runtime, as a file after file is tried in it."""

import warnings
from contextlib import ExitStack, nullcontext

import pytest

from tests.faults.models import keras_files
from tests.faults.models.graph_files import mutated
from workbench import load_model
from workbench.models.opening import vetting
from workbench.models.opening.trial_process import Limits, TrialProcess

KILLS = 94  # the seed of a mutation that kills LiteRT 2.3; others are tried where it does not
HURRY_S = 2  # of the trial of a file that never comes to its end; all others have as long as a user's


@pytest.fixture(scope="session")
def trials():
    """Return a function: runtime -> its trial process, which starts with the first file; TensorFlow has one in all."""
    with ExitStack() as stack:
        started = {}

        def trial(runtime):
            library = "tensorflow" if runtime in vetting.GRAPHS else runtime
            if library not in started:
                limits = Limits(vetting.SECONDS, vetting.MEMORY_MB)
                started[library] = stack.enter_context(TrialProcess(runtime, limits))
            started[library]._runtime = runtime
            return started[library]

        yield trial


@pytest.fixture
def one_trial(trials, monkeypatch):
    """Let every file of this test be tried in the one process of its runtime."""
    monkeypatch.setattr(vetting, "TrialProcess", lambda runtime, limits: nullcontext(trials(runtime)))


@pytest.fixture
def hurried(one_trial, trials, monkeypatch):
    """Return a function: a runtime -> its trials have little time now. For files that would wait for ever."""

    def hurry(runtime):
        monkeypatch.setattr(trials(runtime), "_limits", Limits(HURRY_S, vetting.MEMORY_MB))

    return hurry


@pytest.fixture(scope="session")
def killer(trials, tmp_path_factory):
    """Return a mutation of a real detector that kills the process that opens it."""
    path = tmp_path_factory.mktemp("killer") / "m.tflite"
    for seed in (KILLS, *range(200)):
        mutated(path, seed)
        if "killed a trial" in (trials("tflite").verdict(path).problem or ""):
            return path
    raise AssertionError("none of 200 mutations kills LiteRT any more; these tests need another cause")


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """Return a real model, saved by Keras itself, by suffix: a face's expression from 64 x 64 gray pixels."""
    folder = tmp_path_factory.mktemp("real")
    files = {suffix: folder / f"real.{suffix}" for suffix in ("keras", "h5")}
    model = load_model("sample:emotion-cnn").keras
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for file in files.values():
            model.save(file)
    return files


@pytest.fixture
def refused_file(real, one_trial, folder, refused):
    """Return a function that makes a Keras file of a cause and holds `workbench contract FILE` to a refusal."""

    def expect(cause, message, suffix="keras"):
        path = folder / f"model.{suffix}"
        cause(real[suffix], path)
        line = refused("contract", path.name, message=message)
        assert line.startswith(f"{path.name}: ")
        assert not (folder / keras_files.CANARY).exists()

    return expect
