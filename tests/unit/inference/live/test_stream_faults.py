"""The sum over random faults: delays, lost frames, a model that raises, a slow consumer, an end at any moment."""

import random
import threading
import time
from contextlib import suppress

import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor, live_threads, number_of
from workbench.errors import UnreadableSource
from workbench.frames.capture import Lost
from workbench.inference.live import stream

POLICIES = ("latest", "block", "drop_oldest(2)", "drop_oldest(5)", "sample(every=3)", "sample(fps=200)")


def random_script(chance):
    """Return what a source delivers: bursts, pauses, losses, and sometimes a failure."""
    script = []
    for _ in range(chance.randrange(10, 80)):
        kind = chance.random()
        if kind < 0.1:
            script.append(Lost(chance.choice(["broken", "overrun"]), chance.randrange(1, 4)))
        elif kind < 0.12:
            script.append(UnreadableSource("fake: gone"))
        else:
            script.append(chance.choice([0, 0, 0, 0.0005, 0.002]))
    return script


def random_model(chance):
    often, slow = chance.choice([0, 0.1, 0.5, 0.9]), chance.choice([0, 0, 0.001, 0.004])
    moods = [chance.random() for _ in range(500)]

    def during(call):
        time.sleep(slow * moods[-call % 500])
        if moods[call % 500] < often:
            raise ValueError("a bad frame")

    model = FakeModel(during)
    if chance.random() < 0.5:
        model.runtime = "keras"  # which takes many frames a call
    return model


class Watcher:
    """Looks at the counts from another thread, as often as it can."""

    def __init__(self, live):
        self.live, self.unbalanced, self.looks = live, [], 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not (self.looks and self._over.is_set()):
            stats = self.live.stats
            self.looks += 1
            if not stats.balanced:
                self.unbalanced.append(stats)
            time.sleep(0.0002)


@pytest.mark.parametrize("seed", range(60))
def test_every_frame_is_accounted_for_at_every_moment(seed):
    chance = random.Random(seed)
    policy = POLICIES[seed % len(POLICIES)]
    capture = FakeCapture(random_script(chance), waits=chance.random() < 0.5)
    leave_after = chance.choice([None, None, 0, 3, 20])
    pause = chance.choice([0, 0, 0.001, 0.005])
    live = stream(capture, as_tensor, random_model(chance), policy=policy, workers=chance.choice([None, 1, 3]))
    closer = threading.Timer(chance.random() * 0.05, live.close)
    if chance.random() < 0.3:
        closer.start()
    shown = []
    with Watcher(live) as watcher, suppress(UnreadableSource, ValueError), live:
        for result in live:
            shown.append(number_of(result))
            assert number_of(result) == result.frame.index
            time.sleep(pause)
            if len(shown) == leave_after:
                break
    closer.cancel()
    stats = live.stats
    assert watcher.unbalanced == []
    assert watcher.looks > 0
    assert (stats.captured, stats.shown, stats.in_flight) == (capture.delivered, len(shown), 0)
    assert stats.captured == stats.shown + sum(stats.dropped.values())
    assert shown == sorted(set(shown))
    assert capture.closed
    assert not live_threads()
