"""FrameViewer: one frame through two recipes, live in a notebook.

The browser sends requests ("seek", "set_slot"...), each becomes a pure transition of `state`, and the panes of
the new state go back. The model answers in a background thread, after the pictures, so it never holds up a hand;
so do the explanation of B's loss, and the search for the model's preprocessing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.errors import InvalidValue, unknown
from workbench.frames.frame import FrameSequence
from workbench.models import Model
from workbench.readable import one_line
from workbench.recipes.callables import Preprocess
from workbench.views import state as transitions
from workbench.views.banner import Banner
from workbench.views.diagnostics import ACTS, Diagnostics
from workbench.views.encode import encode_all
from workbench.views.newest import Newest
from workbench.views.panes import PaneMaker, Panes, answers_to
from workbench.views.presentation import answered, captions, describe, schema
from workbench.views.state import ViewerState
from workbench.views.surface import Surface

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.diagnose.search import SearchResult

QUICK_S = 0.1  # a model this quick answers while frames still move, a slower one when they stand
REQUESTS: Mapping[str, Callable[[ViewerState, dict[str, Any]], ViewerState]] = {
    **transitions.TRANSPORT,
    "set_slot": lambda state, r: transitions.set_slot(state, r["side"], r["slot"], r["choice"]),
    "reset_slots": lambda state, request: transitions.reset_slots(state, request["slots"]),
    "copy_a": lambda state, _: transitions.copy_a(state),
    "explain": lambda state, _: transitions.toggle_explain(state),
}
STILL = ("explain", "find", "stop", "code")  # requests that leave the pictures as they are


class _Question(NamedTuple):
    """What the model is asked: the panes of a state."""

    state: ViewerState
    panes: Panes


class FrameViewer:
    """Original | A as the model sees it | B | difference, for any frame, with what the model answers to A and B.

    Slider and play button, one dropdown a slot; left and right step (by 10 with shift), space plays. A is the
    recipe the model was trained with, B the one it is served; B's picture is what that model takes it for.
    "Explain" splits what B costs on this frame over the slots that differ, "Find" searches which preprocessing the
    model was trained with, and "Copy fixed code" hands out A as a function of OpenCV and NumPy.

    Args:
        frames: a sequence: video, photos or arrays. It stays the caller's, to close.
        recipes: one recipe, to start with A and B the same, or (A, B). A function `image -> tensor` may stand
            for one of the two.
        model: answers to both, in one batch where their tensors have one shape; None shows pictures only.
        top: how many answers are shown: the most probable classes, or the surest boxes.
        labels: the true class index of each frame, where known; "Find" decides better with them.

    Raises:
        InvalidValue: the frames are a stream or empty, `recipes` is neither one recipe nor two, or there is not one
            label a frame.
    """

    def __init__(
        self,
        frames: FrameSequence,
        recipes: Preprocess | tuple[Preprocess, Preprocess],
        model: Model | None = None,
        *,
        top: int = 5,
        labels: Sequence[int] | None = None,
    ) -> None:
        pair = _pair(recipes)
        self.frames, self.model, self.top = _sequence(frames), model, top
        self._state = ViewerState(len(frames), *pair)
        self._make = PaneMaker(frames)
        self._shown: dict[str, Any] = {}  # the description sent last, for when the next one fails
        self._moving = self._stale = False  # the pictures sent last: made to move, or not of this state
        self._banner = Banner("request", "pictures", "answers", "explanation", "search")
        self._asked: object = None  # what the model was asked about last
        self._answered: object = None  # what its last answer was about
        self._took_s = float("inf")  # the model's last answer
        self._newest: Newest[_Question] = Newest(self._answer)
        self._surface = Surface(schema=schema(frames.decoders, pair))
        self._diagnostics = Diagnostics(
            frames, model, labels, banner=self._banner, state=lambda: self._state, show=self._surface.show
        )
        self._surface.on_msg(self._on_message)

    @property
    def state(self) -> ViewerState:
        """What is shown now; `show` changes it."""
        return self._state

    def show(self, state: ViewerState) -> None:
        """Show another state, such as `seek(viewer.state, 40)`."""
        self._banner.clear("request")
        self._state = state
        self._update("show")

    @property
    def fixed_code(self) -> str:
        """Recipe A as a Python function `preprocess` that needs OpenCV and NumPy only.

        Raises:
            InvalidValue: A is a function of the user's, or a recipe that OpenCV cannot follow.
        """
        return self._diagnostics.fixed_code(self._state)

    @property
    def found(self) -> SearchResult | None:
        """What the last search that came to its end has found; None before."""
        return self._diagnostics.found

    @property
    def model_id(self) -> str:
        """The widget's name, by which another one can show it inside itself."""
        return str(self._surface.model_id)

    def snapshot(self) -> Figure:
        """Return the frame that is shown as a static figure, for reports and notebooks without a kernel."""
        from workbench.views.figures import draw_comparison

        panes = self._make(self._state)
        answers = answers_to(self.model, panes, self._state, k=self.top) if self.model else ()
        return draw_comparison(panes, self._state, answers)

    def close(self) -> None:
        """Take the widget off the page and end its threads; frames and model stay open."""
        self._newest.close()
        self._diagnostics.close()
        self._make.close()
        self._surface.close()

    def __repr__(self) -> str:
        return one_line(f"FrameViewer({len(self.frames)} frames of {self.frames.origin or 'arrays'})")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self._surface.bundle(repr(self), **options)

    # --- from the browser, and back --------------------------------------------------------------------------

    def _on_message(self, _surface: object, request: dict[str, Any], _buffers: object) -> None:
        kind = str(request.get("kind"))
        with self._banner.reporting("request"):
            if kind in REQUESTS:
                self._state = REQUESTS[kind](self._state, request)
            elif kind in ACTS:
                self._state = ACTS[kind](self._diagnostics, self._state, request)
            else:
                raise unknown("request", kind, (*REQUESTS, *ACTS))
        self._update(kind)

    def _update(self, kind: str) -> None:
        """Send the state and its pictures; then ask the model, where its answer can have changed."""
        encoded: list[bytes] = []
        content: dict[str, Any] = {"kind": "view"}
        if kind not in STILL:
            self._stale = True
            with self._banner.reporting("pictures"):
                self._shown = describe(self._state, self.frames)
                panes = self._make(self._state)
                encoded, mime = encode_all(panes.images, exact=kind in ("settle", "hello"))
                self._moving, self._stale = mime == "image/jpeg", False
                content |= {"mime": mime, "captions": captions(panes)}
        content |= self._shown | {"stale": self._stale, "moving": self._moving} | self._diagnostics.content(self._state)
        content |= {"top": self.top if self.model else 0, "answered": self._answered == self._state.seen}
        self._surface.show(content | {"banner": str(self._banner)}, encoded)
        if encoded and (kind not in ("seek", "tick") or self._took_s < QUICK_S):
            self._ask(_Question(self._state, panes), again=kind == "hello")
        if kind in ("settle", "hello", "explain"):
            self._diagnostics.explain(self._state, again=kind != "settle")

    def _ask(self, question: _Question, *, again: bool) -> None:
        if self.model is None or (self._asked == question.state.seen and not again):
            return
        self._asked = question.state.seen
        self._newest.submit(question)

    def _answer(self, question: _Question) -> None:
        """Send the model's answers; runs in the background thread."""
        content: dict[str, Any] = {"kind": "answers"}
        with self._banner.reporting("answers"):
            assert self.model is not None
            started = time.perf_counter()
            given = answers_to(self.model, question.panes, question.state, k=self.top)
            self._took_s = time.perf_counter() - started
            self._answered = question.state.seen
            content |= answered(question.panes.index, given) | {"current": self._answered == self._state.seen}
            for refused in {each.error for each in given if each.error}:
                raise InvalidValue(refused)
        self._surface.show(content | {"banner": str(self._banner)})


def _sequence(frames: object) -> FrameSequence:
    if not isinstance(frames, FrameSequence):
        raise InvalidValue(
            f"a FrameViewer shows frames that stay (a video file, photos, arrays); got {type(frames).__name__}; "
            "open a file with open_frames(path), or take frames off a stream first: "
            "open_frames([frame.image for frame in itertools.islice(stream, 100)])"
        )
    if not len(frames):
        raise InvalidValue(f"{frames.origin or 'the source'} has no frames to show")
    return frames


def _pair(recipes: Any) -> tuple[Preprocess, Preprocess]:
    pair = tuple(recipes) if isinstance(recipes, tuple | list) else (recipes, recipes)
    if len(pair) != 2 or not all(callable(recipe) for recipe in pair):
        raise InvalidValue("recipes is one Recipe, or two: (A, B), as trained and as served")
    return pair[0], pair[1]
