"""`workbench stream` itself: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PANEL = "Frames and answers"
ENDING, RECORDING = "When it ends", "Recording"
commands = typer.Typer()


@commands.command("stream", rich_help_panel=PANEL)
def stream_origin(  # noqa: PLR0913, PLR0917 - a command's options
    origin: Annotated[
        str,
        typer.Argument(
            metavar="ORIGIN", help="camera:0, rtsp://..., http://..., a video file, watch:FOLDER or sample:NAME."
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="MODEL", help="Path, sample:NAME or keras-applications:NAME."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", "-r", metavar="NAME|FILE.yaml", help="By default what the model is known to want."),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(
            metavar="POLICY", help="latest: the newest; block: every frame; drop_oldest(8); sample(every=5 or fps=2)."
        ),
    ] = "latest",
    decode: Annotated[
        str | None, typer.Option(metavar="cv2|pyav", help="What decodes the frames; by default as the recipe says.")
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(metavar="FACTOR", help="Of a file; by default 1, as a camera, but under block all it can."),
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Play a file again and again.")] = False,
    threshold: Annotated[float, typer.Option(metavar="SCORE", help="From which on a box counts, 0 to 1.")] = 0.5,
    top: Annotated[int, typer.Option(metavar="N", help="Classes, or kinds of boxes, that are shown.")] = 3,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No line while it runs.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print each answer, and at last the summary, as a line of JSON.")
    ] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Load the model as a file that you know.")] = False,
    seconds: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="After this time.", rich_help_panel=ENDING)
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", help="After so many shown frames.", rich_help_panel=ENDING)
    ] = None,
    retry: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="After a lost source was looked for so long.", rich_help_panel=ENDING),
    ] = 60.0,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Frames, answers and an annotated video, in a new folder.", rich_help_panel=RECORDING
        ),
    ] = None,
    report: Annotated[bool, typer.Option(help="Make a report of what was recorded.", rich_help_panel=RECORDING)] = True,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Of all reports.", rich_help_panel=RECORDING)] = Path(
        "reports"
    ),
) -> None:
    """Run a model live, on a camera, a network stream or a clip; Ctrl-C ends it with a summary.

    While it runs, one line says how fast it is, how old its frames are when they are shown, and what was dropped.
    """
    from workbench.cli.live.asked import Asked
    from workbench.cli.live.run import run

    asked = Asked(
        origin=origin, model=model, recipe=recipe, policy=policy, decode=decode, speed=speed, loop=loop,
        seconds=seconds, retry=retry, limit=limit, threshold=threshold, top=top, record=record, report=report, out=out,
        quiet=quiet, json=json, trust=trust,
    )  # fmt: skip
    raise typer.Exit(run(asked))
