"""`workbench contract`, `engines`, `convert` and `drift`: what a model says, how fast it runs, other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.terminal import say
from workbench.cli.trust import TrustModel, run_apart

PANEL = "Models"
commands = typer.Typer()


@commands.command("contract", rich_help_panel=PANEL)
def show_contract(
    model: Annotated[str, typer.Argument(help="Path, sample:NAME, cv2:FILE or keras-applications:NAME.")],
    recipe: Annotated[
        str | None, typer.Option("--recipe", "-r", metavar="NAME|FILE.yaml", help="Hold this recipe against it.")
    ] = None,
    trust_model: TrustModel = False,
) -> None:
    """Show what a model itself says about its input, each with its evidence; status 1 if a recipe contradicts it."""
    from workbench.models import load_model
    from workbench.models.contract import contract
    from workbench.recipes import load_recipe

    if trust_model:
        run_apart(model)
    wanted = load_recipe(recipe) if recipe else None
    found = contract(load_model(model))
    say(found)
    contradictions = found.contradictions(wanted) if wanted else ()
    for sentence in contradictions:
        say(f"contradiction: {sentence}")
    raise typer.Exit(1 if contradictions else 0)


@commands.command("engines", rich_help_panel=PANEL)
def show_engines(
    model: Annotated[str, typer.Argument(help="Model file, SavedModel folder or sample:NAME.")],
    signature: Annotated[str | None, typer.Option(help="Of a SavedModel or .tflite.")] = None,
    trust_model: TrustModel = False,
    again: Annotated[bool, typer.Option("--again", help="Measure again, even if the choice is kept.")] = False,
) -> None:
    """Show how every engine does with a model on this machine, and which one engine="fast" takes."""
    from workbench.models.engines import engines, table

    if trust_model:
        run_apart(model)
    say(table(engines(model, signature=signature, again=again)))


@commands.command("convert", rich_help_panel=PANEL)
def convert_model(  # noqa: PLR0913, PLR0917 - a command's options
    model: Annotated[str, typer.Argument(help="Keras file, SavedModel folder, .pb or sample:NAME.")],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="tflite, tflite-int8, onnx or savedmodel.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where it goes; replaced if it is there.")],
    frames: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Pictures or a clip to check on; tflite-int8 needs them.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(metavar="PRESET", help="What makes tensors of the frames: a preset or YAML file.")
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(min=0, help="Largest relative difference that is accepted.")
    ] = None,
    integer_inputs: Annotated[
        bool, typer.Option("--integer-inputs", help="tflite-int8: inputs and outputs are integers, too.")
    ] = False,
    trust_model: TrustModel = False,
) -> None:
    """Convert a model, and keep it only if it gives the same answers on real frames."""
    from workbench.models import load_model
    from workbench.models.conversion import convert, expect_format, tensors_of

    if trust_model:
        run_apart(model)
    expect_format(to, out)
    batch = tensors_of(frames, recipe)
    loaded = load_model(model)
    say(convert(loaded, to, out, batch=batch, tolerance=tolerance, integer_inputs=integer_inputs))


@commands.command("drift", rich_help_panel=PANEL)
def show_drift(  # noqa: PLR0913, PLR0917 - a command's options
    model_a: Annotated[str, typer.Argument(metavar="A", help="The model to hold against: path, sample:NAME...")],
    model_b: Annotated[str, typer.Argument(metavar="B", help="Its export, its copy, another runtime.")],
    frames: Annotated[str, typer.Option(metavar="SOURCE", help="Real pictures or a clip.")],
    recipe: Annotated[str, typer.Option("--recipe", "-r", metavar="NAME|FILE.yaml", help="What makes A's tensors.")],
    count: Annotated[int, typer.Option(min=1, help="Frames that are compared.")] = 4,
    every: Annotated[bool, typer.Option("--all", help="Show every aligned layer.")] = False,
    trust_model: TrustModel = False,
) -> None:
    """Say whether two models give the same, and name the first layer where they part; status 1 if they do."""
    from workbench.diagnose import drift
    from workbench.diagnose.drift_text import lines
    from workbench.frames import open_frames, take
    from workbench.models import load_model
    from workbench.recipes import load_recipe

    if trust_model:
        run_apart(model_a, model_b)
    made_by = load_recipe(recipe)
    with open_frames(frames, decode=made_by.decode, exif=made_by.exif) as source:
        batch = made_by.batch(take(source, limit=count))
    found = drift(load_model(model_a), load_model(model_b), batch)
    say("\n".join(lines(found, everything=every)))
    raise typer.Exit(0 if found.agrees else 1)
