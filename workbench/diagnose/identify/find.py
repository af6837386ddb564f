"""From tensors to the hypothesis behind them: the reference first, then geometry, pixels, range; the fewest changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.diagnose.identify.casts import climb_played, is_poor, kind_of_cast, signed
from workbench.diagnose.identify.climb import Climb, State, tensorflow_is_loaded
from workbench.diagnose.identify.forms import DTYPES, Tensors, form_of
from workbench.diagnose.identify.geometry import Geometry
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import INTEGERS, TOLERANCE, Judge
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.places import orientations, places, starts
from workbench.diagnose.identify.render import Renderer
from workbench.diagnose.identify.roi import Rois
from workbench.diagnose.identify.scale import explained, nearest_range
from workbench.diagnose.identify.simplest import HARDLY, NOTHING, simplest, simplest_near
from workbench.recipes import Recipe, ranges
from workbench.recipes.colors import channels

MOST_STARTS = 24
NOISY = 2.0  # times the noise between two calls: within it the reference is not accused
LEVELS = ("video_range", "gamma")  # slips that move levels alone
PART = 0.015  # of the tensors' variance left unexplained by whole pictures: from here on a part of them is looked for


@dataclass(slots=True)
class Found:
    """The best account of the tensors, and whether it is exact."""

    h: Hypothesis
    exact: bool
    tensorflow: bool  # whether TensorFlow's kernels and decoders were tried


class Finder:
    """Finds the hypothesis behind the tensors of one case."""

    def __init__(
        self, tensors: Tensors, pictures: Pictures, reference: Recipe, *, again: Tensors | None = None
    ) -> None:
        """Look for the account of `tensors`; `again` are those of a second call, where they are others."""
        self.again = again
        self.tensors, self.pictures, self.reference = tensors, pictures, reference
        self.renderer = Renderer(pictures)
        self.judge = Judge(tensors, self.renderer)
        self.climb = Climb(self.judge, pictures, reference)

    def find(self) -> Found:
        """Return the account with the fewest changes from the reference among the exact ones, else the nearest."""
        tensorflow = tensorflow_is_loaded()
        return self._at_once(tensorflow) or self._searched(tensorflow)

    def _at_once(self, tensorflow: bool) -> Found | None:
        """Return the account where it is the reference itself, or where so little is left that no line shows."""
        same = Hypothesis(self.reference)
        if self.judge.exact(same) or self._now_and_then(same):
            return Found(same, True, tensorflow)
        if self.again is not None and self.judge.distance(same) <= self._noise(same):
            return Found(same, False, tensorflow)
        cast = kind_of_cast(self.tensors, self.reference)
        played = self._cast(cast, tensorflow) if cast else None
        if played is None and is_poor(self.tensors):
            played = self._played([Hypothesis(self._base())], tensorflow)
        return None if played is None else Found(played, True, tensorflow)

    def _searched(self, tensorflow: bool) -> Found:
        base = self._base()
        fittings = places(self.tensors, self.pictures, Geometry(self.tensors, self.renderer), base)
        begin = self._coloured(starts(fittings, self.reference)[:MOST_STARTS])
        reached: list[State] = []
        for with_tensorflow in dict.fromkeys((tensorflow, True)):
            if fittings[0].unexplained > PART and not reached:
                begin = self._with_part(base, begin)
            reached = self.climb.run([*begin, *(state.h for state in reached)], tensorflow=with_tensorflow)
            reached = self._settled(reached, with_tensorflow)
            exact = self._exact(reached)
            if exact is not None:
                return Found(exact, True, with_tensorflow)
        near = self._nearest(reached)
        if self.judge.exact(near):
            return Found(self._simplest([near, *explained(self.judge, near, self.reference)]), True, True)
        near = self._without_levels(near)
        near = simplest_near(self.judge, near, self.reference, noise=self._noise(near))
        return Found(near, self.judge.exact(near), True)

    def _with_part(self, base: Recipe, begin: list[Hypothesis]) -> list[Hypothesis]:
        """Return the starts, and before them one that shows a part of the picture, if that is where the tensors lie."""
        rois = Rois(self.judge, self.climb)
        laid = [h for _, h in orientations(self.tensors, self.pictures, base)]
        alphas = self.pictures.choices(tensorflow=False).get("alpha", (None,))
        read = [h.slip("alpha", alpha) for h in laid for alpha in alphas]
        found = rois.find(sorted(read, key=lambda h: h.cost(self.reference)))
        if found is None:
            return begin
        coloured = self._coloured([found])[0]
        return [rois.settled(coloured), *begin[:4]]

    def _settled(self, reached: list[State], tensorflow: bool) -> list[State]:
        """Return the states after the part of the picture has been moved once more, now that the kernel is known."""
        if any(state.done for state in reached) or "roi" not in reached[0].h.slips:
            return reached
        again = Rois(self.judge, self.climb).settled(reached[0].h)
        return self.climb.run([again, *(state.h for state in reached)], tensorflow=tensorflow)

    def _without_levels(self, near: Hypothesis) -> Hypothesis:
        """Return the account without a slip of levels that a range of its own takes back again.

        Where no kernel fits, such a pair fits noise; a range alone is nearly as near, and accuses nothing.
        """
        if not near.recipe.range.startswith("affine") or near.recipe.range == self.reference.range:
            return near
        for name in near.slips.keys() & set(LEVELS):
            plain = nearest_range(self.judge, near.slip(name, None), self.reference)
            if self.judge.distance(plain) <= self.judge.distance(near) * HARDLY + NOTHING:
                near = plain
        return near

    def _cast(self, cast: str, tensorflow: bool) -> Hypothesis | None:
        """Return the exact account with a cast to uint8, if there is one."""
        whole = Hypothesis(self.reference, {"uint8_cast": cast})
        if self.judge.exact(whole):
            return whole
        back = signed(self.tensors)
        dtype = self.reference.dtype if self.reference.dtype == "float32" else "float32"
        base = self._base().replace(dtype=dtype, range=self.reference.range)
        fittings = places(back, self.pictures, Geometry(back, self.renderer), base)
        begin = [h.slip("uint8_cast", cast) for h in starts(fittings, self.reference)[:MOST_STARTS]]
        return self._played(begin, tensorflow)

    def _played(self, begin: list[Hypothesis], tensorflow: bool) -> Hypothesis | None:
        scales = dict.fromkeys([None, self.reference.quantization])
        many = [h.slots(quantization=each) for h in begin for each in scales if h.recipe.dtype in INTEGERS or not each]
        found = climb_played(self.judge, self.climb, many, tensorflow=tensorflow)
        return None if found is None else simplest(self.judge, found, self.reference)

    def _now_and_then(self, h: Hypothesis) -> bool:
        """Tell whether one of two calls gave just these tensors of each frame: then only chance is wrong."""
        if self.again is None or not self.judge.possible(h):
            return False
        judges = self.judge, Judge(self.again, self.renderer)
        return all(min(judge.residual(i, h) for judge in judges) <= TOLERANCE for i in range(len(self.tensors)))

    def _noise(self, h: Hypothesis) -> float:
        """Return the mean square, in levels, that chance brings: one call of the function against another."""
        if self.again is None or not np.isfinite(self.judge.distance(h)):
            return 0.0
        form = form_of(h.recipe, h.slips)
        judge = self.judge
        off = [
            np.mean(((judge.numbers(i, h) - form.undo(again)) / judge.slope(i, h)) ** 2)
            for i, (again, first) in enumerate(zip(self.again.tensors, self.tensors.tensors, strict=True))
            if again.shape == first.shape
        ]
        return NOISY * float(np.mean(off)) / 2 if off else 0.0

    def _exact(self, reached: list[State]) -> Hypothesis | None:
        """Return the cheapest exact account among the states whose pixels are right."""
        accounts = [h for state in reached if state.done for h in explained(self.judge, state.h, self.reference)]
        if not accounts:
            return None
        return self._simplest(accounts)

    def _simplest(self, accounts: list[Hypothesis]) -> Hypothesis:
        accounts = sorted(accounts, key=lambda h: h.cost(self.reference))[:3]
        simple = [simplest(self.judge, h, self.reference) for h in accounts]
        return min(simple, key=lambda h: h.cost(self.reference))

    def _base(self) -> Recipe:
        """Return the reference with what the shape and dtype of the tensors say."""
        layout = self.reference.layout if self.reference.layout in self.tensors.layouts else self.tensors.layouts[0]
        count = self.tensors.channels(layout)
        color, name = self.reference.color, self.reference.range
        if channels(color) != count:
            color = "rgb" if count == 3 else "gray"
        if count == 1 and ranges.parse_range(name).per_channel:
            name = "raw"
        dtype = self.tensors.dtype if self.tensors.dtype in DTYPES else "float32"
        quantization = self.reference.quantization if dtype in ("uint8", "int8") else None
        return self.reference.replace(layout=layout, color=color, range=name, dtype=dtype, quantization=quantization)

    def _coloured(self, begin: list[Hypothesis]) -> list[Hypothesis]:
        """Return the starts in the colour that suits the first best."""
        first = begin[0]
        options = ("gray", "gray_bgr") if channels(first.recipe.color) == 1 else ("rgb", "bgr", "gray3")
        scores = {color: self.judge.line(0, first.slots(color=color)).score for color in options}
        best = min(scores, key=lambda color: (round(scores[color], 2), color != self.reference.color))
        return [h.slots(color=best) for h in begin]

    def _nearest(self, reached: list[State]) -> Hypothesis:
        accounts = [nearest_range(self.judge, state.h, self.reference) for state in reached[:2]]
        return min([Hypothesis(self._base()), *accounts], key=self.judge.distance)
