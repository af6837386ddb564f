"""A live viewer's state and results as plain JSON values for the browser."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import Any

from workbench.inference.live.result import StreamResult
from workbench.views.answers import answer_in
from workbench.views.box_style import inked_palette, packed
from workbench.views.encode import jpeg, lower
from workbench.views.live_state import LiveState
from workbench.views.presentation import bars, describe_recipes, schema
from workbench.views.state import ViewerState

HEIGHT, QUALITY = 720, 80  # of the picture that is shown; the model gets the whole one
DECODING = ("decode", "exif")  # slots that a stream's source has settled before the recipe
POLICIES = (
    {"value": "latest", "definition": "Always the newest frame: the age stays small, what is late is dropped."},
    {"value": "block", "definition": "Every frame: a file is read no faster than the model runs."},
    {"value": "drop_oldest(8)", "definition": "So many frames may wait; beyond, the oldest is dropped."},
    {"value": "sample(every=5)", "definition": "One frame of so many."},
    {"value": "sample(fps=5)", "definition": "So many frames a second."},
)


def live_schema(recipes: ViewerState | None) -> dict[str, Any]:
    """Return what a page needs to know once: colours of boxes, policies, and the slots of the recipe, if any."""
    slots = schema((), (recipes.a, recipes.b)) if recipes else []
    return {
        "palette": inked_palette(),
        "policies": list(POLICIES),
        "slots": [each for each in slots if each["slot"] not in DECODING],
    }


def described(state: LiveState) -> dict[str, Any]:
    """Return all that the browser shows of a state besides pictures and figures."""
    return {
        "source": state.source,
        "policy": state.policy,
        "run": state.run,
        "frozen": state.frozen,
        "camera": state.camera,
        "wants_camera": state.wants_camera,
        "recipes": describe_recipes(state.recipes, ()) if state.recipes else None,
    }


def pictured(result: StreamResult, *, top: int) -> tuple[dict[str, Any], list[bytes]]:
    """Return what the browser shows of one result, and its picture as JPEG, at most 720 high."""
    image, found = result.frame.image, result.prediction
    said = None if found is None else answer_in(found, k=top)
    boxes = None if found is None or found.detections is None else packed(found.detections[0])
    return {
        "picture": {
            "index": result.frame.index,
            "size": image.shape[:2],
            "where": where(result),
            "captured_ms": 1000 * (time.time() - (time.monotonic() - result.captured_s)),  # since 1970
            "boxes": boxes,
            "answer": None if said is None or boxes is not None else bars(said),
        }
    }, [jpeg(lower(image, HEIGHT), QUALITY)]


def where(result: StreamResult) -> str:
    """Say which frame this is: its number in the stream, its time or the file it came from, and its size."""
    frame = result.frame
    name = PurePath(frame.origin).name if frame.time_s is None and "://" not in frame.origin else ""
    told = f"{frame.time_s:.2f} s" if frame.time_s is not None else name
    height, width = frame.image.shape[:2]
    return " · ".join(part for part in (f"frame {frame.index}", told, f"{width} × {height}") if part)


def device_of(source: str) -> str:
    """Return the name of the camera that a source is; empty where it is none."""
    return f"camera:{source}" if source.isdigit() else source if source.startswith("camera:") else ""


def name_of(origin: Any) -> str:
    """Return what the source field shows for an origin."""
    if origin is None:
        return ""
    if isinstance(origin, str):
        return origin
    if isinstance(origin, int):
        return f"camera:{origin}"
    if isinstance(origin, PurePath):
        return str(origin)
    return str(getattr(origin, "origin", "") or type(origin).__name__)
