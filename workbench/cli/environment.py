"""`workbench doctor`: what is wrong with this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.terminal import say

PANEL = "Set-up"
commands = typer.Typer()


@commands.command("doctor", rich_help_panel=PANEL)
def doctor(
    load_tensorflow: Annotated[
        bool, typer.Option("--load-tensorflow", help="Also import TensorFlow, which takes seconds.")
    ] = False,
) -> None:
    """Check the environment and say what to do about what is wrong."""
    from workbench.doctor import examine, render

    findings = examine(load_tensorflow=load_tensorflow)
    say(render(findings))
    raise typer.Exit(1 if any(finding.status == "problem" for finding in findings) else 0)
