"""A viewer's state and panes as plain JSON values for the browser: texts, choices, which slots differ.

The browser shows these as text, never as markup, so a label or file name cannot smuggle in a script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from workbench.frames.frame import FrameSequence
from workbench.recipes import SLOTS, Recipe, affine, choices
from workbench.recipes.callables import Preprocess
from workbench.views.answers import Answer
from workbench.views.panes import Panes
from workbench.views.state import Position, ViewerState, changed_slots, function_name

PHOTO_S = 1.0  # seconds a still picture is shown while playing

_MEANING = {
    "decode": "Which library turns the file into pixels.",
    "exif": "Whether the camera's orientation tag is followed.",
    "rotate": "Degrees clockwise.",
    "color": "The channels of the tensor, in order.",
    "fit": "How the picture is brought to the shape of the input.",
    "crop_fraction": "Part of the side that a crop keeps, above 0 and at most 1; used by the crops of fit.",
    "pad": "Level 0..255 of the border; used by the letterboxes of fit.",
    "size": "Height, width in pixels; empty keeps the picture's own.",
    "resize": "Library and kernel of the resize.",
    "rounding": "Whether resized pixels are rounded to whole levels.",
    "range": "How levels 0..255 become the numbers the model is fed.",
    "order": "Whether the range comes before or after the resize.",
    "dtype": "Number format of the tensor.",
    "quantization": "Scale, zero point of an integer input; empty for none.",
    "layout": "Order of the tensor's axes.",
}
_AFFINE = {
    "name": "affine",
    "definition": "(x - mean) / std: one number each, or one for each of red, green, blue.",
    "value": affine(127.5, 127.5),  # where the typing starts
}


def schema(decoders: Sequence[str], recipes: Iterable[Preprocess]) -> list[dict[str, Any]]:
    """Return every slot with its meaning and choices; a slot without choices takes typed text.

    Of the decoders only those that can read these frames are offered, and those the recipes name. A choice with
    a `value` is a form to fill in, and that value is where to start.
    """
    asked = {recipe.decode for recipe in recipes if isinstance(recipe, Recipe)}
    offered = {*decoders, *asked} if decoders else set(choices("decode"))
    return [
        {
            "slot": slot,
            "meaning": _MEANING[slot],
            "choices": [
                {"name": name, "definition": text}
                for name, text in choices(slot).items()
                if slot != "decode" or name in offered
            ]
            + ([_AFFINE] if slot == "range" else []),
        }
        for slot in SLOTS
    ]


def describe(state: ViewerState, frames: FrameSequence) -> dict[str, Any]:
    """Return all that the browser shows of a state besides pictures and answers."""
    return {
        "index": state.index,
        "length": state.length,
        "playing": state.playing,
        "pause_s": pause_s(state, frames),
        "where": where(frames, state.index),
        **describe_recipes(state, frames.decoders),
    }


def describe_recipes(state: ViewerState, decoders: Sequence[str]) -> dict[str, Any]:
    """Return what the browser shows of the recipes: their slots, which differ, and which have no effect.

    `decoders` are those the source takes; none where its pixels come decoded.
    """
    return {
        "a": _settings(state.a),
        "b": _settings(state.b),
        "changed": list(changed_slots(state)),
        "summary": summary(state),
        "idle": {"a": _idle(state.a, decoders), "b": _idle(state.b, decoders)},
    }


def captions(panes: Panes) -> list[dict[str, str]]:
    """Return title, detail, size and spoken text of the four panes, in their order, and the scale of the last."""
    apart = panes.difference
    spread = f"mean {apart.mean:.{0 if apart.mean >= 10 else 1}f}, max {apart.max:.0f}" if apart.max else "none"
    return [
        _caption("Original", "as decoded", panes.original),
        _caption("A", "as the model sees it", panes.a),
        _caption("B", "as A's model sees it", panes.b),
        {
            "title": "|A − B|",
            "detail": spread,
            "size": "",
            "spoken": f"Difference of A and B in levels of 255: {spread}",
            "scale": f"{apart.scale:g}",
        },
    ]


def summary(state: ViewerState) -> str:
    """Say in which slots A and B differ, and how; empty where they do not."""
    pairs = ((slot, getattr(state.a, slot), getattr(state.b, slot)) for slot in changed_slots(state))
    return ", ".join(f"{slot} {in_words(a)} → {in_words(b)}" for slot, a, b in pairs)


def in_words(value: Any) -> str:
    """Return a slot's value as it is read in a sentence: 224 × 224, none."""
    return _field(value).replace(", ", " × ") if isinstance(value, tuple) else _field(value) or "none"


def _field(value: Any) -> str:
    """Return a slot's value as the text of a form field, which takes it back."""
    if value is None:
        return ""
    return ", ".join(f"{v:g}" for v in value) if isinstance(value, tuple) else str(value)


def answered(index: int, answers: tuple[Answer, ...]) -> dict[str, Any]:
    """Return what the browser shows of the model's answers to A and B."""
    a, b = answers
    both = bool(a.rows and b.rows) or None not in (a.boxes, b.boxes)
    flipped = both and a.said != b.said
    same, other = "same answer as A", "another answer than A"
    if b.boxes is not None:
        same, other = "as many boxes as A, class by class", "other boxes than A"
    return {
        "index": index,
        "a": bars(a),
        "b": bars(b),
        "flipped": flipped,
        "note": "" if not both else other if flipped else same,
    }


def where(frames: FrameSequence, index: int) -> str:
    """Say which frame this is: its number in the source, its time, or the file it came from."""
    seconds = frames.time_s(index)
    number = f"frame {frames.index_of(index)}"
    if seconds is not None:
        return f"{number} · {seconds:.3f} s"
    name = PurePath(frames.origin_of(index)).name
    return f"{number} · {name}" if name else number


def bars(answer: Answer) -> dict[str, Any]:
    """Return one answer as the browser shows it: rows of label, share and text, or a note."""
    rows = [{"label": label, "share": share, "text": f"{share:.1%}"} for label, share in answer.rows]
    return {"rows": rows, "note": answer.note}


def _caption(title: str, detail: str, image: Any) -> dict[str, str]:
    height, width = image.shape[:2]
    return {
        "title": title,
        "detail": detail,
        "size": f"{width} × {height}",
        "spoken": f"{title}: {detail}, {width} by {height} pixels",
        "scale": "",
    }


def pause_s(state: Position, frames: FrameSequence) -> float:
    """Return how long the frame is shown while playing: until the next one's time."""
    if state.index + 1 >= state.length:
        return PHOTO_S
    now, then = frames.time_s(state.index), frames.time_s(state.index + 1)
    return PHOTO_S if now is None or then is None else min(max(then - now, 0.0), PHOTO_S)


def _settings(preprocess: Preprocess) -> dict[str, Any]:
    if not isinstance(preprocess, Recipe):
        return {"function": function_name(preprocess)}
    return {slot: _field(getattr(preprocess, slot)) for slot in SLOTS}


def _idle(preprocess: Preprocess, decoders: Sequence[str]) -> list[str]:
    """Return the slots that change nothing here, such as `pad` without a letterbox."""
    used = set(preprocess.settings()) if isinstance(preprocess, Recipe) else set()
    used -= set() if decoders else {"decode", "exif"}  # the pixels come decoded
    return [slot for slot in SLOTS if slot not in used]
