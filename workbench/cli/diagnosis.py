"""`workbench diagnose`: what feeds a model wrongly, and the function that is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.damaged import AllowDamaged
from workbench.cli.terminal import say
from workbench.cli.trust import TrustModel, run_apart

PANEL = "Frames and answers"
commands = typer.Typer()


@commands.command("diagnose", rich_help_panel=PANEL)
def show_diagnosis(  # noqa: PLR0913, PLR0917 - a command's options
    model: Annotated[str, typer.Argument(help="Path, sample:NAME, cv2:FILE or keras-applications:NAME.")],
    frames: Annotated[str, typer.Argument(help="Pictures or a clip of the kind the model is for.")],
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Columns file and label; a folder or sample with labels.csv."),
    ] = None,
    serving: Annotated[
        str | None,
        typer.Option(metavar="FILE.py:FUNC", help="What feeds it now; a recipe or tensors.npy will do, too."),
    ] = None,
    training: Annotated[
        str | None,
        typer.Option(metavar="PRESET|FILE.yaml|FILE.py:FUNC", help="What fed it then; without, it is found."),
    ] = None,
    takes: Annotated[str, typer.Option(metavar="bgr|rgb|path", help="What these functions are given.")] = "bgr",
    read: Annotated[str | None, typer.Option(metavar="FILE.py:FUNC", help="(outputs, size) -> boxes.")] = None,
    crop: Annotated[str | None, typer.Option(metavar="FILE.py:FUNC", help="(frame, box) -> region.")] = None,
    show: Annotated[str | None, typer.Option(metavar="FILE.py:FUNC", help="frame -> what imshow gets.")] = None,
    draw: Annotated[str | None, typer.Option(metavar="FILE.py:FUNC", help="(frame, box, label) -> picture.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Frames at most.")] = 64,
    code: Annotated[Path | None, typer.Option(metavar="FILE.py", help="Write the right function there.")] = None,
    allow_damaged: AllowDamaged = False,
    trust_model: TrustModel = False,
) -> None:
    """Say what feeds a model wrongly, what it costs, and print the function that is right; status 1 if anything is.

    FILE.py:FUNC runs that file: name only files you know.
    """
    from workbench.diagnose.diagnosis import find_preprocessing
    from workbench.diagnose.diagnosis.serving import check_takes
    from workbench.diagnose.diagnosis.text import code_title, lines
    from workbench.frames.partial import allowing
    from workbench.models import load_model
    from workbench.models.export import export
    from workbench.recipes.functions import load_function, load_preprocess
    from workbench.whole_file import expect_text_place

    if trust_model:
        run_apart(model)
    check_takes(takes)
    if code is not None:
        expect_text_place(code)
    counts = {"read": (read, 2), "crop": (crop, 2), "show": (show, 1), "draw": (draw, 3)}
    around = {name: load_function(given, arguments=n) for name, (given, n) in counts.items() if given is not None}
    feeding = {"serving": serving, "training": training}
    fed = {name: load_preprocess(given) for name, given in feeding.items() if given is not None}
    options: dict[str, Any] = {"labels": labels, "takes": takes, "limit": limit, **fed, **around}
    with allowing(allow_damaged):
        found = find_preprocessing(load_model(model), frames, **options)
    say("\n".join(lines(found)))
    if found.training and found.code and code:
        export(found.training, "cv2", out=code)
    if found.code and (code or found.wrong or found.search):
        say(f"\n{code_title(found)}: {code}" if code else f"\n{code_title(found)}\n\n{found.code}")
    raise typer.Exit(1 if found.wrong else 0)
