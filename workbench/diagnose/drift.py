"""`drift`: one batch through two models that should be the same, and the first layer where they part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from workbench.diagnose.alignment import Match, align
from workbench.diagnose.difference import TOLERANCE, difference
from workbench.diagnose.drift_result import Drift, LayerPair, OutputPair, first_divergence
from workbench.diagnose.patterns import grid_step
from workbench.diagnose.same_pixels import fed
from workbench.errors import ModelLoadError
from workbench.models import Batch, LoadedModel, Model, load_model
from workbench.results import as_classification

Tensors = dict[str, np.ndarray]


def drift(  # noqa: PLR0913 - the two models and what they are given, and three options by name
    model_a: Model | Any,
    model_b: Model | Any,
    batch: Batch,
    *,
    batch_b: Batch | None = None,
    layers: bool = True,
    tolerance: float = TOLERANCE,
) -> Drift:
    """Run one batch through two models that should give the same, and say where they part.

    Outputs are matched by content where it settles the matter, then by name, then by shape. Layers are aligned by
    content too, so folded normalizations, fused activations, other names and other layouts do not matter.

    Args:
        model_a: the model to be held against; a Model, or anything `load_model` takes.
        model_b: the other one: an export, another runtime, a changed copy.
        batch: what A is given, from real frames (noise excites a network otherwise). A few frames are enough;
            layers are compared on the first.
        batch_b: what B is given; by default the same numbers in B's layout and dtype (quantized where it asks so).
        layers: whether to look inside; needs two models that show their layers.
        tolerance: largest difference that counts as none, relative to the largest value of A's tensor. Where values
            lie on a quantization grid, its steps count instead; see `difference`.

    Raises:
        InputMismatch: the batch does not fit a model's input.
        ModelLoadError: a model cannot be loaded.
    """
    model_a, model_b = load_model(model_a), load_model(model_b)
    given_b = fed(batch, model_a, model_b) if batch_b is None else batch_b
    found = output_drift(
        _called(model_a, model_b), _whole(model_a, batch), _whole(model_b, given_b), tolerance=tolerance
    )
    if not layers:
        return found
    try:
        inside = _inside(model_a, batch), _inside(model_b, given_b)
    except ModelLoadError as error:
        return replace(found, layers_note=str(error))
    pairs = _aligned(*inside, tolerance)
    return replace(found, layers=pairs, names_a=tuple(inside[0]), names_b=tuple(inside[1]), layers_note="")


def output_drift(names: tuple[str, str], a: Tensors, b: Tensors, *, tolerance: float = TOLERANCE) -> Drift:
    """Compare the outputs of two models that are there already.

    Args:
        names: what A and B are called.
        a: output name -> values (N, ...).
        b: the same of the other model.
        tolerance: as for `drift`.
    """
    return Drift(*names, outputs=_match(_numbers(a), _numbers(b), tolerance), layers_note="layers were not asked for")


def _called(a: Model, b: Model) -> tuple[str, str]:
    """Return what two models are called; with their runtimes where the name is the same."""
    sides = [f"{each.name} ({each.runtime})" if isinstance(each, LoadedModel) else each.name for each in (a, b)]
    return (sides[0], sides[1]) if a.name == b.name else (a.name, b.name)


def _whole(model: Model, batch: Batch) -> Tensors:
    """Return the outputs of a batch of any length, also of a model that takes one length only."""
    parts = [model.predict(part) for part in _parts(model, batch)]
    return {name: np.concatenate([np.atleast_1d(part[name]) for part in parts]) for name in parts[0]}


def _parts(model: Model, batch: Batch) -> Iterator[Batch]:
    length = model.inputs[0].shape[0] if model.inputs else None
    count = len(next(iter(batch.values())) if isinstance(batch, Mapping) else batch)
    size = count if length is None or count % length else length
    for start in range(0, count, size):
        yield _part(batch, slice(start, start + size))


def _part(batch: Batch, which: slice) -> Batch:
    return {name: array[which] for name, array in batch.items()} if isinstance(batch, Mapping) else batch[which]


def _inside(model: Model, batch: Batch) -> Tensors:
    if not isinstance(model, LoadedModel):
        raise ModelLoadError(f"{model.name} does not show its layers; only its outputs are compared")
    length = (model.inputs[0].shape[0] if model.inputs else None) or 1
    shown = model.layers(_part(batch, slice(0, length)))
    return _numbers(shown)


def _numbers(tensors: Tensors) -> Tensors:
    """Leave out text and what is empty."""
    return {name: values for name, values in tensors.items() if np.size(values) and values.dtype.kind in "fiub"}


def _match(a: Tensors, b: Tensors, tolerance: float) -> tuple[OutputPair, ...]:
    """Pair the outputs: those of the same content first, then of the same name, then of the same size."""
    ranked = []
    for name_a, values_a in a.items():
        for name_b, values_b in b.items():
            if np.size(values_a) == np.size(values_b):
                pair = _output(name_a, values_a, name_b=name_b, values_b=values_b, tolerance=tolerance)
                ranked.append((not pair.same_values, plain_name(name_a) != plain_name(name_b), pair))
    found: list[OutputPair] = []
    for _, _, pair in sorted(ranked, key=lambda entry: entry[:2]):
        if all(pair.a != other.a and pair.b != other.b for other in found):
            found.append(pair)
    left_a, left_b = ([name for name in side if name not in taken] for side, taken in _taken(a, b, found))
    found += [OutputPair(name, "", (), "", None) for name in left_a] + [OutputPair("", n, (), "", None) for n in left_b]
    order = {name: place for place, name in enumerate(a)}
    return tuple(sorted(found, key=lambda pair: order.get(pair.a, len(order))))


def _taken(a: Tensors, b: Tensors, found: list[OutputPair]) -> list[tuple[Tensors, set[str]]]:
    return [(a, {pair.a for pair in found}), (b, {pair.b for pair in found})]


def _output(name_a: str, values_a: np.ndarray, *, name_b: str, values_b: np.ndarray, tolerance: float) -> OutputPair:
    apart = difference(values_a, values_b, tolerance=tolerance, step=_step(values_a, values_b))
    pair = OutputPair(name_a, name_b, tuple(values_a.shape), "size", apart, _top1(values_a, values_b))
    by = "name" if plain_name(name_a) == plain_name(name_b) else "content" if pair.same_values else "size"
    return replace(pair, matched_by=by)


def plain_name(name: str) -> str:
    """Return an output's name without the folders and the number a runtime puts around it."""
    return PurePosixPath(name).name.partition(":")[0].lower()


def _top1(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return the share of frames with the same most probable class; None where the outputs are no classes."""
    classes = as_classification(a, None)
    if classes is None or a.shape != b.shape:
        return None
    usable = classes.finite & np.isfinite(b).all(axis=1)
    other = b.argmax(axis=1) if b.shape[1] > 1 else b[:, 0] >= 0.5
    return float(np.mean((classes.best == other) & usable))


def _aligned(a: Tensors, b: Tensors, tolerance: float) -> tuple[LayerPair, ...]:
    """Align the layers and compare the pairs; of those that differ only the first is worth a name."""

    def pair(match: Match, *, name: bool) -> LayerPair:
        values_a, values_b = a[match.a], b[match.b]
        apart = difference(values_a, values_b, tolerance=tolerance, step=_step(values_a, values_b), name=name)
        return LayerPair(match.a, match.b, tuple(values_a.shape), tuple(values_b.shape), apart, match.likeness)

    matches = align(a, b)
    pairs = [pair(match, name=match.reordered) for match in matches]
    first = first_divergence(pairs)
    if first is not None:
        pairs[first] = pair(matches[first], name=True)
    return tuple(pairs)


def _step(a: np.ndarray, b: np.ndarray) -> float:
    return max(grid_step(a), grid_step(b))
