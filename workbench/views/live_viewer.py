"""LiveViewer: a camera, a network stream or a clip through a recipe and a model, live in a notebook.

The stream runs in threads of its own and never waits for the page; pictures go to the page as fast as it shows them,
and no faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, unknown
from workbench.frames.frame import Frame
from workbench.inference.live import Policy, Stream, StreamResult, StreamStats
from workbench.inference.live.policy import parse_policy
from workbench.models import Model, load_model
from workbench.readable import without_password
from workbench.recipes.callables import Preprocess
from workbench.views import live_state as transitions
from workbench.views.box_style import check_threshold
from workbench.views.explored import Explored
from workbench.views.live_control import LiveControl
from workbench.views.live_figures import in_one_line
from workbench.views.live_presentation import live_schema, name_of
from workbench.views.live_state import LiveState
from workbench.views.state import ViewerState
from workbench.views.surface import LiveSurface
from workbench.views.thresholded import Thresholded
from workbench.views.viewer import FrameViewer

if TYPE_CHECKING:
    from workbench.views.paper import Paper

CHANGES: Mapping[str, Callable[[LiveState, dict[str, Any]], LiveState]] = {  # of the recipe that runs
    "set_slot": lambda state, r: transitions.set_slot(state, r["slot"], r["choice"]),
    "reset_slots": lambda state, r: transitions.reset_slots(state, r["slots"]),
    "copy_a": lambda state, _: transitions.reset(state),
}
ACTS: Mapping[str, Callable[[LiveControl, dict[str, Any]], None]] = {
    "hello": lambda control, _: control.welcome(),
    "start": lambda control, r: control.begin(r["source"], r["policy"], view=str(r.get("view", ""))),
    "stop": lambda control, _: control.end(),
    "freeze": lambda control, r: control.freeze(bool(r["on"]), r.get("number")),
    "camera": lambda control, r: control.camera(str(r["view"]), str(r.get("error", ""))),
}


class LiveViewer(Thresholded):
    """A live source with what the model says about it: start and stop, freeze, thresholds and slots while it runs.

    Space lets the picture stand while the stream runs on, Enter in the source field starts. The source is a camera
    (`camera:0`), an address (`rtsp://...`, `http://...`), a path, or `webcam`: the camera of whoever looks at the page,
    wherever the kernel runs. Its pictures come as JPEG of quality 0.92, so they are not the sensor's own levels.

    "Send to explorer" hands the picture that is shown, every pixel as it was fed to the recipe, to a FrameViewer below:
    A is the recipe the viewer was made with, B the one that runs.

    Args:
        origin: what the source field begins with: all that `stream` takes, or "webcam".
        recipe: a Recipe, whose slots can be switched while it runs, or a function `image -> tensor`; None shows
            pictures only.
        model: answers to every frame; a name or path is loaded with the fastest engine of this machine.
        policy: what happens to frames that come faster than the model runs: "latest", "block", "drop_oldest(8)",
            "sample(every=5)" or "sample(fps=5)".
        threshold: the score, 0 to 1, from which on boxes are shown; `viewer.threshold` has what the hand moved it to.
        top: how many of the most probable classes are shown.
        **options: what else `stream` takes, such as `loop=True`, `speed=1.0`, `retry_s=10`.

    Raises:
        UnknownName: no such policy.
        InvalidValue: a model without a recipe, a policy with arguments that make none, or a threshold that is no score.
        WorkbenchError: the model cannot be loaded.
    """

    def __init__(  # noqa: PLR0913 - as of `stream`, and what is shown of it
        self,
        origin: Any = None,
        recipe: Preprocess | None = None,
        model: Model | Any = None,
        *,
        policy: Policy | str = "latest",
        threshold: float = 0.5,
        top: int = 3,
        **options: Any,
    ) -> None:
        check_threshold(threshold)
        if model is not None and recipe is None:
            raise InvalidValue("a model needs a recipe that makes its input: LiveViewer(origin, recipe, model)")
        recipes = None if recipe is None else ViewerState(1, recipe, recipe)
        state = LiveState(name_of(origin), str(parse_policy(policy)), recipes)
        self._opened_here = model is not None and not isinstance(model, Model)
        self.model: Model | None = load_model(model, engine="fast") if self._opened_here else model
        self.top = top
        self._explored = Explored()
        self._surface = LiveSurface(schema=live_schema(recipes), threshold=float(threshold))
        self._control = LiveControl(state, origin, self.model, options, top=top, send=self._surface.show)
        self._surface.on_msg(self._on_message)

    def start(self, origin: Any = None, *, policy: Policy | str | None = None) -> None:
        """Open the source, or another one, in the background; what runs already is stopped.

        Raises:
            UnknownName: no such policy.
            InvalidValue: there is no source to open.
        """
        control = self._control
        if origin is not None:
            control.origin = origin
        source = control.state.source if origin is None else name_of(origin)
        control.begin(source, str(policy or control.state.policy))
        control.tell()

    def stop(self) -> None:
        """Stop the stream, and switch the camera off; the last picture stays."""
        self._control.end()
        self._control.tell()

    def freeze(self, on: bool = True) -> None:
        """Let the picture stand while the stream runs on, or move again."""
        self._control.freeze(on)
        self._control.tell()

    def send_to_explorer(self) -> FrameViewer:
        """Show the picture that stands, or the last one shown, in a FrameViewer below; return that.

        Raises:
            InvalidValue: no picture has been shown yet.
        """
        return self._explore()

    @property
    def recipe(self) -> Preprocess | None:
        """The recipe that runs; a new one takes effect with the next frame.

        Raises:
            InputMismatch: when set: its tensors do not fit the model; the one before goes on.
            InvalidValue: when set: the viewer was made without one.
        """
        return self._control.state.recipe

    @recipe.setter
    def recipe(self, recipe: Preprocess) -> None:
        self._control.change(transitions.use(self._control.state, recipe))
        self._control.tell()

    @property
    def stream(self) -> Stream | None:
        """The stream that runs, or the last one that did; None before one has been opened."""
        return self._control.session.stream if self._control.session else None

    @property
    def stats(self) -> StreamStats | None:
        """What became of every frame so far; None before a stream has been opened."""
        return self.stream.stats if self.stream else None

    @property
    def shown(self) -> StreamResult | None:
        """What the page shows: the picture that stands, or the last one that was sent."""
        return self._control.shown

    @property
    def error(self) -> str:
        """What the banner says; empty where nothing is wrong."""
        return str(self._control.banner)

    @property
    def sent(self) -> tuple[Frame, ...]:
        """The frames that were sent to the explorer, every pixel as it was fed to the recipe."""
        return tuple(self._explored.frames)

    @property
    def explorer(self) -> FrameViewer | None:
        """The FrameViewer below, on all frames that were sent; None before the first."""
        return self._explored.viewer

    def snapshot(self) -> Paper:
        """Return what is shown as a static figure, for reports and notebooks without a kernel.

        Raises:
            InvalidValue: no picture has been shown yet.
        """
        from workbench.views.live_snapshot import draw_live

        line = in_one_line(self.stats) if self.stats else ""
        return draw_live(self._control.picture(), line, threshold=self.threshold, top=self.top)

    def close(self) -> None:
        """Stop, and take the widget off the page; a model that was opened by the caller stays open."""
        self._control.end()
        self._explored.close()
        self._surface.close()
        if self._opened_here and self.model is not None:
            self.model.close()

    def __repr__(self) -> str:
        state = self._control.state
        model = f", {self.model.name}" if self.model else ""
        told = f": {in_one_line(self.stats)}" if self.stats else ""
        source = without_password(state.source) or "no source yet"  # a notebook that is saved holds this text
        return f"LiveViewer({source}, {state.policy}{model}{told})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        still = self.shown is not None and self._control.state.run == "off"
        picture = self.snapshot()._repr_png_()[0] if still else None
        return self._surface.bundle(repr(self), picture=picture, **options)

    def _on_message(self, _surface: object, request: dict[str, Any], buffers: Sequence[Any]) -> None:
        kind, control = str(request.get("kind")), self._control
        if kind == "ack":
            control.acknowledge(int(request["number"]))
        elif kind == "frame":
            control.take(request, buffers)
        else:
            with control.banner.reporting("request"):
                self._obey(kind, request)
            control.tell(picture=kind == "hello")

    def _obey(self, kind: str, request: dict[str, Any]) -> None:
        if kind in CHANGES:
            self._control.change(CHANGES[kind](self._control.state, request))
        elif kind in ACTS:
            ACTS[kind](self._control, request)
        elif kind == "send":
            self._explore(request.get("number"))
        else:
            raise unknown("request", kind, (*CHANGES, *ACTS, "send"))

    def _explore(self, number: int | None = None) -> FrameViewer:
        result = self._control.picture(number)
        viewer = self._explored.add(result.frame, self._control.state.recipes, self.model)
        self._surface.explorer = viewer.model_id
        return viewer
