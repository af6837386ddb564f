"""Cases drawn from a seed: a training recipe, serving code with faults in it, four real frames; and the rules.

A draw is thrown away and made again when
- the faults do not show: the tensors of these frames equal, within NOISE or but for SHARE of the numbers, those of
  a smaller set of the same faults (so each fault matters given the others, and no set cancels);
- the slots in which training's and serving's recipe differ are not the slots that were injected (a pad without a
  letterbox differs in nothing);
- two faults are of one group in EXCLUDED: another set of the same or of smaller size has the same tensors by its
  algebra (mirrored and upside down is turned by 180 degrees).
Two faults that are one and the same on any tensors (TWINS) both count as the truth; so do the two accounts of a
reference of which only its tensors are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from faults.kind import ANY, ARRAYS, HABITS, Change, Kind
from faults.kinds import BY_FAULT, BY_NAME, KINDS
from faults.photos import Shots, draw_shots
from faults.recipes import draw_recipe
from faults.serving import Medium, function, given_frames, tensors
from faults.steps import Serving
from workbench import Recipe, WorkbenchError, open_frames
from workbench.recipes import SLOTS

NOISE = 0.2  # root mean square of a difference, in pixel levels; rounding to whole levels makes 0.29
SHARE = 0.001  # of the numbers of a batch that have to differ
FLOAT_NOISE = 0.01  # the same, of two ways to compute one thing
ATTEMPTS = 400
SPLITS = ("tuning", "heldout")
EXCLUDED: tuple[frozenset[str], ...] = tuple(
    frozenset(group)
    for group in (
        ("mirror", "flip", "rotate", "transpose"), ("size", "rotate"), ("size", "transpose"),
        ("roi", "fit"), ("roi", "crop_fraction"), ("order", "rounding"), ("order", "truncate"), ("order", "wrap"),
        ("rounding", "truncate"), ("rounding", "wrap"), ("range", "quantization"), ("range", "dtype"),
        ("range", "video_range"), ("dtype", "quantization"), ("dtype", "uint8_cast"), ("quantization", "uint8_cast"),
        ("matrix", "video_range"), ("decode", "alpha"), ("exif", "mirror"), ("exif", "flip"),
    )
)  # fmt: skip
DECODES = ["cv2", "pil", "tf", "tf.accurate"]
FRAMES = ("photo", "photo", "jpeg", "clip")
ORDERS = ("order", "rounding")


class WrongGenerator(Exception):
    """The generator's own code is not the recipe where no fault is in it."""


@dataclass(frozen=True)
class Case:
    """What `identify` is given, and the truth."""

    name: str
    kinds: tuple[str, ...]
    training: Recipe
    serving: Serving
    medium: Medium
    shots: Shots
    reference_form: str  # "recipe", "callable" or "saved"
    truths: tuple[frozenset[str], ...]  # the injected faults, then sets that are the same on any tensors

    @property
    def takes(self) -> str:
        """What the functions are given."""
        return self.medium if self.medium != "saved" else "rgb"

    def frames(self) -> Any:
        """Return what is given as frames: paths, or frames of a clip."""
        return frames_of(self.shots)

    def preprocess(self) -> Any:
        """Return the serving code: a function, or the tensors that it made."""
        saved = self.medium == "saved"
        return tensors(self.serving, self.shots, self.medium) if saved else function(self.serving, self.medium)

    def reference(self) -> Any:
        """Return the training preprocessing: a recipe, a function, or the tensors that it made."""
        plain = Serving.of(self.training)
        if self.reference_form == "recipe":
            return self.training
        return function(plain, self.medium) if self.medium != "saved" else tensors(plain, self.shots, self.medium)


def frames_of(shots: Shots) -> Any:
    """Return the frames as a user names them."""
    if shots.clip is None:
        return list(shots.paths)
    step = shots.indices[1] - shots.indices[0]
    return open_frames(shots.clip)[shots.indices[0] : shots.indices[-1] + 1 : step]


def make(split: str, seed: int, count: int, index: int, *, kind: str | None = None) -> Case:
    """Return case `index` of those with `count` faults; `kind`: one of them is of this kind."""
    rng = np.random.default_rng([seed, SPLITS.index(split), count, index])
    order = np.random.default_rng([seed, count]).permutation(len(KINDS))
    first = BY_NAME[kind] if kind else KINDS[order[index % len(KINDS)]]
    for _ in range(ATTEMPTS):
        kinds = [first] if count == 1 else _draw_kinds(rng, count, BY_NAME[kind] if kind else None)
        case = draw(rng, split, kinds, f"{split}:{seed}:{count}:{index}")
        if case:
            return case
    raise WrongGenerator(f"{split}:{seed}:{count}:{index}: {first.name} never showed in {ATTEMPTS} draws")


def _draw_kinds(rng: np.random.Generator, count: int, first: Kind | None) -> list[Kind]:
    while True:
        names = [str(name) for name in rng.permutation(list(BY_FAULT))[:count]]
        kinds = [BY_FAULT[name][rng.integers(len(BY_FAULT[name]))] for name in names]
        kinds = [first, *(kind for kind in kinds if kind.fault != first.fault)][:count] if first else kinds
        faults = {kind.fault for kind in kinds}
        alone = any(kind.name in ("random.flip", "random.jitter") for kind in kinds)
        if len(faults) == count and not alone and not any(len(faults & group) > 1 for group in EXCLUDED):
            return kinds


def draw(rng: np.random.Generator, split: str, kinds: list[Kind], name: str) -> Case | None:
    """Return one case with these kinds of fault; None where a rule throws the draw away."""
    setting = _setting(rng, split, kinds)
    if setting is None:
        return None
    medium, shots, training = setting
    dropped = any(kind.name == "batch_axis.dropped" for kind in kinds)
    forms = ["saved" if medium == "saved" else "callable", "recipe"]
    form = "callable" if dropped else str(rng.choice(forms, p=[0.2, 0.8]))
    way = str(rng.choice(("divide", "multiply", "float64", "inplace"))) if training.dtype == "float32" else "divide"
    plain = Serving.of(training, way=way, batched=form != "recipe" or rng.random() < 0.6)
    changes = _changes(plain, kinds, rng, shots)
    if changes is None:
        return None
    serving = _changed(plain, changes)
    injected = frozenset(kind.fault for kind in kinds)
    try:
        differing = set(training - serving.recipe)
    except WorkbenchError:  # slots that exclude each other
        return None
    if differing != injected & set(SLOTS):
        return None
    expect_recipe(plain, training, shots, medium)
    if not _each_matters(plain, kinds, changes, shots, medium):
        return None
    case = Case(name, tuple(kind.name for kind in kinds), training, serving, medium, shots, form, (injected,))
    return replace(case, truths=(injected, *_twins(case)))


def _setting(rng: np.random.Generator, split: str, kinds: list[Kind]) -> tuple[Medium, Shots, Recipe] | None:
    """Return what the functions are given, the frames and the training recipe that all these kinds can live with."""
    media = [medium for medium in ANY if all(medium in kind.media for kind in kinds)]
    wanted = [set(kind.shots) for kind in kinds if kind.shots]
    possible = sorted(set.intersection(*wanted)) if wanted else list(FRAMES)
    if not media or not possible:
        return None
    medium, shown = str(rng.choice(media)), str(rng.choice(possible))
    if shown == "clip" and medium == "path":
        return None
    shots = draw_shots(rng, split, shown)
    needs: dict[str, Any] = {"decode": DECODES, "exif": ["apply", "apply", "ignore"]}
    for kind in kinds:
        needs |= kind.needs
    if medium in ARRAYS or shots.clip is not None:
        needs |= {"decode": "cv2", "exif": "apply"}
    try:
        return medium, shots, draw_recipe(rng, needs)  # type: ignore[return-value]
    except WorkbenchError:
        return None


def _changes(plain: Serving, kinds: list[Kind], rng: np.random.Generator, shots: Shots) -> list[Change] | None:
    changes = [kind.change(plain, rng, shots) for kind in kinds]
    if any(not change or all(getattr(plain, k) == v for k, v in change.items()) for change in changes):
        return None
    return [change for change in changes if change]


def _changed(plain: Serving, changes: list[Change]) -> Serving:
    for change in changes:
        plain = plain.replace(**change)
    return plain


def _each_matters(plain: Serving, kinds: list[Kind], changes: list[Change], shots: Shots, medium: Medium) -> bool:
    """Tell whether the tensors differ from those of every smaller set of these faults; habits change no tensors."""
    shown = [change for kind, change in zip(kinds, changes, strict=True) if kind.fault not in HABITS]
    whole = _changed(plain, shown)
    made = tensors(whole, shots, medium)
    for size in range(len(shown)):
        for subset in combinations(shown, size):
            other = _changed(plain, list(subset))
            level = min(whole.level, other.level)
            if not shows(made, tensors(other, shots, medium), level):
                return False
    return True


def shows(a: np.ndarray, b: np.ndarray, level: float) -> bool:
    """Tell whether a difference of two batches is more than noise, and more than a handful of pixels."""
    if not differs(a, b, NOISE * level):
        return False
    return a.shape != b.shape or a.dtype != b.dtype or float(np.mean(a != b)) > SHARE


def differs(a: np.ndarray, b: np.ndarray, most: float) -> bool:
    """Tell whether two batches differ in shape or dtype, or by more than `most` (root mean square)."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return True
    return float(np.sqrt(np.mean((a.astype(np.float64) - b) ** 2))) > most


def expect_recipe(plain: Serving, training: Recipe, shots: Shots, medium: Medium) -> None:
    """Hold the generator's code, without a fault, to the training recipe's own tensors.

    Raises:
        WrongGenerator: they differ by more than float noise.
    """
    mine, house = tensors(plain, shots, medium), recipe_tensors(training, shots, medium)
    if differs(mine, house, FLOAT_NOISE * plain.level):
        raise WrongGenerator(f"not the recipe's tensors ({medium}, {shots}): {training.to_dict()} by {plain.way}")


def recipe_tensors(training: Recipe, shots: Shots, medium: Medium) -> np.ndarray:
    """Return the training tensors as Workbench makes them."""
    arrays = shots.clip is not None or medium in ARRAYS
    return training.batch(given_frames(shots) if arrays else list(shots.paths))


def _twins(case: Case) -> Iterator[frozenset[str]]:
    """Yield the sets of the same size that tensors cannot tell from the injected one, by the rules of TWINS."""
    training, serving, injected = case.training, case.serving, case.truths[0]
    level = FLOAT_NOISE * serving.level
    for fault, (other, remade) in TWINS.items():
        if fault not in injected or other in injected:
            continue
        twin = remade(training, serving)
        batches = [tensors(each, case.shots, case.medium) for each in (twin, serving) if each]
        if twin and not differs(*batches, level):
            yield injected - {fault} | {other}
        elif case.reference_form != "recipe" and fault in ORDERS and _either_order(case):
            yield injected - {fault} | {other}


def _either_order(case: Case) -> bool:
    """Tell whether the reference's tensors, which are all that is known of it, are the same in the other order."""
    plain = Serving.of(case.training)
    if plain.order == "resize_first" and plain.rounding == "uint8":
        return False
    one, other = (plain.replace(order=order, rounding="float") for order in ("resize_first", "range_first"))
    a, b = tensors(one, case.shots, case.medium), tensors(other, case.shots, case.medium)
    return not differs(a, b, FLOAT_NOISE * plain.level)


def _rounding_for_order(training: Recipe, serving: Serving) -> Serving | None:
    """A linear range before a linear resize is the same as fractions kept."""
    return serving.replace(order="resize_first", rounding="float") if training.order == "resize_first" else None


def _order_for_rounding(training: Recipe, serving: Serving) -> Serving | None:
    kept = training.order == "resize_first" and serving.rounding == "float"
    return serving.replace(order="range_first", rounding=training.rounding) if kept else None


def _requantized(training: Recipe, serving: Serving) -> Serving | None:
    """Another scale and zero point are another affine range, and the other way round."""
    linear = "per_image" not in (training.range, serving.range)
    return serving if linear and serving.dtype in ("uint8", "int8") else None


TWINS: dict[str, tuple[str, Callable[[Recipe, Serving], Serving | None]]] = {
    "order": ("rounding", _rounding_for_order),
    "rounding": ("order", _order_for_rounding),
    "quantization": ("range", _requantized),
    "range": ("quantization", _requantized),
}
