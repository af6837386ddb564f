"""Small networks trained on the spot, each under a recipe of its own, and the pictures to serve them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.models import Model
from workbench.models.training import cut_parts, train
from workbench.recipes import Recipe

SMALL = Recipe(size=(24, 24), range="unit")  # what changes start from where nothing else is said
REDUCED = 8 / 3  # parts of photos are so many times the size of the input: what resizing loses has to count
LEARNED = 1200  # parts that a network learns from
ENOUGH, HELD = 8, 4  # labelled pictures of each class that are enough to learn from; one in so many is held out
MIXED = "mixed"
Row = tuple[Recipe | list[Recipe], Model]


@dataclass(frozen=True, eq=False)
class OnTheSpot:
    """Networks, and pictures that none of them has learned from."""

    models: dict[str, Row]  # name -> the recipe of training, or those that were mixed, and the network
    frames: list[np.ndarray]  # N pictures (H, W, 3) uint8 RGB
    truth: np.ndarray  # (N,) int64 class index
    told: str  # one line: what was learned from, what is served


def train_on_the_spot(  # noqa: PLR0913 - the pictures, the recipes, and four options by name
    pictures: FrameSequence,
    training: Mapping[str, Recipe],
    *,
    truth: np.ndarray | None = None,
    mixed: bool = True,
    learned: int = LEARNED,
    epochs: int | None = None,
    seed: int = 0,
    progress: bool = True,
) -> OnTheSpot:
    """Train a small network under each recipe, and one under a mixture of them all.

    With true classes the pictures themselves are learned from, and every fourth of a class is held out. Without, or
    with fewer than 8 pictures of some class, parts of the photos are: which photo is this a part of?

    Args:
        pictures: photos, or labelled pictures.
        training: name -> recipe; their tensors have one shape.
        truth: (N,) true class index of each picture, where known.
        mixed: train one more under all the recipes, where there are several.
        learned: how many parts of photos to learn from.
        epochs: passes over the pictures; by default as many as `train` takes.
        seed: of the parts and the networks.
        progress: show a progress bar.

    Raises:
        InvalidValue: no recipe, recipes whose tensors differ in shape, or photos too small to be cut into parts.
    """
    if not training:
        raise InvalidValue("small networks need a recipe to be trained under, such as resize=pil.bilinear")
    if truth is not None and np.bincount(truth)[np.unique(truth)].min() >= ENOUGH:
        lessons, held, told = _split(pictures, truth)
    else:
        lessons, held, told = _parts(pictures, training, learned=learned, seed=seed)
        told += (
            "" if truth is None else f"; some class has fewer than {ENOUGH} labelled pictures, so labels are left out"
        )
    jobs: dict[str, Recipe | list[Recipe]] = dict(training)
    if mixed and len(training) > 1:
        jobs[MIXED] = list(training.values())
    options: dict[str, Any] = {"seed": seed} | ({} if epochs is None else {"epochs": epochs})
    bar = tqdm(jobs.items(), desc="training", unit="network", disable=not progress, leave=False)
    models = {name: (recipe, train(*lessons, recipe, **options)) for name, recipe in bar}
    return OnTheSpot(models, *held, told)


Labelled = tuple[list[np.ndarray], np.ndarray]


def _parts(
    photos: FrameSequence, training: Mapping[str, Recipe], *, learned: int, seed: int
) -> tuple[Labelled, Labelled, str]:
    side = round(REDUCED * max(max(recipe.size or (1,)) for recipe in training.values()))
    parts = cut_parts([photo.image for photo in photos], side=side, learned=learned, seed=seed)
    told = f"which of {len(photos)} photos is a part of {side} x {side} pixels from?"
    told += f" {len(parts.learned):,} parts to learn from, {len(parts.held):,} held out"
    return (list(parts.learned), parts.learned_truth), (list(parts.held), parts.held_truth), told


def _split(pictures: FrameSequence, truth: np.ndarray) -> tuple[Labelled, Labelled, str]:
    """Hold out every fourth picture of each class."""
    nth = np.zeros(len(truth), dtype=int)
    for label in np.unique(truth):
        nth[truth == label] = np.arange((truth == label).sum())
    apart = nth % HELD == HELD - 1
    images = [picture.image for picture in pictures]
    lessons, held = (
        ([images[number] for number in np.flatnonzero(which)], np.asarray(truth[which], np.int64))
        for which in (~apart, apart)
    )
    classes = len(np.unique(truth))
    return lessons, held, f"{classes} classes: {len(lessons[0]):,} pictures to learn from, {len(held[0]):,} held out"
