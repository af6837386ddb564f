"""Results of a live stream, made by hand from real frames, and what a recorder asks of the stream."""

from types import SimpleNamespace

import numpy as np

from workbench.frames.capture.capture import CaptureState
from workbench.frames.frame import Frame
from workbench.inference.live.result import StreamResult
from workbench.inference.live.stats import Spread, StreamStats
from workbench.results import Classification, Prediction

LABELS = ("bicycle", "car", "Straße")
NO_TIME = Spread(float("nan"), float("nan"), float("nan"), float("nan"))
LIVE = CaptureState("live", 0.0)


def stats(dropped=None, **fields):
    known = {
        "captured": 0, "shown": 0, "dropped": dropped or {}, "in_flight": 0, "elapsed_s": 1.0, "age": NO_TIME,
        "queue": 0, "queue_max": 0, "stages": {"infer": NO_TIME}, "workers": 1, "plan": "by hand", "cpu": 0.0,
        "memory_mb": 1.0, "memory_start_mb": 1.0, "state": LIVE, "errors": {}, "timeline": (),
    }  # fmt: skip
    return StreamStats(**known | fields)


def live(**fields):
    """Return what a recorder asks of a stream; pictures only unless told otherwise."""
    known = {
        "origin": "by hand", "damaged": "", "recipe": None, "model": None, "policy": "latest", "state": LIVE,
        "stats": stats(),
    }  # fmt: skip
    return SimpleNamespace(**known | fields)


def prediction(number, outputs=None):
    """Return class probabilities that differ from frame to frame."""
    rows = np.random.default_rng(number).dirichlet(np.ones(3)).astype(np.float32)[None]
    return Prediction(
        outputs={"p": rows} if outputs is None else outputs,
        classification=Classification(rows, LABELS),
        indices=np.array([number]),
        origins=("by hand",),
        times_s=(number / 25,),
        model="by hand",
    )


def result(image, number, *, captured_s=None, said=None, recipe=None):
    """Return the result of one frame, captured 25 times a second unless told otherwise."""
    captured_s = 100 + number / 25 if captured_s is None else captured_s
    return StreamResult(
        frame=Frame(image, number, number / 25, "by hand"),
        prediction=said,
        captured_s=captured_s,
        shown_s=captured_s + 0.0125,
        recipe=recipe,
        seconds={"decode": 0.001, "infer": 0.01},
    )
