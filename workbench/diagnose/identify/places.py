"""Which orientations and fits to try, and which of them the tensors allow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.diagnose.identify.forms import Form, Tensors
from workbench.diagnose.identify.geometry import FRACTIONS, Fitting, Geometry
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.pictures import Pictures
from workbench.recipes import Recipe
from workbench.recipes.slots import CROPS

ROUGH = (
    ("stretch", 1.0), ("center_crop", 1.0), ("center_crop", 0.9), ("center_crop", 0.78), ("letterbox", 1.0),
    ("letterbox_corner", 1.0),
)  # fmt: skip
USUAL_FRACTIONS = (
    1.0, 0.97, 0.965, 0.96, 0.95, 0.94, 0.935, 0.93, 0.92, 0.91, 0.905, 0.9, 0.89, 0.88, 0.875, 0.87, 0.85, 0.82, 0.8,
    0.75, 0.7,
)  # fmt: skip
CLOSE = 0.016  # of crop_fraction: how far the low resolution may be off
KEPT = 3  # orientations looked at closely
# What may still be right beside the best: so many times its unexplained variance more, at most, and at least
WITHIN, MOST, SLACK = 1.5, 0.1, 0.004


def places(tensors: Tensors, pictures: Pictures, geometry: Geometry, reference: Recipe) -> list[Fitting]:
    """Return the geometries that the tensors allow, the best explained first."""
    frames = range(len(tensors))
    turned = [
        Fitting(h, geometry.unexplained(h, form, frames))
        for form, start in orientations(tensors, pictures, reference)
        for h in _fitted(start, {*ROUGH, (reference.fit, reference.crop_fraction)})
    ]
    found: list[Fitting] = []
    for start in _best_orientations(turned, reference):
        form = _form(start)
        fits = [
            ("stretch", 1.0),
            ("letterbox", 1.0),
            ("letterbox_corner", 1.0),
            *(("center_crop", f) for f in FRACTIONS),
        ]
        closer = [Fitting(h, geometry.unexplained(h, form, frames)) for h in _fitted(start, fits)]
        found += closer + _peak(closer, geometry, form, frames)
    return sorted(found, key=lambda fitting: fitting.unexplained)


def starts(found: list[Fitting], reference: Recipe) -> list[Hypothesis]:
    """Return the hypotheses to begin with: every fit explained about as well as the best, the likeliest first."""
    limit = _limit(found[0].unexplained)
    chosen: list[tuple[float, float, Hypothesis]] = []
    for fitting in found:
        if fitting.unexplained > limit:
            break
        for h in _named(fitting.hypothesis, reference):
            chosen.append((h.cost(reference), fitting.unexplained, h))
    chosen.sort(key=lambda each: each[:2])
    unique: list[Hypothesis] = []
    for _, _, h in chosen:
        if not any(h.recipe == other.recipe and h.slips == other.slips for other in unique):
            unique.append(h)
    return unique


def orientations(tensors: Tensors, pictures: Pictures, reference: Recipe) -> Iterator[tuple[Form, Hypothesis]]:
    """Yield every form of the tensors and way in which the pictures may be laid, the reference's first."""
    exifs = pictures.choices(tensorflow=False).get("exif", (reference.exif,))
    for form in tensors.forms(reference):
        size = tensors.pixels(0, form).shape[:2]
        same_size = all(tensors.pixels(i, form).shape[:2] == size for i in range(len(tensors)))
        for exif in exifs:
            for rotate, mirror, flip in turns(reference.rotate):
                if form.transpose and (rotate, mirror, flip) != (reference.rotate, False, False):
                    continue
                base = reference.replace(exif=exif, rotate=rotate, layout=form.layout, size=size if same_size else None)
                slips = form.slips | {name: True for name, is_so in (("mirror", mirror), ("flip", flip)) if is_so}
                yield form, Hypothesis(base, slips)


def turns(rotate: int) -> list[tuple[int, bool, bool]]:
    """Return the eight ways to lay a picture, each as (rotate, mirror, flip) by the fewest changes from `rotate`."""
    every = [(r, m, f) for r in (0, 90, 180, 270) for m in (False, True) for f in (False, True)]
    every.sort(key=lambda turn: (turn[0] != rotate) + turn[1] + turn[2])
    seen: dict[bytes, tuple[int, bool, bool]] = {}
    corners = np.arange(4, dtype=np.uint8).reshape(2, 2)
    for turn in every:
        laid = corners[:, ::-1] if turn[1] else corners
        laid = laid[::-1] if turn[2] else laid
        seen.setdefault(np.rot90(laid, -turn[0] // 90).tobytes(), turn)
    return list(seen.values())


def _limit(best: float) -> float:
    """Return the unexplained share up to which a geometry may be right, where the best leaves `best`."""
    return best + min(best * WITHIN, MOST) + SLACK


def _fitted(start: Hypothesis, fits: object) -> Iterator[Hypothesis]:
    for fit, fraction in fits:  # type: ignore[attr-defined]
        yield start.slots(fit=fit, crop_fraction=fraction)


def _best_orientations(turned: list[Fitting], reference: Recipe) -> list[Hypothesis]:
    """Return the orientations whose best rough fit is among the best, one hypothesis each."""
    best: dict[tuple[object, ...], Fitting] = {}
    for fitting in turned:
        h = fitting.hypothesis
        key = (h.recipe.layout, h.recipe.exif, h.recipe.rotate, *sorted(h.slips))
        if key not in best or fitting.unexplained < best[key].unexplained:
            best[key] = fitting
    ranked = sorted(best.values(), key=lambda fitting: fitting.unexplained)
    limit = _limit(ranked[0].unexplained)
    near = [fitting for fitting in ranked if fitting.unexplained <= limit]
    near.sort(
        key=lambda fitting: (
            fitting.hypothesis.slots(fit="stretch").cost(reference.replace(fit="stretch")),
            fitting.unexplained,
        )
    )
    return [fitting.hypothesis for fitting in near[:KEPT]]


def _peak(closer: list[Fitting], geometry: Geometry, form: Form, frames: range) -> list[Fitting]:
    """Return the best crop fraction between those tried, by halving steps."""
    crops = [fitting for fitting in closer if fitting.hypothesis.recipe.fit in CROPS]
    best = min(crops, key=lambda fitting: fitting.unexplained)
    step = 0.02
    while step > 0.002:
        fraction = best.hypothesis.recipe.crop_fraction
        for other in (fraction - step, fraction + step):
            if 0.05 <= other <= 1:
                h = best.hypothesis.slots(crop_fraction=round(other, 4))
                tried = Fitting(h, geometry.unexplained(h, form, frames))
                best = min(best, tried, key=lambda fitting: fitting.unexplained)
        step /= 2
    return [best]


def _named(h: Hypothesis, reference: Recipe) -> Iterator[Hypothesis]:
    """Yield the fits of usual numbers that a rough geometry may stand for."""
    if h.recipe.fit not in CROPS:
        yield h
        return
    near = h.recipe.crop_fraction
    usual = {f for f in (*USUAL_FRACTIONS, reference.crop_fraction) if abs(f - near) <= CLOSE}
    for fraction in sorted(usual or {near}):
        for fit in CROPS:
            yield h.slots(fit=fit, crop_fraction=fraction)


def _form(h: Hypothesis) -> Form:
    return Form(h.recipe.layout, "reshape" in h.slips, "transpose" in h.slips)
