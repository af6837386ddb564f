"""`replay`: the frames of a recorded session through recipe and model again, held against what was answered live."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from workbench.diagnose.box_matching import match_boxes
from workbench.errors import InvalidValue
from workbench.frames.capture.capture import Captured
from workbench.inference.live.answering import Answerer
from workbench.inference.live.ledger import Waiting
from workbench.inference.live.serving import serving
from workbench.models import Model, load_model
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess
from workbench.recording.answers import Plain, apart, detections, plain_answer, same_bits
from workbench.recording.journal import Line
from workbench.recording.recording import Recording, open_recording
from workbench.recording.replayed import Replay, Replayed
from workbench.recording.session import format_of, model_of, recipe_of
from workbench.results import Prediction
from workbench.views.box_style import at_least

SURE = 0.5  # score of a box that counts


def replay(
    folder: str | Path, *, model: Model | Any = None, recipe: Preprocess | None = None, progress: bool = True
) -> Replay:
    """Run the frames of a recording again, one by one, and say what is answered otherwise.

    With the model and the recipes of the session the answers are the same, bit for bit, as long as the same engine
    runs on the same kind of machine; so a live problem can be taken apart at rest. Another model or recipe shows what
    it would have answered.

    Args:
        folder: of a recording.
        model: a Model, or anything `load_model` takes; by default the session's.
        recipe: a Recipe or function; by default the session's, switched where it was switched.
        progress: show a progress bar.

    Raises:
        UnreadableSource: there is no recording, or it is damaged.
        InvalidValue: it was made without a model, its model or recipe came from no file and is not given, or not one
            frame is on disk.
        WorkbenchError: the model cannot be loaded, or does not take the recipe's tensors.
    """
    with open_recording(folder) as recording:
        _expect_answers(recording)
        told = recording.session["model"]
        runs = model_of(told, recording.folder) if model is None else load_model(model)
        try:
            rows = [
                _held(line, prediction)
                for line, prediction in tqdm(
                    _predicted(recording, runs, recipe, boxes="auto" if model is not None else None),
                    total=len(recording.frames), unit="frame", disable=not progress, leave=False,
                )
            ]  # fmt: skip
        finally:
            if runs is not model:
                runs.close()
        return Replay(
            folder=str(recording.folder),
            models=(told["name"], runs.name),
            runtimes=(told["runtime"], getattr(runs, "runtime", None)),
            slots=_changed(recording, recipe),
            rows=tuple(rows),
            lost=recording.lost,
        )


def _expect_answers(recording: Recording) -> None:
    if recording.session["model"] is None:
        raise InvalidValue(
            f"{recording.folder} was recorded without a model, so no answer can be held against another; "
            "run predict(open_recording(folder).frames, recipe, model)"
        )
    if not len(recording.frames):
        raise InvalidValue(f"{recording.folder}: none of the {len(recording)} results has its frame on disk")


def _predicted(
    recording: Recording, model: Model, recipe: Preprocess | None, *, boxes: str | None
) -> Iterator[tuple[Line, Prediction]]:
    """Yield each line with what is predicted now, by the way that a stream takes: one frame a call."""
    answerer = Answerer(model, recording.frames.origin)
    images, lines = recording.frames.arrays(), recording.lines()
    noted = [(recording.recipe_at(i), recording.format_at(i)) for i in range(len(recording.frames))]
    turn = 0
    for (slots, form), run in groupby(noted):
        used = recipe if recipe is not None else _recipe(slots, recording)
        serves = serving(used, model, recording.frames.order, boxes or format_of(form))
        for _ in run:
            line = next(lines)
            frame = Waiting(turn, Captured(next(images), line["number"], line["time_s"]), 0.0)
            prediction = answerer([frame], serves)[0].prediction
            assert prediction is not None
            yield line, prediction
            turn += 1


def _recipe(plain: Plain | None, recording: Recording) -> Preprocess:
    found = recipe_of(plain)
    if found is None:
        name = (plain or {}).get("function")
        raise InvalidValue(f"{recording.folder} was made with the function {name}; give it: replay(folder, recipe=...)")
    return found


def _held(line: Line, prediction: Prediction) -> Replayed:
    """Hold what is predicted now against a line."""
    now = plain_answer(prediction)
    recorded: Plain = {key: line[key] for key in ("top", "boxes") if key in line}
    outputs = {name: values[0] for name, values in prediction.outputs.items()}
    known = line["outputs"]
    same = set(known) == set(outputs)
    return Replayed(
        number=line["number"],
        time_s=line["time_s"],
        recorded=_text(recorded),
        now=_text(now),
        identical=same and all(same_bits(held, outputs[name]) for name, held in known.items()),
        equal=now == recorded,
        flip=_flips(recorded, now),
        largest=max((apart(held, outputs[name]) for name, held in known.items()), default=0.0) if same else np.inf,
    )


def _flips(recorded: Plain, now: Plain) -> bool:
    """Tell whether the decision is another: the most probable class, or a box lost, new or renamed."""
    if recorded.keys() != now.keys():
        return True
    if "boxes" in now:
        before, after = (at_least(detections(each["boxes"]), SURE) for each in (recorded, now))
        pairs = match_boxes(before, after)
        return bool(len(pairs.lost) or len(pairs.new) or not pairs.same_class.all())
    best = [each["top"][0][0] if each.get("top") else None for each in (recorded, now)]
    return bool(best[0] != best[1])


def _text(answer: Plain) -> str:
    if "boxes" in answer:
        names = sorted(box[6] for box in answer["boxes"] if box[4] >= SURE)
        return ", ".join(f"{len(list(each))} {name}" for name, each in groupby(names)) or "no box"
    best = answer.get("top")
    return f"{best[0][0]} {best[0][1]:.1%}" if best else "NaN" if best is not None else ""


def _changed(recording: Recording, recipe: Preprocess | None) -> dict[str, tuple[Any, Any]]:
    """Return the slots in which the given recipe differs from the session's, where both have slots."""
    recorded = recording.recipes[0]
    return recorded - recipe if isinstance(recorded, Recipe) and isinstance(recipe, Recipe) else {}
