"""One case through `identify`, and what its answer is worth."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from faults.cases import Case, make
from faults.clean import make_clean
from faults.foreign import make_foreign

if TYPE_CHECKING:
    from workbench.diagnose.identify import Identification

Row = dict[str, Any]
TOP = 3


def drawn(group: str, split: str, seed: int, index: int, kind: str | None = None) -> Case:
    """Return case `index` of a group: "clean", "foreign", or the number of its faults."""
    if group == "foreign":
        return make_foreign(split, seed, index)
    if group == "clean":
        return make_clean(split, seed, index)
    return make(split, seed, int(group), index, kind=kind)


def judged(group: str, case: Case) -> Row:
    """Return what was injected, what was said, and the outcome.

    outcome: "right" - the set of faults is the injected one; else "abstained" where identify says that it has no exact
    account, else "wrong"; "error" where it raised. A clean case is "right" when nothing is accused, else "wrong",
    whether the answer calls itself exact or not; a foreign one when the answer does not call itself exact.
    """
    from workbench.diagnose.identify import identify

    row: Row = {
        "name": case.name, "group": group, "kinds": list(case.kinds), "medium": case.medium,
        "reference": case.reference_form, "training": case.training.to_dict(),
        "truths": [sorted(truth) for truth in case.truths],
    }  # fmt: skip
    given = case.preprocess(), case.frames(), case.reference()
    start = time.perf_counter()
    try:
        found = identify(given[0], given[1], reference=given[2], takes=case.takes)
    except Exception as error:  # a fault of the program is an outcome, too, and ends no run of hours
        said = f"{type(error).__name__}: {error}"
        return row | {"outcome": "error", "seconds": time.perf_counter() - start, "said": said, "faults": []}
    row["seconds"] = time.perf_counter() - start
    offered = alternatives(found, case)
    return row | {
        "outcome": _outcome(group, found, case),
        "exact_set": found.faults in case.truths,
        "strict": found.faults == case.truths[0],
        "top_3": any(truth in offered[:TOP] for truth in case.truths),
        "exact": bool(found.exact),
        "residual": float(found.residual),
        "faults": sorted(found.faults),
        "slips": {slip.name: str(slip.value) for slip in found.slips},
        "recipe": found.recipe.to_dict(),
        "offered": len(offered),
        "said": str(found.verdict),
    }


def alternatives(found: Identification, case: Case) -> list[frozenset[str]]:
    """Return the sets of faults that the answer offers: one for each recipe of its class, the smallest first."""
    slips = frozenset(slip.name for slip in found.slips)
    sets = [found.faults, *(frozenset(case.training - recipe) | slips for recipe in found.recipes)]
    return sorted(dict.fromkeys(sets), key=len)


def _outcome(group: str, found: Identification, case: Case) -> str:
    if group == "foreign":
        return "wrong" if found.exact else "right"
    if found.faults in case.truths:
        return "right"
    return "wrong" if found.exact or group == "clean" else "abstained"
