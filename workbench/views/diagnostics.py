"""A viewer's explanation of B's loss, its search for the model's preprocessing, and A as code to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.models import Model
from workbench.models.export import export
from workbench.recipes import Recipe
from workbench.views import state as transitions
from workbench.views.banner import Banner
from workbench.views.diagnosing import explained, found, refusals
from workbench.views.explainer import Explainer
from workbench.views.finder import Finder
from workbench.views.finding import chosen
from workbench.views.state import ViewerState

if TYPE_CHECKING:
    from workbench.diagnose.search import SearchResult


class Diagnostics:
    """Explain, find and copy, behind a viewer; what they have to say goes to the browser in messages of their own.

    Args:
        frames: the sequence.
        model: the one that answers; None where there is none.
        labels: the true class of each frame, where known.
        banner: shows under "explanation" and "search" what went wrong.
        state: gives what the viewer shows now.
        show: sends a message to the browser; called from the background too.
    """

    def __init__(  # noqa: PLR0913 - what is diagnosed, and the viewer's three ends
        self,
        frames: FrameSequence,
        model: Model | None,
        labels: Sequence[Any] | None,
        *,
        banner: Banner,
        state: Callable[[], ViewerState],
        show: Callable[[dict[str, Any]], None],
    ) -> None:
        self._length, self._model = len(frames), model
        self._banner, self._state, self._show = banner, state, show
        self.explainer = Explainer(frames, model, banner=banner, tell=self._tell_explanation)
        self.finder = Finder(frames, model, labels, banner=banner, tell=self._tell_finding)

    @property
    def found(self) -> SearchResult | None:
        """What the last search that came to its end has found; None before."""
        return self.finder.finding.result

    def fixed_code(self, state: ViewerState) -> str:
        """Return recipe A as a Python function of OpenCV and NumPy.

        Raises:
            InvalidValue: A is a function of the user's.
        """
        if refused := refusals(state, self._model)["code"]:
            raise InvalidValue(refused)
        assert isinstance(state.a, Recipe)
        return str(export(state.a, "cv2"))

    def explain(self, state: ViewerState, *, again: bool) -> None:
        """Have B's loss on the frame of a state explained, where that is asked for and can be done."""
        if state.explaining and not refusals(state, self._model)["explain"]:
            self.explainer.ask(state, again=again)

    def content(self, state: ViewerState) -> dict[str, Any]:
        """Return what goes to the browser with every view."""
        return {
            "refused": refusals(state, self._model),
            "explaining": state.explaining,
            "explained": self.explainer.current(state),
            "find": found(self.finder.finding, state, length=self._length),
        }

    def close(self) -> None:
        """End the threads; safe to call twice."""
        self.explainer.close()
        self.finder.close()

    # --- what the browser asks for: each takes the state, and gives the next -----------------------------------

    def find(self, state: ViewerState, request: dict[str, Any]) -> ViewerState:
        """Search, with the slots of A to start from, or of B where A is a function."""
        recipes = [each for each in (state.a, state.b) if isinstance(each, Recipe)]
        self.finder.start(int(request["frames"]), recipes[0] if recipes else None)
        return state

    def stop(self, state: ViewerState, _request: dict[str, Any]) -> ViewerState:
        """Stop the search."""
        self.finder.stop()
        return state

    def use(self, state: ViewerState, request: dict[str, Any]) -> ViewerState:
        """Put a recipe of the ranking in the place of A or B."""
        recipe = chosen(self.finder.finding, int(request["place"]), state.a)
        return transitions.use(state, request["side"], recipe)

    def code(self, state: ViewerState, _request: dict[str, Any]) -> ViewerState:
        """Send the code of A."""
        self._show({"kind": "code", "text": self.fixed_code(state), "banner": str(self._banner)})
        return state

    # --- from the background ---------------------------------------------------------------------------------

    def _tell_explanation(self) -> None:
        content: dict[str, Any] = {"kind": "explained", "failed": self.explainer.failed, "banner": str(self._banner)}
        if self.explainer.explained:
            content |= explained(*self.explainer.explained) | {"current": self.explainer.current(self._state())}
        self._show(content)

    def _tell_finding(self) -> None:
        content = found(self.finder.finding, self._state(), length=self._length)
        self._show(content | {"kind": "find", "banner": str(self._banner)})


ACTS: Mapping[str, Callable[[Diagnostics, ViewerState, dict[str, Any]], ViewerState]] = {
    "find": Diagnostics.find,
    "stop": Diagnostics.stop,
    "use": Diagnostics.use,
    "code": Diagnostics.code,
}
