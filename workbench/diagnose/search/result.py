"""What a search found: candidates with their probability, and whether the best is sure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.diagnose.search.space import varied
from workbench.readable import visible
from workbench.recipes import Recipe

if TYPE_CHECKING:
    import pandas as pd

SURE = 0.95  # the probability from which an answer counts as decided, and the size of the credible set
NAMED = ("color", "range")  # slots whose equals are listed by name
SIGNS = {
    "contract": "what the model says of itself", "statistics": "the statistics its normalizations keep of training",
    "reference": "reference outputs", "labels": "labels", "confidence": "how sure it is of its answers",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Candidate:
    """One recipe, with those that these frames cannot tell from it."""

    recipe: Recipe
    also: tuple[Recipe, ...]  # the same tensors within 2% of their spread, or a geometry nothing speaks against
    probability: float
    evidence: dict[str, float]  # sign -> nats relative to the best candidate by that sign; 0 is best

    def __repr__(self) -> str:
        return f"Candidate({self.probability:.0%}: {self.recipe.color}, {self.recipe.range}, {len(self.also)} more)"

    def holds(self, recipe: Recipe) -> bool:
        """Tell whether a recipe is this one, or one that cannot be told from it."""
        return recipe == self.recipe or recipe in self.also


@dataclass(frozen=True, eq=False)
class SearchResult:
    """Which preprocessing a model was trained with, as far as these frames tell.

    Probabilities are those of the recipes that were searched: another preprocessing is not among them.
    """

    model: str
    ranking: tuple[Candidate, ...]  # best first; probabilities sum to 1
    searched: tuple[str, ...]  # the slots that had more than one choice
    frames: int  # how many were looked at
    recipes: int  # in the space
    ran: int  # of these, how many the network was run on
    needs: str  # what would decide; "" where it is decided

    @property
    def recipe(self) -> Recipe:
        """The best recipe."""
        return self.ranking[0].recipe

    @property
    def decided(self) -> bool:
        """Whether the best candidate has a probability of 95% or more."""
        return self.ranking[0].probability >= SURE

    @cached_property
    def ties(self) -> tuple[Candidate, ...]:
        """The fewest candidates that hold 95% of the probability, the best first."""
        found, total = [], 0.0
        for candidate in self.ranking:
            found.append(candidate)
            total += candidate.probability
            if total >= SURE:
                break
        return tuple(found)

    @cached_property
    def undecided(self) -> dict[str, tuple[Any, ...]]:
        """The slots that differ among the ties and what cannot be told from them, each with its choices."""
        return varied(recipe for candidate in self.ties for recipe in (candidate.recipe, *candidate.also))

    @property
    def verdict(self) -> str:
        """Say in one sentence what was found, or between what the frames cannot decide."""
        counted = f"{self.frames} frame{'s' if self.frames > 1 else ''}"
        if self.decided:
            best = self.ranking[0]
            signs = " and ".join(SIGNS[sign] for sign in self._deciding)
            by = f", by {signs}" if signs else ""
            left = [slot for slot in self.searched if slot in self.undecided and slot not in NAMED]
            open_ = f"; {', '.join(left)} cannot be told by these frames" if left else ""
            return f"{self.model}: {self._named(best)} ({best.probability:.0%}){by} on {counted}{open_}"
        listed = [f"{self._named(each)} ({each.probability:.0%})" for each in self.ties[:3]]
        more = f" and {len(self.ties) - 3} more" if len(self.ties) > 3 else ""
        return f"{self.model}: {counted} cannot decide between {' / '.join(listed)}{more}; {self.needs}"

    def __repr__(self) -> str:
        return visible(f"SearchResult({self.verdict})")

    def to_frame(self) -> pd.DataFrame:
        """Return one row a candidate: searched slots, probability, evidence by sign in nats, how many it stands for."""
        import pandas as pd

        rows = []
        for each in self.ranking:
            slots = {slot: value for slot, value in each.recipe.settings().items() if slot in self.searched}
            rows.append({**slots, "probability": each.probability, **each.evidence, "recipes": 1 + len(each.also)})
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain YAML types: the ties in full, of the others the probability."""
        return {
            "model": self.model,
            "verdict": self.verdict,
            "decided": self.decided,
            "recipe": self.recipe.to_dict(),
            "undecided": {slot: [list(v) if isinstance(v, tuple) else v for v in values]
                          for slot, values in self.undecided.items()},
            "needs": self.needs,
            "frames": self.frames,
            "recipes": self.recipes,
            "ran": self.ran,
            "ranking": [
                {"recipe": each.recipe.to_dict(), "probability": round(each.probability, 4),
                 "evidence": {sign: round(value, 3) for sign, value in each.evidence.items()},
                 "recipes": 1 + len(each.also)}
                for each in self.ranking
            ],
        }  # fmt: skip

    def _named(self, candidate: Candidate) -> str:
        """Name a candidate by the slots in which what it stands for agrees, and the others differ."""
        mine = varied((candidate.recipe, *candidate.also))
        slots = candidate.recipe.settings()
        parts = []
        for slot in self.searched:
            if slot not in slots:
                continue
            if slot not in mine:
                parts.append(f"{slot}={slots[slot]}")
            elif slot in NAMED:
                parts.append(f"{slot}={' or '.join(map(str, mine[slot]))}")
        return " ".join(parts) or "the only recipe"

    @property
    def _deciding(self) -> list[str]:
        """Name the signs that speak for the best against the next candidate by one nat or more, the strongest first."""
        if len(self.ranking) == 1:
            return []
        best, second = (each.evidence for each in self.ranking[:2])
        gain = {sign: best[sign] - second.get(sign, 0.0) for sign in best}
        return [sign for sign in sorted(gain, key=lambda sign: -gain[sign]) if gain[sign] >= 1]
