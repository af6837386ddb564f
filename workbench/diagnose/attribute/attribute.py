"""`attribute`: split what a serving recipe loses against the training one over the slots that differ."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from workbench.diagnose.attribute.attribution import Attribution
from workbench.diagnose.attribute.idle import aside
from workbench.diagnose.attribute.metrics import Losses, check_metric, losses, possible
from workbench.diagnose.attribute.mixes import Mix, Runner
from workbench.diagnose.attribute.players import Player, mixed, players, slipped
from workbench.diagnose.attribute.split import NOTHING
from workbench.diagnose.compare import Labels
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference.sources import Source
from workbench.models import Model, load_model
from workbench.recipes import Recipe
from workbench.results import BoxFormat, Prediction
from workbench.results.boxes import DecodedBoxes

MOST = 10  # players: 1024 mixes


def attribute(  # noqa: PLR0913 - the model, the frames, the two recipes, and four options by name
    model: Model | Any,
    frames: Source,
    *,
    training: Recipe | Any,
    serving: Recipe | Any,
    metric: str = "auto",
    labels: Labels = None,
    boxes: str | BoxFormat | None = "auto",
    progress: bool = True,
) -> Attribution:
    """Split the loss between two recipes over the slots that differ: exact Shapley values of all 2^n mixes.

    Every mix of the two recipes is run, so the parts depend on no order and sum to the whole. n differing slots take
    2^n runs over the frames; each frame is decoded once a decoder. Slots that only matter together (pad and its
    letterbox) count as one; slots whose serving choice the model refuses, and decoders that read these frames alike,
    are set aside with the reason.

    Args:
        model: a Model, or anything `load_model` takes; by path with `engine="fast"` it is much quicker.
        frames: an opened sequence, or anything `open_frames` takes that stays.
        training: the recipe as in training, or a result with a `recipe` (`identify`, `search`).
        serving: the recipe as in serving, or such a result; the slips that `identify` found are split as well.
        metric: "flips", "kl", "accuracy" (true classes needed), "map" (true boxes), "boxes", "change", or "auto":
            accuracy or average precision with labels, else flips or box overlap; where that loses nothing, the next
            finer one. `Attribution.reason` says which and why.
        labels: true class index of each frame, or its true boxes, where known.
        boxes: how to read the outputs as boxes, as in `predict`.
        progress: show a progress bar.

    Raises:
        InvalidValue: a function in a recipe's place; more than 10 differing slots; a metric these answers do not have;
            labels that do not fit; no finite answer under the training recipe; a stream.
        InputMismatch: the model does not take the training recipe's tensors.
        UnknownName: a metric nobody knows.
    """
    a, b = _recipe("training", training), _recipe("serving", serving)
    with ExitStack() as stack:
        source = frames if isinstance(frames, FrameStream) else stack.enter_context(open_frames(frames))
        if not isinstance(source, FrameSequence):
            raise InvalidValue(
                f"attribute needs frames that stay; keep some of {source.origin}: take(source, limit=100)"
            )
        run = stack.enter_context(Runner(source, load_model(model)))
        [(_, reference)] = run({0: Mix(a)}, boxes)
        _expect_finite(reference)
        truth = _truth(labels, reference)
        check_metric(metric, reference, truth)
        found = [*players(a, b), *slipped(getattr(serving, "slips", ()))]
        reasons = {player.name: why for player in found if (why := aside(a, b, player, run))}
        split = [player for player in found if player.name not in reasons]
        mixes = _mixes(a, split)
        answers = [reference, *_answers(run, mixes, reference, progress=progress)]
    lost, reason = _chosen(metric, answers, truth)
    return Attribution(tuple(split), lost, reference.indices, reason, reasons)


def _recipe(side: str, given: Any) -> Recipe:
    """Return a recipe, or the one a result names."""
    recipe = getattr(given, "recipe", given)
    if not isinstance(recipe, Recipe):
        raise InvalidValue(
            f"{side} is a recipe whose slots can be swapped one by one; got {type(given).__name__}; of a function find "
            "the recipe first: identify(function, frames).recipe"
        )
    return recipe


def _mixes(training: Recipe, split: Sequence[Player]) -> dict[int, Mix]:
    """Return every mix but the training recipe alone, by number: bit i for player i as in serving."""
    if len(split) > MOST:
        raise InvalidValue(
            f"{len(split)} slots differ ({', '.join(player.name for player in split)}): {2 ** len(split)} mixes; "
            f"attribute splits up to {MOST}; set the undoubted ones alike first: serving.replace(...)"
        )
    chosen = {
        number: [player for place, player in enumerate(split) if number >> place & 1]
        for number in range(1, 2 ** len(split))
    }
    return {
        number: Mix(mixed(training, those), {each.slip.name: each.slip.value for each in those if each.slip})
        for number, those in chosen.items()
    }


def _answers(run: Runner, mixes: dict[int, Mix], reference: Prediction, *, progress: bool) -> list[Prediction]:
    """Return the answers to every mix in order, read in the way the training recipe's were."""
    boxes = reference.detections.format if isinstance(reference.detections, DecodedBoxes) else None
    bar = tqdm(run(mixes, boxes), total=len(mixes), unit="mix", disable=not progress, leave=False)
    found = {number: _slim(answer) for number, answer in bar}
    return [found[number] for number in sorted(found)]


def _slim(answer: Prediction) -> Prediction:
    """Drop raw outputs that have been read: those of a detector take megabytes a mix."""
    read = answer.classification is not None or answer.detections is not None
    return replace(answer, outputs={}) if read else answer


def _expect_finite(reference: Prediction) -> None:
    answered = reference.classification
    if answered is not None and not answered.finite.any():
        raise InvalidValue(
            f"every answer under the training recipe holds NaN or Inf ({len(reference)} frames), so there is nothing "
            "to lose; is it the recipe the model was trained with?"
        )


def _truth(labels: Labels, reference: Prediction) -> Any:
    if labels is None:
        return None
    if not isinstance(labels, Sequence | np.ndarray) or len(labels) != len(reference):
        got = len(labels) if isinstance(labels, Sequence | np.ndarray) else repr(labels)
        raise InvalidValue(f"labels: expected one for each of {len(reference)} frames; got {got}")
    return tuple(labels)


def _chosen(metric: str, answers: Sequence[Prediction], truth: Any) -> tuple[Losses, str]:
    """Return the losses by the metric asked for, or by the first that loses something, and why it is that."""
    if metric != "auto":
        return losses(metric, answers, truth), ""
    passed: list[str] = []
    names = possible(answers[0], truth)
    for name in names:
        found = losses(name, answers, truth)
        if abs(found.mean[-1]) > NOTHING:
            break
        passed.append(name)
    if len(passed) == len(names):
        return losses(names[0], answers, truth), "serving loses nothing by any metric"
    return found, f"{name}, since {' and '.join(passed)} lose nothing" if passed else ""
