"""`workbench stream` itself: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.damaged import AllowDamaged
from workbench.cli.trust import TrustModel, run_apart

PANEL = "Frames and answers"
ENDING, RECORDING = "When it ends", "Recording"
commands = typer.Typer()

Option = typer.Option
Origin = Annotated[
    str,
    typer.Argument(
        metavar="ORIGIN", help="camera:0, rtsp://..., http://..., a video file, watch:FOLDER or sample:NAME."
    ),
]
Fed = Annotated[
    str | None, Option("--recipe", "-r", metavar="NAME|FILE.yaml", help="By default what the model is known to want.")
]
Answering = Annotated[
    str | None, Option("--model", "-m", metavar="MODEL", help="Path, sample:NAME or keras-applications:NAME.")
]
Policy = Annotated[
    str,
    Option(metavar="POLICY", help="latest: the newest; block: every frame; drop_oldest(8); sample(every=5 or fps=2)."),
]
Decode = Annotated[
    str | None, Option(metavar="cv2|pyav", help="What decodes the frames; by default as the recipe says.")
]
Speed = Annotated[
    float | None, Option(metavar="FACTOR", help="Of a file; by default 1, as a camera, but under block all it can.")
]
Loop = Annotated[bool, Option("--loop", help="Play a file again and again.")]
Threshold = Annotated[float, Option(metavar="SCORE", help="From which on a box counts, 0 to 1.")]
Top = Annotated[int, Option(metavar="N", help="Classes, or kinds of boxes, that are shown.")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="No line while it runs.")]
Json = Annotated[bool, Option("--json", help="Print each answer, and at last the summary, as a line of JSON.")]
Seconds = Annotated[float | None, Option(metavar="SECONDS", help="After this time.", rich_help_panel=ENDING)]
Limit = Annotated[int | None, Option(metavar="N", help="After so many shown frames.", rich_help_panel=ENDING)]
Retry = Annotated[
    float, Option(metavar="SECONDS", help="After a lost source was looked for so long.", rich_help_panel=ENDING)
]
Record = Annotated[
    Path | None,
    Option(metavar="FOLDER", help="Frames, answers, an annotated video, in a new folder.", rich_help_panel=RECORDING),
]
Report = Annotated[bool, Option(help="Make a report of what was recorded.", rich_help_panel=RECORDING)]
Out = Annotated[Path, Option(metavar="FOLDER", help="Of all reports.", rich_help_panel=RECORDING)]


@commands.command("stream", rich_help_panel=PANEL)
def stream_origin(  # noqa: PLR0913, PLR0917 - a command's options
    origin: Origin,
    model: Answering = None,
    recipe: Fed = None,
    policy: Policy = "latest",
    decode: Decode = None,
    speed: Speed = None,
    loop: Loop = False,
    threshold: Threshold = 0.5,
    top: Top = 3,
    quiet: Quiet = False,
    json: Json = False,
    allow_damaged: AllowDamaged = False,
    trust_model: TrustModel = False,
    seconds: Seconds = None,
    limit: Limit = None,
    retry: Retry = 60.0,
    record: Record = None,
    report: Report = True,
    out: Out = Path("reports"),
) -> None:
    """Run a model live, on a camera, a network stream or a clip; Ctrl-C ends it with a summary.

    While it runs, one line says how fast it is, how old its frames are when they are shown, and what was dropped.
    """
    from workbench.cli.live.asked import Asked
    from workbench.cli.live.run import run

    if trust_model:
        run_apart(*([model] if model else []))
    asked = Asked(
        origin=origin, model=model, recipe=recipe, policy=policy, decode=decode, speed=speed, loop=loop,
        seconds=seconds, retry=retry, limit=limit, threshold=threshold, top=top, record=record, report=report, out=out,
        quiet=quiet, json=json, allow_damaged=allow_damaged,
    )  # fmt: skip
    raise typer.Exit(run(asked))
