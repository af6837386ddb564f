"""Streams and designs made up for the figures that draw them."""

import math

import numpy as np

from workbench.frames.capture import CaptureState
from workbench.inference.designs import Blocked, DesignComparison, DesignRun
from workbench.inference.live.stats import Moment, Spread, StreamStats

AGE = Spread(0.013, 0.12, 0.14, 0.2)
NOTHING = Spread(*[math.nan] * 4)


def moment(second, *, shown=29, dropped=1, age=0.013, phase="live", queue=1):
    return Moment(float(second), shown + dropped, shown, dropped, age, 1.4 * age, 2 * age, queue, 400.0 + second, phase)


def gone(second, phase="reconnecting"):
    return moment(second, shown=0, dropped=0, age=math.nan, phase=phase, queue=0)


CALM = tuple(moment(second) for second in range(1, 11))
FAULTY = (
    *CALM[:4],
    gone(5),
    gone(6),
    moment(7),
    moment(8, shown=10, dropped=20, age=0.9),
    moment(8.5, phase="stopped"),
)


def stats(timeline=CALM, *, in_flight=1, age=AGE, **changed):
    captured, shown = sum(each.captured for each in timeline), sum(each.shown for each in timeline)
    dropped = {"overtaken": captured - shown - 3, "broken": 2, "failed": 1, "full": 0}
    stages = {"decode": Spread(0.005, 0.007, 0.01, 0.02), "infer": Spread(0.006, 0.03, 0.04, 0.05), "order": NOTHING}
    usual = {
        "captured": captured + in_flight, "shown": shown, "dropped": dropped, "in_flight": in_flight,
        "elapsed_s": timeline[-1].time_s if timeline else 0.2, "age": age, "queue": 0, "queue_max": 4, "stages": stages,
        "workers": 2, "plan": "two workers", "cpu": 1.42, "memory_mb": 433.0, "memory_start_mb": 420.0,
        "state": CaptureState("live", 0.0), "errors": {}, "timeline": timeline,
    }  # fmt: skip
    return StreamStats(**usual | changed)


def run(name, engine, *, age, count=40, loop=None):
    times = np.linspace(0.1, 9.9, count)
    told = stats(age=Spread(age, 1.2 * age, 1.3 * age, 1.5 * age))
    return DesignRun(name, engine, told, times, np.full(count, age), loop)


def comparison():
    blocked, free = Blocked(0.21, 0.97), Blocked(0.004, 0.03)
    slow = [
        run("sequential loop", "model.predict", age=0.34), run("process queue", "model.predict", age=1.2),
        run("asyncio queue", "model.predict", age=0.33, loop=blocked),
        run("workbench stream", "model.predict", age=0.1), run("workbench async", "model.predict", age=0.1, loop=free),
    ]  # fmt: skip
    quick = [run(each.name, "tflite", age=0.014, count=300, loop=each.loop) for each in slow]
    return DesignComparison((*slow, *quick), "sample:bikes", "net")
