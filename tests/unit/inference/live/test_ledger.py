"""Policies step by step, without threads or a clock.

A step is a letter: a picture arrives (a), a worker takes work (w), finishes its oldest frame (f) or its newest (n),
gives its oldest up (x), somebody takes the next result (s), or all is stopped (!).
"""

import random

import pytest

from tests.unit.inference.live.fakes import picture
from workbench.frames.capture import Captured, Lost
from workbench.inference.live.ledger import Ledger
from workbench.inference.live.policy import parse_policy


class Steps:
    """A ledger, and what was shown by it."""

    def __init__(self, policy, *, most=1, times=None, **options):
        self.ledger = Ledger(parse_policy(policy), **options)
        self.most, self.times = most, times
        self.shown, self.number = [], 0

    def __call__(self, steps):
        for step in steps:
            getattr(self, {"!": "stop"}.get(step, step))()
            ledger = self.ledger
            assert ledger.captured == ledger.shown + sum(ledger.dropped.values()) + ledger.in_flight, steps
        return self

    def a(self):
        at = self.times[self.number] if self.times else self.number / 30
        self.ledger.arrive(Captured(picture(self.number), self.number, at, None), at)
        self.number += 1

    def w(self):
        if self.ledger.workable:
            self.ledger.take_work(self.most, 0.0)

    def f(self):
        self._end(min)

    def n(self):
        self._end(max)

    def _end(self, which):
        if not self.ledger.working:
            return
        turn = which(self.ledger.working)
        self.ledger.finish(turn, self.ledger.working[turn].captured.number)

    def x(self):
        self.ledger.fail(next(iter(self.ledger.working)))

    def s(self):
        if self.ledger.takeable:
            self.shown.append(self.ledger.show())

    def stop(self):
        self.ledger.stop()


@pytest.mark.parametrize(
    ("policy", "steps", "shown", "dropped"),
    [
        pytest.param("latest", "awfs awfs", [0, 1], {}, id="latest: nobody is late"),
        pytest.param("latest", "aw aaa fs wfs", [0, 3], {"overtaken": 2}, id="latest: a frame that waits is overtaken"),
        pytest.param("latest", "awf awf awf s", [2], {"overtaken": 2}, id="latest: a result that waits is overtaken"),
        pytest.param("latest", "aw aw n s f s", [1], {"overtaken": 1}, id="latest: never an older after a newer"),
        pytest.param("block", "aa w fs w fs", [0, 1], {}, id="block: all, in order"),
        pytest.param("block", "aw aw n s f s s", [0, 1], {}, id="block: a result waits for its turn"),
        pytest.param("block", "aw aw n x s", [1], {"failed": 1}, id="block: what failed holds up no other"),
        pytest.param("drop_oldest(2)", "aaaa wfs wfs", [2, 3], {"full": 2}, id="drop_oldest: the oldest goes"),
        pytest.param("drop_oldest(2)", "aw aaa fs wfs wfs", [0, 2, 3], {"full": 1}, id="drop_oldest: work goes on"),
        pytest.param("sample(every=3)", "awfs" * 7, [0, 3, 6], {"sampled out": 4}, id="sample: every third"),
        pytest.param("sample(fps=10)", "awfs" * 7, [0, 3, 6], {"sampled out": 4}, id="sample: ten a second of thirty"),
        pytest.param("sample(fps=20)", "awfs" * 7, [0, 2, 3, 5, 6], {"sampled out": 2}, id="sample: no whole factor"),
        pytest.param("sample(fps=99)", "awfs" * 4, [0, 1, 2, 3], {}, id="sample: more than there are"),
        pytest.param("sample(every=2)", "aaaaa wfs", [4], {"sampled out": 2, "overtaken": 2}, id="sample: the newest"),
        pytest.param("block", "aw aw a f ! s", [], {"stopped": 3}, id="what is in flight at the end is counted"),
        pytest.param("block", "! aa s", [], {"stopped": 2}, id="what comes after the end is counted"),
    ],
)
def test_a_policy_step_by_step(policy, steps, shown, dropped):
    done = Steps(policy)(steps.replace(" ", ""))
    assert (done.shown, dict(done.ledger.dropped)) == (shown, dropped)


def test_what_the_source_lost_is_counted_under_its_reason():
    ledger = Ledger(parse_policy("latest"))
    ledger.arrive(Lost("broken"), 0.0)
    ledger.arrive(Lost("overrun", 3), 0.0)
    assert (ledger.captured, dict(ledger.dropped), ledger.in_flight) == (4, {"broken": 1, "overrun": 3}, 0)


def test_a_result_of_a_frame_that_was_stopped_is_not_taken():
    done = Steps("block")("aw")
    [turn] = done.ledger.working
    done("!")
    done.ledger.finish(turn, "late")
    done.ledger.fail(turn)
    assert (done.ledger.in_flight, done.ledger.takeable, dict(done.ledger.dropped)) == (0, False, {"stopped": 1})


@pytest.mark.parametrize(
    ("times", "taken"),
    [
        pytest.param([0.0, 0.05, 0.1, 5.0, 5.05, 5.1], [0, 2, 3, 5], id="after a gap there is no catching up"),
        pytest.param([9.0, 9.05, 9.1, 0.0, 0.05, 0.1], [0, 2, 3, 5], id="a clip that begins again"),
        pytest.param([0.0, 0.098, 0.2, 0.26, 0.299, 0.4], [0, 1, 2, 4, 5], id="a little early is in time"),
    ],
)
def test_sampling_by_time_keeps_to_the_times_of_the_frames(times, taken):
    assert Steps("sample(fps=10)", times=times)("awfs" * len(times)).shown == taken


@pytest.mark.parametrize(
    ("policy", "options", "full"),
    [
        pytest.param("block", {}, True, id="block waits for room"),
        pytest.param("latest", {}, False, id="latest never does"),
        pytest.param("drop_oldest(2)", {}, False, id="drop_oldest never does"),
        pytest.param("sample(every=1)", {}, False, id="sample does not, of a source that runs by itself"),
        pytest.param("sample(every=1)", {"holds_up": True}, True, id="sample does, of a source that waits"),
    ],
)
def test_reading_waits_where_the_policy_lets_it(policy, options, full):
    assert Steps(policy, **options)("aa").ledger.full is full


def test_a_slow_consumer_holds_the_workers_up_under_block():
    done = Steps("block")("awfawfawfawf" + "a")
    assert (done.ledger.workable, done.ledger.in_flight) == (False, 5)
    assert done("s").ledger.workable


def test_no_more_is_read_than_the_limit_asks_for():
    done = Steps("block", limit=3)("awfawf")
    assert not done.ledger.full
    assert done("a").ledger.full
    assert not done("wx").ledger.full  # one failed: another is needed
    assert done("awfsss").ledger.reached


def test_one_batch_holds_pictures_of_one_size():
    ledger = Ledger(parse_policy("block"))
    for number, side in enumerate([4, 4, 6, 6]):
        ledger.arrive(Captured(picture(number, side), number, 0.0), 0.0)
    assert [[frame.captured.number for frame in ledger.take_work(8, 0.0)] for _ in range(2)] == [[0, 1], [2, 3]]


@pytest.mark.parametrize("policy", ["latest", "block", "drop_oldest(3)", "sample(every=2)"])
@pytest.mark.parametrize("seed", range(25))
def test_whatever_happens_every_frame_is_accounted_for_and_order_is_kept(policy, seed):
    chance = random.Random(seed)
    done = Steps(policy, most=chance.choice([1, 3]))
    for _ in range(200):
        steps = "aaws" + ("fnx" if done.ledger.working else "")
        done(chance.choice(steps))  # holds the sum after each
    done("!")
    assert done.shown == sorted(set(done.shown))
    assert done.ledger.captured == done.ledger.shown + sum(done.ledger.dropped.values())
