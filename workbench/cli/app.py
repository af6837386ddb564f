"""The `workbench` command itself: its groups, and what becomes of an error.

What Workbench refuses is one line on standard error and exit status 2; a run that failed is 1.
"""

from __future__ import annotations

import atexit
import signal
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from workbench.cli import diagnosis, diff, environment, lab, live, matrix, models, reports, samples, sweep
from workbench.cli.terminal import prepare_terminal, say
from workbench.errors import WorkbenchError
from workbench.readable import one_line

REFUSED, INTERRUPTED = 2, 130  # 128 + SIGINT, as a shell counts

app = typer.Typer(
    help="See, name and fix the preprocessing mismatch between a vision model's training and the frames it is served.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (diagnosis, matrix, live, models, reports, sweep, diff, lab, environment):  # as in `workbench --help`
    app.add_typer(group.commands)
app.add_typer(samples.commands, name="samples", rich_help_panel=environment.PANEL)


def main() -> None:
    """Run the command line."""
    prepare_terminal()
    try:
        status = app(prog_name="workbench", standalone_mode=False)
        if status == INTERRUPTED:
            say("workbench: interrupted", file=sys.stderr)
            _end_quietly()
        raise SystemExit(status)
    except KeyboardInterrupt:  # one more, while the first was answered
        _end_quietly()
        raise SystemExit(INTERRUPTED) from None
    except WorkbenchError as error:
        refusal = str(error)
    except TyperException as error:
        if not error.format_message():  # no arguments: the help has been shown
            raise SystemExit(0) from None
        refusal = one_line(f"{_expected(error) or error.format_message().rstrip('.')}; see workbench --help")
    say(f"workbench: {refusal}", file=sys.stderr)
    raise SystemExit(REFUSED)


def _end_quietly() -> None:
    """Have one more Ctrl-C end Python's own last steps without a word, which else show a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)


def _expected(error: TyperException) -> str:
    """Say in our words what a number has to be; nothing where no number was wrong: Typer passes on what pydantic says.

    `kind` and `ctx` are of https://docs.pydantic.dev/latest/errors/validation_errors/.
    """
    cause, parameter = error.__cause__, getattr(error, "param", None)
    if not isinstance(cause, ValueError) or not hasattr(cause, "errors") or parameter is None:
        return ""
    (wrong, *_) = cause.errors(include_url=False)
    kind, limits = wrong["type"], wrong.get("ctx", {})
    numbers = {"int": "a whole number", "float": "a number", "greater": "{ge:g} or more", "less": "{le:g} or less"}
    expected = numbers.get(kind.partition("_")[0], "").format(**{"ge": 0, "le": 0} | limits)
    return f"{parameter.opts[0]}: {wrong['input']!r}; expected {expected}" if expected else ""


def _version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        say(f"workbench {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """See, name and fix the preprocessing mismatch between a vision model's training and the frames it is served."""
    del version
