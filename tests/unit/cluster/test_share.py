import os
import subprocess
import sys

import pytest

from workbench.cluster import threads
from workbench.cluster.share import SHARE, cores, environment
from workbench.errors import InvalidValue


def test_a_process_may_use_all_the_cores_it_may_run_on(monkeypatch):
    monkeypatch.delenv(SHARE, raising=False)
    assert threads() == cores() <= os.cpu_count()


def test_affinity_takes_cores_away(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 4, 5}, raising=False)
    assert cores() == 3


def test_a_worker_may_use_its_share(monkeypatch):
    monkeypatch.setenv(SHARE, "3")
    assert threads() == 3


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "²"])
def test_a_share_that_is_none_is_refused(monkeypatch, given):
    monkeypatch.setenv(SHARE, given)
    with pytest.raises(InvalidValue, match="whole number of threads from 1 on"):
        threads()


@pytest.mark.slow
def test_opencv_reads_its_share_when_it_starts():
    code = "import cv2; print(cv2.getNumThreads())"
    told = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment(1)}, capture_output=True, text=True, check=True
    )
    assert told.stdout == "1\n"
