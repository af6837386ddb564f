"""`workbench diff`: what changed between two runs of reports, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.terminal import say

PANEL = "Reports"
commands = typer.Typer()
RUN = "Folder, report.html or address of a run, or the beginning of its id."


@commands.command("diff", rich_help_panel=PANEL)
def show_diff(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help=RUN)],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="The run that is held against it.")],
    gates: Annotated[
        list[str] | None,
        typer.Option("--gate", metavar="FIGURE<=NUMBER", help="Must hold, as flips<=0.01; may be repeated."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write it as one offline page.")] = None,
    reports: Annotated[Path, typer.Option(help="Folder in which ids are looked for.")] = Path("reports"),
) -> None:
    """Name what changed between two runs, and what came of it; status 1 if a gate does not hold.

    A gate is a figure, an operator and a number. Figures of answers are flips,
    kl, mean_change, max_change; of boxes lost, new, renamed, boxes (all three),
    moved; of plain numbers largest_change; each the largest of all answers, or
    NAME.flips of one; NAME.accuracy and NAME.accuracy.change where the truth is
    known. Further unmatched (frames), changes (causes), and what the notebook
    recorded: METRIC is B's value, METRIC.change B's minus A's.
    """
    from workbench.reports.diff import check_gates, diff_runs
    from workbench.reports.diff.page import write_page
    from workbench.reports.diff.text import lines
    from workbench.whole_file import expect_text_place

    if out is not None:
        expect_text_place(out)
    found = diff_runs(run_a, run_b, reports=reports)
    checked = check_gates(found, gates or ())
    say("\n".join(lines(found)))
    if checked:
        say()
    for gate in checked:
        say(gate)
    if out is not None:
        say(write_page(found, out, gates=checked))
    raise typer.Exit(0 if all(gate.holds for gate in checked) else 1)
