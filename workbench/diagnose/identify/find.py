"""From tensors to the hypothesis that explains them: reference first, then geometry, pixels, range, and the fewest changes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.diagnose.identify.climb import Climb, State, tensorflow_is_loaded
from workbench.diagnose.identify.forms import DTYPES, Tensors
from workbench.diagnose.identify.geometry import Geometry
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import Judge
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.places import places, starts
from workbench.diagnose.identify.render import Renderer
from workbench.diagnose.identify.scale import explained, nearest_range
from workbench.diagnose.identify.simplest import simplest
from workbench.recipes import Recipe, ranges
from workbench.recipes.colors import channels

MOST_STARTS = 24


@dataclass(slots=True)
class Found:
    """The best account of the tensors, and whether it is exact."""

    h: Hypothesis
    exact: bool
    tensorflow: bool  # whether TensorFlow's kernels and decoders were tried


class Finder:
    """Finds the hypothesis behind the tensors of one case."""

    def __init__(self, tensors: Tensors, pictures: Pictures, reference: Recipe) -> None:
        self.tensors, self.pictures, self.reference = tensors, pictures, reference
        self.renderer = Renderer(pictures)
        self.judge = Judge(tensors, self.renderer)
        self.climb = Climb(self.judge, pictures, reference)

    def find(self) -> Found:
        """Return the account with the fewest changes from the reference among the exact ones, else the nearest."""
        tensorflow = tensorflow_is_loaded()
        same = Hypothesis(self.reference)
        if self.judge.exact(same):
            return Found(same, True, tensorflow)
        base = self._base()
        fittings = places(self.tensors, self.pictures, Geometry(self.tensors, self.renderer), base)
        begin = self._coloured(starts(fittings, self.reference)[:MOST_STARTS])
        reached: list[State] = []
        for with_tensorflow in dict.fromkeys((tensorflow, True)):
            reached = self.climb.run([*begin, *(state.h for state in reached)], tensorflow=with_tensorflow)
            exact = self._exact(reached)
            if exact is not None:
                return Found(exact, True, with_tensorflow)
        return Found(self._nearest(reached), False, True)

    def _exact(self, reached: list[State]) -> Hypothesis | None:
        """Return the cheapest exact account among the states whose pixels are right."""
        accounts = [h for state in reached if state.done for h in explained(self.judge, state.h, self.reference)]
        if not accounts:
            return None
        simple = [simplest(self.judge, h, self.reference) for h in accounts[:3]]
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
