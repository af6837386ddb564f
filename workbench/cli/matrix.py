"""`workbench matrix`: models under the recipes they were trained with, served under others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.damaged import AllowDamaged
from workbench.cli.diagnosis import PANEL
from workbench.cli.matrix_rows import SMALL_CNN
from workbench.cli.terminal import say
from workbench.cli.trust import TrustModel, run_apart

commands = typer.Typer()


@commands.command("matrix", rich_help_panel=PANEL)
def show_matrix(  # noqa: PLR0913, PLR0917 - a command's options
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL", help=f"Files, sample:NAME; or {SMALL_CNN}, trained on the spot.")
    ],
    train: Annotated[
        list[str] | None, typer.Option(metavar="A,B,C", help="Recipes of training; a sample knows its own.")
    ] = None,
    serve: Annotated[
        list[str] | None, typer.Option(metavar="D,E,F", help="Recipes of serving; without, ML-EXray's faults.")
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", "-r", metavar="RECIPE", help=f"Where changes of {SMALL_CNN} start: 24 x 24, [0, 1]."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Pictures or a clip that no model was trained on.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="FILE.csv|none", help="Columns file and label; a folder's own labels.csv.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Pictures at most.")] = None,
    mixed: Annotated[bool, typer.Option(help=f"One {SMALL_CNN} more, trained under a mixture.")] = True,
    measure: Annotated[str, typer.Option(help="What is drawn: accuracy, change, flips or kl.")] = "",
    resamples: Annotated[int, typer.Option(min=100, help="Bootstrap samples of the frames.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of networks and draws.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Gets matrix.csv, .json, .png and .svg.")] = None,
    allow_damaged: AllowDamaged = False,
    trust_model: TrustModel = False,
) -> None:
    """Show what every training x serving pair of recipes costs: accuracy, flips and KL, with 95% intervals.

    A recipe is a preset, a YAML file, or a change of the training recipe:
    color=bgr, rotate=90, or cv2.area where only one slot has such a choice.
    Several are joined by +, and own is no change.
    """
    from workbench.cli.matrix_rows import Asked, pictures, plan
    from workbench.diagnose.matrix import train_serve_matrix
    from workbench.diagnose.matrix_text import lines
    from workbench.frames.partial import allowing
    from workbench.views.matrix_cells import expect_measure
    from workbench.views.matrix_files import expect_matrix_place, save_matrix

    if measure:
        expect_measure(measure)
    asked = Asked(models, train or (), serve or (), recipe=recipe, mixed=mixed, seed=seed)
    place = expect_matrix_place(out) if out else None
    if trust_model:
        run_apart(*asked.files)
    with allowing(allow_damaged):
        seen = pictures(data or asked.data, labels, limit)
        asked.expect_drawable(measure, seen)
        made = plan(asked, seen)
        matrix = train_serve_matrix(made.rows, made.serving, made.frames, made.truth, resamples=resamples, seed=seed)
    say("\n".join([made.told, *lines(matrix), "", matrix.verdict]))
    if place:
        say(save_matrix(matrix, place, measure=measure))
