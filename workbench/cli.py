"""The `workbench` command: a light wrapper over the package's functions.

What Workbench refuses is one line on standard error and exit status 2; a run that failed is 1.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from workbench.errors import InvalidValue, WorkbenchError

REFUSED, INTERRUPTED = 2, 130  # 128 + SIGINT, as a shell counts

app = typer.Typer(
    help="See, name and fix the preprocessing mismatch between a vision model's training and the frames it is served.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
samples_app = typer.Typer(help="Real models, photos and clips to try things on.", no_args_is_help=True)
app.add_typer(samples_app, name="samples")


def main() -> None:
    """Run the command line."""
    try:
        status = app(prog_name="workbench", standalone_mode=False)
        if status == INTERRUPTED:
            print("workbench: interrupted", file=sys.stderr)
        raise SystemExit(status)
    except WorkbenchError as error:
        refusal = str(error)
    except TyperException as error:
        if not error.format_message():  # no arguments: the help has been shown
            raise SystemExit(0) from None
        refusal = f"{error.format_message()} See: workbench --help"
    print(f"workbench: {refusal}", file=sys.stderr)
    raise SystemExit(REFUSED)


def _version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        print(f"workbench {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """See, name and fix the preprocessing mismatch between a vision model's training and the frames it is served."""
    del version


# --- samples -----------------------------------------------------------------------------------------------


@samples_app.command("list")
def list_samples() -> None:
    """Show the samples: what they are, their licence and provenance, and whether they are fetched."""
    from workbench.samples import table

    print(table())


@samples_app.command("fetch")
def fetch_samples(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all without a name.", show_default=False)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Fetch samples by package name and check every byte; those that are there stay as they are."""
    from workbench.samples import data_dir, fetch

    fetched = fetch(names, progress=not quiet)
    print(f"{'fetched ' + ', '.join(fetched) if fetched else 'all there already'} · {data_dir()}")


# --- reports -----------------------------------------------------------------------------------------------


@app.command("scenarios")
def list_scenarios() -> None:
    """Show the scenarios: the question each answers, and its parameters."""
    from workbench.reports import scenarios

    for scenario in scenarios():
        print(f"{scenario.name}\n    {scenario.question}")
        for parameter in scenario.parameters:
            print(f"      {parameter.name}: {parameter.kind} = {parameter.default!r}")
            if parameter.help:
                print(f"          {parameter.help}")
        print()


@app.command("report")
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
    runs, status = run_scenarios(jobs, out=out, timeout=timeout)
    for run in runs:
        if not run.ok:
            print(f"workbench: {run.scenario} {run.status}: {run.error}", file=sys.stderr)
    print(out.resolve() / "index.html")
    raise typer.Exit(status)


# --- models ------------------------------------------------------------------------------------------------


@app.command("contract")
def show_contract(
    model: Annotated[str, typer.Argument(help="Path, sample:NAME, cv2:FILE or keras-applications:NAME.")],
    recipe: Annotated[
        str | None, typer.Option("--recipe", "-r", metavar="NAME|FILE.yaml", help="Hold this recipe against it.")
    ] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Load it as a file that you know.")] = False,
) -> None:
    """Show what a model itself says about its input, each with its evidence; status 1 if a recipe contradicts it."""
    from workbench.models import load_model
    from workbench.models.contract import contract
    from workbench.recipes import load_recipe

    wanted = load_recipe(recipe) if recipe else None
    found = contract(load_model(model, trust=trust))
    print(found)
    contradictions = found.contradictions(wanted) if wanted else ()
    for sentence in contradictions:
        print(f"contradiction: {sentence}")
    raise typer.Exit(1 if contradictions else 0)


# --- models ------------------------------------------------------------------------------------------------


@app.command("engines")
def show_engines(
    model: Annotated[str, typer.Argument(help="Model file, SavedModel folder or sample:NAME.")],
    signature: Annotated[str | None, typer.Option(help="Of a SavedModel or .tflite.")] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Run what the file carries; only for files you know.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Measure again, even if the choice is kept.")] = False,
) -> None:
    """Show how every engine does with a model on this machine, and which one engine="fast" takes."""
    from workbench.models.engines import engines, table

    print(table(engines(model, signature=signature, trust=trust, again=again)))


@app.command("convert")
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
    tolerance: Annotated[float | None, typer.Option(help="Largest relative difference that is accepted.")] = None,
    integer_inputs: Annotated[
        bool, typer.Option("--integer-inputs", help="tflite-int8: inputs and outputs are integers, too.")
    ] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Run what the file carries; only for files you know.")] = False,
) -> None:
    """Convert a model, and keep it only if it gives the same answers on real frames."""
    from workbench.models import load_model
    from workbench.models.conversion import convert, expect_format, tensors_of

    expect_format(to, out)
    batch = tensors_of(frames, recipe)
    loaded = load_model(model, trust=trust)
    print(convert(loaded, to, out, batch=batch, tolerance=tolerance, integer_inputs=integer_inputs))


@app.command("drift")
def show_drift(  # noqa: PLR0913, PLR0917 - a command's options
    model_a: Annotated[str, typer.Argument(metavar="A", help="The model to hold against: path, sample:NAME...")],
    model_b: Annotated[str, typer.Argument(metavar="B", help="Its export, its copy, another runtime.")],
    frames: Annotated[str, typer.Option(metavar="SOURCE", help="Real pictures or a clip.")],
    recipe: Annotated[str, typer.Option("--recipe", "-r", metavar="NAME|FILE.yaml", help="What makes A's tensors.")],
    count: Annotated[int, typer.Option(min=1, help="Frames that are compared.")] = 4,
    every: Annotated[bool, typer.Option("--all", help="Show every aligned layer.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Run what the files carry; only for files you know.")] = False,
) -> None:
    """Say whether two models give the same, and name the first layer where they part; status 1 if they do."""
    from workbench.diagnose import drift
    from workbench.diagnose.drift_text import lines
    from workbench.frames import open_frames, take
    from workbench.models import load_model
    from workbench.recipes import load_recipe

    made_by = load_recipe(recipe)
    with open_frames(frames, decode=made_by.decode, exif=made_by.exif) as source:
        batch = made_by.batch(take(source, limit=count))
    found = drift(load_model(model_a, trust=trust), load_model(model_b, trust=trust), batch)
    print("\n".join(lines(found, everything=every)))
    raise typer.Exit(0 if found.agrees else 1)


@app.command("diagnose")
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
    trust: Annotated[bool, typer.Option("--trust", help="Load it as a file that you know.")] = False,
) -> None:
    """Say what feeds a model wrongly, what it costs, and print the function that is right; status 1 if anything is.

    FILE.py:FUNC runs that file: name only files you know.
    """
    from workbench.diagnose.diagnosis import find_preprocessing
    from workbench.diagnose.diagnosis.serving import check_takes
    from workbench.diagnose.diagnosis.text import code_title, lines
    from workbench.models import load_model
    from workbench.models.export import export
    from workbench.models.export.text_file import expect_text_place
    from workbench.recipes.functions import load_function, load_preprocess

    check_takes(takes)
    if code is not None:
        expect_text_place(code)
    counts = {"read": (read, 2), "crop": (crop, 2), "show": (show, 1), "draw": (draw, 3)}
    around = {name: load_function(given, arguments=n) for name, (given, n) in counts.items() if given is not None}
    feeding = {"serving": serving, "training": training}
    fed = {name: load_preprocess(given) for name, given in feeding.items() if given is not None}
    options: dict[str, Any] = {"labels": labels, "takes": takes, "limit": limit, **fed, **around}
    found = find_preprocessing(load_model(model, trust=trust), frames, **options)
    print("\n".join(lines(found)))
    if found.training and found.code and code:
        export(found.training, "cv2", out=code)
    if found.code and (code or found.wrong or found.search):
        print(f"\n{code_title(found)}: {code}" if code else f"\n{code_title(found)}\n\n{found.code}")
    raise typer.Exit(1 if found.wrong else 0)


# --- the environment ---------------------------------------------------------------------------------------


@app.command("doctor")
def doctor(
    load_tensorflow: Annotated[
        bool, typer.Option("--load-tensorflow", help="Also import TensorFlow, which takes seconds.")
    ] = False,
) -> None:
    """Check the environment and say what to do about what is wrong."""
    from workbench.doctor import examine, render

    findings = examine(load_tensorflow=load_tensorflow)
    print(render(findings))
    raise typer.Exit(1 if any(finding.status == "problem" for finding in findings) else 0)
