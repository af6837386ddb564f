"""`find_preprocessing`: which preprocessing was this model trained with, is it served that, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from workbench.diagnose.attribute import Attribution, attribute
from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.diagnosis.around import Around, look_around
from workbench.diagnose.diagnosis.diagnosis import Diagnosis
from workbench.diagnose.diagnosis.finding import Finding
from workbench.diagnose.diagnosis.identified import identified
from workbench.diagnose.diagnosis.price import compared
from workbench.diagnose.diagnosis.reference import nearest_credible
from workbench.diagnose.diagnosis.serving import Takes, check_takes, runnable
from workbench.diagnose.identify import Identification, identify
from workbench.diagnose.search import SearchResult, search
from workbench.errors import InputMismatch, InvalidValue, WorkbenchError
from workbench.frames import FrameSequence, open_frames, read_labels, take
from workbench.inference.sources import Source
from workbench.models import Model, load_model
from workbench.models.contract import contract
from workbench.models.export import export
from workbench.recipes import Recipe
from workbench.recipes.functions import Given, load_preprocess

LIMIT = 64  # frames: enough for every sign, and a minute on two cores
Function = Callable[..., Any]


def find_preprocessing(  # noqa: PLR0913 - a model and frames; the rest is what a person may have
    model: Model | Any,
    frames: Source,
    *,
    labels: Sequence[int] | np.ndarray | str | Path | None = None,
    serving: Given | str | Path | None = None,
    training: Given | str | Path | None = None,
    takes: Takes = "bgr",
    read: Function | None = None,
    crop: Function | None = None,
    show: Function | None = None,
    draw: Function | None = None,
    limit: int | None = LIMIT,
    budget: int = 512,
    split: bool = True,
    progress: bool = True,
) -> Diagnosis:
    """Say what feeds a model wrongly, what that costs, and give the function that is right.

    Without `training` the preprocessing is searched for: by what the model itself says, the statistics of its
    BatchNormalization layers, and the labels. With `serving` its tensors are taken apart and held against that.

    Args:
        model: a Model, or anything `load_model` takes.
        frames: real frames, of the kind the model is for: a sequence, or anything `open_frames` takes.
        labels: true class index of each frame, or a CSV file (`read_labels`), where known.
        serving: what feeds the model now: a function, a recipe, saved tensors (N, ...), or `FILE.py:FUNC`.
        training: what fed it in training, where that is known; as `serving`.
        takes: what both functions are given: a "bgr" array (H, W, 3) uint8, as OpenCV hands it out, "rgb" or "path".
        read: the program's reading of a detector's boxes: (outputs by name with batch axis, (height, width)) ->
            boxes (K, 4) left, top, right, bottom in pixels of the frame.
        crop: what cuts a region out of a frame: (frame, box as the model gives it, else left, top, right, bottom in
            pixels) -> region.
        show: what goes to `cv2.imshow`: frame -> array.
        draw: what draws an answer: (frame, (left, top, right, bottom), label) -> picture, or None.
        limit: frames at most.
        budget: recipes that the search may try.
        split: say which part of the loss each slot is, which takes 2^n runs over the frames for n slots.
        progress: show progress bars.

    Raises:
        InvalidValue: a function that raises or gives no tensor, a stream without an end, labels that do not fit.
        UnreadableSource: a file that is not there.
        ModelLoadError: the model cannot be loaded.
    """
    check_takes(takes)
    with ExitStack() as stack:
        source = frames if isinstance(frames, FrameSequence) else stack.enter_context(open_frames(frames))
        chosen = take(source, limit=limit)
        truth = read_labels(labels, chosen) if isinstance(labels, str | Path) else labels
        case = _Case(
            load_model(model), chosen, labels=truth, takes=takes, budget=budget, split=split, progress=progress
        )
        case.look(_loaded(serving), _loaded(training))
        case.findings += look_around(Around(read, crop, show, draw), case.model, chosen, case.training, takes)
        return case.diagnosis()


def _loaded(given: Given | str | Path | None) -> Given | None:
    return None if given is None else load_preprocess(given)


@dataclass
class _Case:
    """One question, and what is known so far."""

    model: Model
    frames: FrameSequence
    labels: Any
    takes: Takes
    budget: int
    split: bool
    progress: bool
    training: Recipe | None = None
    search: SearchResult | None = None
    serving: Identification | None = None
    cost: Comparison | BoxComparison | None = None
    attribution: Attribution | None = None
    findings: tuple[Finding, ...] = ()
    notes: list[str] = field(default_factory=list)

    def look(self, serving: Given | None, training: Given | None) -> None:
        """Find what training was, what serving is, and what lies between them."""
        how: dict[str, Any] = {"takes": self.takes, "progress": False}
        if training is not None:
            found = training if isinstance(training, Recipe) else identify(training, self.frames, **how).recipe
            self.training = found
        else:
            alone = None if serving is None else identify(serving, self.frames, **how).recipe
            self._search(alone)
        if serving is None:
            return
        reference = self.training if training is None else training
        self.serving = identified(serving, self.frames, reference=reference, **how)
        if reference is not None and (self.serving.faults or (training is not None and not self.serving.exact)):
            self._price(serving, reference)

    def diagnosis(self) -> Diagnosis:
        """Return all of it as a value."""
        return Diagnosis(
            model=self.model.name,
            frames=len(self.frames),
            contract=contract(self.model),
            training=self.training,
            search=self.search,
            serving=self.serving,
            cost=self.cost,
            attribution=self.attribution,
            findings=self.findings,
            code=self._code(),
            notes=tuple(self.notes),
        )

    def _search(self, serving: Recipe | None) -> None:
        options: dict[str, Any] = {"labels": self.labels, "budget": self.budget, "progress": self.progress}
        if serving is not None:  # what the search does not look for stays as it is served
            options["recipe"] = contract(self.model).applied_to(serving)
        self.search = search(self.model, self.frames, **options)
        self.training = nearest_credible(self.search, serving)

    def _price(self, serving: Given, reference: Given) -> None:
        """Compare the answers, and split what is lost over the slots."""
        if self.serving is not None and self.serving.exact and not self.serving.slips:
            serving = self.serving.recipe  # the same tensors, and boxes find their way back through it
        sides = [(runnable(each, self.frames, self.takes), self.model) for each in (reference, serving)]
        try:
            self.cost = compared(sides[0], sides[1], self.frames, labels=self.labels, progress=self.progress)
        except InputMismatch as error:
            self.findings += (
                Finding("model", "refused", f"it refuses what the serving function makes: {error}", kept=0.0),
            )
            return
        except InvalidValue as error:
            self.notes.append(f"the cost cannot be told: {error}")
            return
        if self.split and self.training is not None and self.serving is not None and len(self.serving.faults) > 1:
            self._attribute(self.training, self.serving)

    def _attribute(self, training: Recipe, serving: Identification) -> None:
        given: dict[str, Any] = {"labels": self.labels, "progress": self.progress}
        try:
            self.attribution = attribute(self.model, self.frames, training=training, serving=serving, **given)
        except WorkbenchError as error:
            self.notes.append(f"the loss cannot be split over the slots: {error}")

    def _code(self) -> str:
        if self.training is None:
            return ""
        try:
            return str(export(self.training, "cv2"))
        except WorkbenchError as error:
            self.notes.append(f"no function is written: {error}")
            return ""
