"""What the tests of this folder share: one trial process a runtime, as a file after file is tried in it."""

from contextlib import ExitStack, nullcontext

import pytest

from tests.faults.models.graph_files import mutated
from workbench.models.opening import vetting
from workbench.models.opening.trial_process import Limits, TrialProcess

KILLS = 94  # the seed of a mutation that kills LiteRT 2.3; others are tried where it does not
SECONDS = 4.0  # of a trial here; a user's has 20


@pytest.fixture(scope="session")
def trials():
    """Return a function: runtime -> its trial process, which starts with the first file."""
    with ExitStack() as stack:
        started = {}

        def trial(runtime):
            if runtime not in started:
                limits = Limits(SECONDS, vetting.MEMORY_MB)
                started[runtime] = stack.enter_context(TrialProcess(runtime, limits))
            return started[runtime]

        yield trial


@pytest.fixture
def one_trial(trials, monkeypatch):
    """Let every file of this test be tried in the one process of its runtime, which has less time."""
    monkeypatch.setattr(vetting, "TrialProcess", lambda runtime, limits: nullcontext(trials(runtime)))


@pytest.fixture(scope="session")
def killer(trials, tmp_path_factory):
    """Return a mutation of a real detector that kills the process that opens it."""
    path = tmp_path_factory.mktemp("killer") / "m.tflite"
    for seed in (KILLS, *range(200)):
        mutated(path, seed)
        if "killed a trial" in (trials("tflite").verdict(path).problem or ""):
            return path
    raise AssertionError("none of 200 mutations kills LiteRT any more; these tests need another cause")
