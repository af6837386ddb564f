"""The search: from a few starting places, change one thing at a time until pixels lie on a line with the tensors.

Each round looks at the frame that is worst explained, tries every single change on it, and goes on with the few that
help most. A right change helps whatever else is still wrong, and the range needs not be known (see `line.py`), so
three mistakes are three rounds, not a product of all choices.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import Judge
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.slips import SLIPS
from workbench.recipes import CATALOGUE, Recipe
from workbench.recipes.slots import CROPS

BEAM = 3
ROUNDS = 5
WORTH = 0.03
BETTER = 0.98  # a change is kept if it leaves at most this share of the distance
NEAR_FRACTIONS = (-0.004, -0.003, -0.002, -0.001, 0.001, 0.002, 0.003, 0.004)


@dataclass(slots=True)
class State:
    """A hypothesis and how far its pixels are from a line, frame by frame."""

    h: Hypothesis
    scores: list[float]
    done: bool  # on every frame within the tolerance

    @property
    def score(self) -> float:
        """The worst frame's."""
        return max(self.scores)


class Climb:
    """Improves hypotheses until they are exact by pixels, or no change helps."""

    def __init__(self, judge: Judge, pictures: Pictures, reference: Recipe) -> None:
        self.judge, self.pictures, self.reference = judge, pictures, reference
        self._seen: dict[tuple[object, ...], State] = {}

    def state(self, h: Hypothesis) -> State:
        """Return a hypothesis with its scores; each is computed once."""
        key = key_of(h)
        if key not in self._seen:
            lines = [self.judge.line(i, h) for i in range(len(self.judge.tensors))]
            telling = any((line.slope != 0).any() for line in lines)
            done = telling and all(self.judge.on_line(line, h) for line in lines)
            self._seen[key] = State(h, [line.score for line in lines], done)
        return self._seen[key]

    def run(self, starts: list[Hypothesis], *, tensorflow: bool) -> list[State]:
        """Return the states reached, the best first; ends with the first round in which one is done."""
        beam = self._best([self.state(h) for h in starts])
        for _ in range(ROUNDS):
            if any(state.done for state in beam):
                break
            following = [better for state in beam for better in self._improved(state, tensorflow)]
            merged = self._best([*beam, *following])
            if [id(state) for state in merged] == [id(state) for state in beam]:
                break
            beam = merged
        return beam

    def _best(self, states: list[State]) -> list[State]:
        unique = list({id(state): state for state in states}.values())
        unique.sort(key=self._rank)
        return unique[:BEAM]

    def _rank(self, state: State) -> tuple[bool, float]:
        """Done before not done; then by distance, of which a change more has to take away a little to be worth it."""
        cost = state.h.cost(self.reference)
        return not state.done, cost if state.done else state.score * (1 + WORTH * cost) + WORTH / 10 * cost

    def _improved(self, state: State, tensorflow: bool) -> list[State]:
        """Return the changes that help the worst frame, all frames scored."""
        worst = max(range(len(state.scores)), key=state.scores.__getitem__)
        tried = [(self.judge.line(worst, h).score, n, h) for n, h in enumerate(self.changes(state.h, tensorflow))]
        tried.sort(key=lambda each: each[:2])
        useful = [h for score, _, h in tried[: BEAM + 1] if score <= BETTER * state.scores[worst]]
        return [self.state(h) for h in useful]

    def changes(self, h: Hypothesis, tensorflow: bool) -> Iterator[Hypothesis]:
        """Yield the hypothesis with one thing changed that shows in the pixels."""
        yield from _colors(h)
        for name in CATALOGUE["resize"]:
            if name != h.recipe.resize and (tensorflow or not name.startswith("tf")):
                yield h.slots(resize=name)
        yield from _roundings(h)
        yield from self._readings(h, tensorflow)
        for name in ("gamma", "matrix", "video_range"):
            for value in (None, *SLIPS[name].values):
                if value != h.slips.get(name):
                    yield h.slip(name, value)
        if h.recipe.fit in CROPS:
            near = (round(h.recipe.crop_fraction + step, 4) for step in NEAR_FRACTIONS)
            for fraction in {self.reference.crop_fraction, *(f for f in near if 0 < f <= 1)}:
                for fit in CROPS:
                    yield h.slots(fit=fit, crop_fraction=fraction)

    def _readings(self, h: Hypothesis, tensorflow: bool) -> Iterator[Hypothesis]:
        for name, choices in self.pictures.choices(tensorflow=tensorflow).items():
            for value in choices:
                if name == "decode":
                    yield h.slots(decode=value)
                elif name != "exif" and value != h.slips.get(name):
                    yield h.slip(name, value)


def _colors(h: Hypothesis) -> Iterator[Hypothesis]:
    one = h.recipe.color in ("gray", "gray_bgr")
    for color in ("gray", "gray_bgr") if one else ("rgb", "bgr", "gray3"):
        if color != h.recipe.color:
            yield h.slots(color=color)


def _roundings(h: Hypothesis) -> Iterator[Hypothesis]:
    plain = h.slip("truncate", None).slip("wrap", None)
    yield plain.slots(rounding="uint8", order="resize_first")
    yield plain.slots(rounding="float", order="resize_first")
    cast = plain.slots(order="resize_first")
    yield cast.slip("truncate", True)
    yield cast.slip("wrap", True)
    yield cast.slip("truncate", True).slip("wrap", True)


def key_of(h: Hypothesis) -> tuple[object, ...]:
    """Return what tells two hypotheses apart."""
    return (*h.recipe.settings().items(), *sorted(h.slips.items()))


def tensorflow_is_loaded() -> bool:
    """Tell whether TensorFlow's kernels and decoders cost nothing to try."""
    return "tensorflow" in sys.modules
