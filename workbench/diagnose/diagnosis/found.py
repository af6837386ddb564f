"""Found: all that a diagnosis knows, as a value; what is said of it is in `verdict.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.diagnose.attribute import Attribution
from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.diagnosis.finding import Finding
from workbench.models.contract import Contract
from workbench.recipes import Recipe

if TYPE_CHECKING:
    from workbench.diagnose.identify import Identification
    from workbench.diagnose.search import SearchResult


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What there is to say about a model and what feeds it."""

    model: str
    frames: int
    contract: Contract
    training: Recipe | None  # what the model was trained with: as given, or the most probable; None where unknown
    search: SearchResult | None = None  # how training was found; None where it was given
    serving: Identification | None = None  # what the serving function does; None without one
    cost: Comparison | BoxComparison | None = None  # training against serving; None without both, or if one is refused
    attribution: Attribution | None = None  # of that cost, over the slots that differ
    findings: tuple[Finding, ...] = ()  # what is wrong and no slot of a recipe
    code: str = ""  # one function with numpy and cv2 that does as training did; "" where that is not known
    notes: tuple[str, ...] = ()  # what could not be said, and why

    @property
    def differs(self) -> dict[str, tuple[Any, Any]]:
        """Slot -> (training's choice, serving's), of the slots in which they differ."""
        return dict(self.serving.differs) if self.serving else {}

    @property
    def faults(self) -> frozenset[str]:
        """The names of everything that is wrong: slots, slips, and findings."""
        found = frozenset(each.fault for each in self.findings)
        return found | (self.serving.faults if self.serving else frozenset())

    @property
    def wrong(self) -> bool:
        """Tell whether anything is: something named, or tensors that are not those of a known training."""
        return bool(self.faults) or (self.search is None and self.unexplained)

    @property
    def unexplained(self) -> bool:
        """Tell whether serving makes other tensors, and no slot or slip that is known says why."""
        serving = self.serving
        return serving is not None and not (serving.exact or serving.same or serving.faults)
