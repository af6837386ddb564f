import pytest

from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import Moment, Spread, StreamStats

BEFORE_ANY = Spread(*[float("nan")] * 4)


@pytest.fixture
def stats_of():
    """Return a function that makes the stats of a stream, 12 s after its start, changed as told."""
    usual = {
        "captured": 370, "shown": 361, "dropped": {"broken": 2, "overtaken": 6}, "in_flight": 1, "elapsed_s": 12.3,
        "age": Spread(0.5, 0.6, 0.7, 0.8), "queue": 1, "queue_max": 2, "stages": {"infer": Spread(*[0.006] * 4)},
        "workers": 2, "plan": "2 workers", "cpu": 0.83, "memory_mb": 312.0, "memory_start_mb": 309.0,
        "state": CaptureState("live", 0.0), "errors": {},
        "timeline": (Moment(10.0, 30, 29, 1, 0.0121, 0.0162, 0.04, 1, 310.0, "live"),),
    }  # fmt: skip
    return lambda **changed: StreamStats(**(usual | changed))


@pytest.fixture
def silent_stats(stats_of):
    """Return the stats of a stream that has shown nothing yet."""
    return stats_of(captured=0, shown=0, dropped={}, in_flight=0, age=BEFORE_ANY, queue=0, stages={}, timeline=())
