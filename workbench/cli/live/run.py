"""Run a stream for the command line: from what was asked to the exit status."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Timer

from rich.console import Console
from rich.text import Text

from workbench.cli.live.asked import Asked
from workbench.cli.live.output import Output, drop_output
from workbench.cli.live.recipe import Fed, recipe_for
from workbench.cli.live.watch import Watch
from workbench.cli.terminal import say
from workbench.errors import DamageWarning, RunError, WorkbenchError
from workbench.frames.capture.open import expect_source
from workbench.frames.partial import allowing
from workbench.inference.live import Stream, stream
from workbench.models import load_model
from workbench.readable import one_line
from workbench.recording import Recorder
from workbench.reports import run_scenarios
from workbench.reports.live_line import LiveLine, line_on

OK, INTERRUPTED, UNREAD = 0, 130, 141  # exit statuses: 128 + SIGINT and 128 + SIGPIPE, as a shell counts
SCENARIO = "replay_stream"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a stream is over, and what that means."""

    why: str
    status: int = OK
    error: WorkbenchError | None = None


def run(asked: Asked) -> int:
    """Stream, show, record, report; return the exit status.

    Raises:
        WorkbenchError: it cannot be done, or the source failed; what there was before is summed up, then.
    """
    console, output = Console(stderr=True), Output(json=asked.json)
    display = line_on(console, quiet=asked.quiet or (asked.json and output.on_terminal))
    with console.status(Text(one_line(f"opening {asked.origin}"))):  # a bracket in it is no markup
        try:
            live, fed, damage = _opened(asked, display)
        except WorkbenchError:
            raise
        except Exception as error:  # of a model that raises on every picture, too
            raise _fault(asked.model or asked.origin, error) from error
    with live:
        recorder = _recorder(live, asked) if asked.record else None
        display.say(_heading(live, fed))
        ending = _followed(live, recorder, asked, display, output)
    output.end(live.stats, ended=ending.why, damaged=damage)
    status = ending.status
    if asked.record and asked.report and live.stats.shown:
        status = status or _report(asked)
    if ending.error is not None:
        raise ending.error
    return status


def _opened(asked: Asked, display: LiveLine) -> tuple[Stream, Fed | None, list[str]]:
    """Load the model and open the source, whose name is looked at first; return what of it is damaged, too."""
    expect_source(asked.source)
    with allowing(asked.allow_damaged), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        fed = recipe_for(asked.model, asked.recipe) if asked.model else None
        model = load_model(asked.model, engine="fast") if asked.model else None
        live = stream(
            asked.source, fed.recipe if fed else None, model, policy=asked.policy, decode=asked.decode,
            speed=asked.speed, loop=asked.loop, retry_s=asked.retry, limit=asked.limit,
        )  # fmt: skip
    for warning in warned:
        if issubclass(warning.category, UserWarning | RuntimeWarning):  # what a library will drop next year is not
            display.say(f"careful: {warning.message}")
    return live, fed, [str(warning.message) for warning in warned if warning.category is DamageWarning]


def _heading(live: Stream, fed: Fed | None) -> str:
    parts = [live.origin, str(live.policy), live.model.name if live.model else "no model"]
    return " · ".join([*parts, f"fed by {fed.source}"] if fed else parts)


def _followed(live: Stream, recorder: Recorder | None, asked: Asked, display: LiveLine, output: Output) -> Ending:
    """Take the results until they end, one way or another; the stream is closed then."""
    try:
        with ExitStack() as stack:
            if recorder:
                stack.enter_context(recorder)
            stack.enter_context(live)  # closed before the recorder, which notes the last counts
            rang = stack.enter_context(_alarm(live, asked.seconds))
            watch = stack.enter_context(Watch(live, display, threshold=asked.threshold, top=asked.top))
            for result in live:
                watch.newest = result
                if recorder:
                    recorder.write(result)
                output.result(result)
    except KeyboardInterrupt:
        return Ending("Ctrl-C", INTERRUPTED)
    except BrokenPipeError:
        drop_output()
        return Ending("nobody reads the output any more", UNREAD)
    except WorkbenchError as error:
        return Ending("an error", error=error)
    except Exception as error:  # whatever a model of the user raises, frame after frame
        return Ending("an error", error=_fault(live.model.name if live.model else live.origin, error))
    if rang.is_set():
        return Ending(f"--seconds {asked.seconds:g}")
    return Ending(f"--limit {asked.limit}" if live.stats.shown == asked.limit else "the source ended")


def _fault(who: str, error: Exception) -> RunError:
    """Return what a model of the user's raised, in one line."""
    told = "".join([f"{type(error).__name__}: {error}", *(f" ({note})" for note in getattr(error, "__notes__", ()))])
    return RunError(f"{who}: {' '.join(told.split())}")


def _recorder(live: Stream, asked: Asked) -> Recorder:
    assert asked.record is not None
    return Recorder(asked.record, live, threshold=asked.threshold, top=asked.top)


@contextmanager
def _alarm(live: Stream, seconds: float | None) -> Iterator[Event]:
    """Close the stream after so many seconds; the event tells whether that happened."""
    rang = Event()

    def ring() -> None:
        rang.set()
        live.close()

    timer = Timer(seconds or 0, ring)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        yield rang
    finally:
        timer.cancel()


def _report(asked: Asked) -> int:
    """Make the report of what was recorded; return its exit status."""
    runs, status = run_scenarios(
        [(SCENARIO, {"recording": str(asked.record)})], out=asked.out, progress=not asked.quiet
    )
    for each in runs:
        if not each.ok:
            say(f"workbench: {each.scenario} {each.status}: {each.error}", file=sys.stderr)
    say(asked.out.resolve() / "index.html", file=sys.stderr if asked.json else sys.stdout)
    return status
