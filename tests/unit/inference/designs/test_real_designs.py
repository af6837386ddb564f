"""The designs on a real clip and a real model: what the tutorial's cost, and that nothing is left of them."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from workbench import load_model, load_recipe, sample_path
from workbench.errors import UnreadableSource
from workbench.inference.designs import compare_designs
from workbench.inference.designs.account import Account
from workbench.inference.designs.as_written import as_written
from workbench.inference.designs.event_loop import Ticker
from workbench.inference.designs.process_queue import PLACES, _capturing, process_queue
from workbench.inference.designs.setting import Played, Setting

pytestmark = pytest.mark.slow

SHARED = Path("/dev/shm")
SLOW_S = 0.1
ALONE = """
from tests.unit.inference.designs.test_real_designs import slow
from workbench.inference.designs.process_queue import process_queue
if __name__ == "__main__":
    process_queue("it", slow(60.0))
"""


class SlowModel:
    """A model that takes longer than the camera gives it."""

    name, inputs, outputs, labels = "slow", (), (), None

    def predict(self, batch):
        time.sleep(SLOW_S)
        return {"mean": batch.mean(axis=(1, 2, 3))}

    def close(self):
        pass


def slow(seconds, model=None):
    recipe = load_recipe({"size": [32, 32]})
    return Setting(Played(sample_path("bikes"), 1.2), recipe, model or SlowModel(), "slow", seconds)


def children():
    """Return the processes below this one, but for Python's own that watches over semaphores."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            found |= {child.pid} if "resource_tracker" not in " ".join(child.cmdline()) else set()
    return found


def semaphores(prefix):
    return list(SHARED.glob(f"sem.{prefix}-*")) if SHARED.is_dir() else []


@pytest.fixture
def nothing_is_left(monkeypatch):
    prefix = f"mp-{os.getpid()}"  # other processes of this machine have semaphores, too
    monkeypatch.setitem(multiprocessing.current_process()._config, "semprefix", f"/{prefix}")
    before = children()
    yield
    assert children() <= before
    for generation in (1, 2):  # the last takes a second in a process that holds much
        if semaphores(prefix):
            gc.collect(generation)
    assert semaphores(prefix) == []


@pytest.fixture
def sixteen_frames(monkeypatch):
    """End a run when it has shown so many: seconds may be over before it has begun."""
    monkeypatch.setattr(Account, "over", property(lambda books: books.stopped or len(books.shown) >= 16))


@pytest.fixture
def behind(monkeypatch):
    """Yield a model that answers while the queue is full, whenever the process that captures comes to fill it."""
    queues = []

    @contextmanager
    def noted(source):
        with _capturing(source) as (frames, *rest):
            queues.append(frames)
            yield frames, *rest

    monkeypatch.setattr("workbench.inference.designs.process_queue._capturing", noted)

    class Behind(SlowModel):
        def predict(self, batch):
            while queues and not queues[0].full():
                time.sleep(0.001)
            return super().predict(batch)

    yield Behind()
    queues.clear()


@pytest.mark.usefixtures("nothing_is_left", "sixteen_frames")
def test_a_queue_of_pickled_frames_shows_old_ones_and_loses_the_new(behind):
    run = process_queue("process queue", slow(1000.0, behind))
    stats = run.stats
    assert stats.balanced
    assert stats.queue_max == PLACES
    assert stats.in_flight >= PLACES - 1
    assert stats.dropped["overrun"] > 0
    assert run.ages_s[-3:].min() > PLACES * SLOW_S * 0.8  # ten frames stand before each
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("nothing_is_left")
def test_a_clip_that_cannot_be_played_is_refused_in_the_words_of_its_own_process(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"no film")
    broken = Setting(Played(tmp_path / "clip.mp4"), load_recipe({"size": [32, 32]}), SlowModel(), "slow", 1.0)
    with pytest.raises(UnreadableSource, match=r"clip\.mp4"):
        process_queue("process queue", broken)


@pytest.mark.skipif(os.name == "nt", reason="kills with a signal")
def test_the_capturing_process_ends_with_its_parent_even_while_the_queue_is_full(tmp_path):
    script = tmp_path / "alone.py"
    script.write_text(ALONE)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    parent = psutil.Popen([sys.executable, script], env=environment, stderr=subprocess.DEVNULL)
    try:
        capturing = _wait_for(lambda: [c for c in parent.children() if "spawn_main" in " ".join(c.cmdline())])
        time.sleep(2)  # the queue fills within a second
        parent.send_signal(signal.SIGKILL)
        gone, alive = psutil.wait_procs(capturing, timeout=60)
        assert (len(gone), alive) == (1, [])
    finally:
        parent.kill()
        parent.wait()


def _wait_for(find):
    end = time.monotonic() + 120
    while not (found := find()):
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.05)
    return found


@pytest.mark.usefixtures("nothing_is_left", "sixteen_frames")
def test_all_designs_on_one_model_show_which_one_stays_fresh(monkeypatch):
    tickers, blocked = [], Ticker.blocked
    monkeypatch.setattr(Ticker, "blocked", lambda self: tickers.append(self) or blocked(self))
    made = compare_designs("sample:bikes", load_recipe({"size": [32, 32]}), SlowModel(), seconds=1000, speed=1.2)
    runs = {run.name: run for run in made.runs}
    assert all(run.stats.balanced for run in made.runs)
    assert made.engines == ("slow",)
    assert runs["asyncio queue"].loop.share > 0.5
    turns, ours = (np.median(ticker.late_s) for ticker in tickers)  # of most ticks: what stops all for once counts once
    assert turns > SLOW_S / 2 > ours
    for ours in ("workbench stream", "workbench async"):
        assert 2 * runs[ours].stats.age.p50 < runs["process queue"].stats.age.p50
        assert runs[ours].stats.age.p50 < runs["sequential loop"].stats.age.p50
    assert 0.02 < made.frame_s < 0.2  # 0.033, where the machine keeps up


def test_a_keras_model_is_called_as_the_tutorials_call_it_and_gives_its_own_answers():
    model = load_model("sample:cifar10-cnn")
    tensor = load_recipe("sample:cifar10-cnn").batch([_picture()])
    [named], [own] = as_written(model).predict(tensor).items(), model.predict(tensor).items()
    assert named[0] == own[0]
    assert abs(named[1] - own[1]).max() < 1e-5
    assert as_written(load_model("sample:ssd-mobilenet-oid")) is None


def _picture():
    from workbench import open_frames

    return open_frames("sample:cifar-20")[0].image
