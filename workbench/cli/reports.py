"""`workbench scenarios` and `workbench report`: notebooks, run as reports."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.damaged import AllowDamaged
from workbench.cli.terminal import say
from workbench.cli.trust import TrustModel, run_apart
from workbench.errors import InvalidValue

PANEL = "Reports"
commands = typer.Typer()


@commands.command("scenarios", rich_help_panel=PANEL)
def list_scenarios() -> None:
    """Show the scenarios: the question each answers, and its parameters."""
    from workbench.reports import scenarios

    for scenario in scenarios():
        say(f"{scenario.name}\n    {scenario.question}")
        for parameter in scenario.parameters:
            say(f"      {parameter.name}: {parameter.kind} = {parameter.default!r}")
            if parameter.help:
                say(f"          {parameter.help}")
        say()


@commands.command("report", rich_help_panel=PANEL)
def report(  # noqa: PLR0913, PLR0917 - a command's options
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SCENARIO...", help="Scenarios, or paths of notebooks.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Run every scenario on its default data.")] = False,
    parameters: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--params", metavar="FILE.yaml", help="Parameters from a file.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of all reports.")] = Path("reports"),
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="Longest time of one cell.")] = None,
    allow_damaged: AllowDamaged = False,
    trust_model: TrustModel = False,
) -> None:
    """Run scenarios, each into one offline HTML report, and write the index of all reports."""
    from workbench.reports import find_scenario, from_assignments, from_yaml, run_scenarios, scenarios

    if bool(names) == every:
        raise InvalidValue("name at least one scenario, or give --all; `workbench scenarios` lists them")
    chosen = scenarios() if every else [find_scenario(name) for name in names or ()]
    given = from_yaml(file) if file else {}
    jobs = [
        (scenario.path, {**given, **from_assignments(scenario.parameters, parameters or ())}) for scenario in chosen
    ]
    if trust_model:
        run_apart(*model_files(value for _, given in jobs for value in given.values()))
    runs, status = run_scenarios(jobs, out=out, timeout=timeout, allow_damaged=allow_damaged)
    for run in runs:
        if not run.ok:
            say(f"workbench: {run.scenario} {run.status}: {run.error}", file=sys.stderr)
        for line in run.partial:
            say(f"workbench: {run.scenario} partial: {line}", file=sys.stderr)
    say(out.resolve() / "index.html")
    if runs and runs[-1].status == "interrupted":
        raise SystemExit(status)  # said above; for an Exit of this status the command line would say it once more
    raise typer.Exit(status)


def model_files(values: Iterable[object]) -> Iterator[str]:
    """Yield those parameter values that name a model file, each once."""
    from workbench.errors import WorkbenchError
    from workbench.models.original import located

    for text in dict.fromkeys(value for value in values if isinstance(value, str)):
        with contextlib.suppress(WorkbenchError, OSError, ValueError):  # no model, no file, no name of a file
            if not text.startswith("sample:"):
                located(text)
                yield text
