"""What one run of a trivial TensorFlow notebook costs: by papermill, by `workbench report`, and in a forked kernel.

Run: `python benchmarks/overhead.py`. Every way runs the same notebook; those of Workbench leave a whole report - page,
manifest, seal - besides the notebook that papermill leaves. The ways take turns; medians are quoted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import nbformat
from measure import interleaved, machine, median, print_table
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench.reports.kernels.forking import ForkServer
from workbench.reports.progress import Line
from workbench.reports.run import complete, plan_run
from workbench.reports.scenarios import find_scenario

NOTEBOOK = "trivial.ipynb"
CELLS = ("import tensorflow as tf", "float(tf.constant(2.0) * number)")
GOAL = 15  # a forked run is to cost at most a fifteenth of papermill's command


def write_notebook(folder: Path) -> Path:
    """Write the notebook that all run: it imports TensorFlow, and multiplies two numbers with it."""
    parameters = new_code_cell("number: int = 3  # to double", metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# Trivial\n\nHow much is it?"), parameters, *map(new_code_cell, CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / NOTEBOOK)
    return folder / NOTEBOOK


def command(*words: str | Path) -> Callable[[object], object]:
    """Return a function that runs a command of this environment to its end."""
    line = [Path(sys.executable).with_name(str(words[0])), *words[1:]]
    return lambda _: subprocess.run(line, check=True, capture_output=True)


def by_papermill(notebook: Path, out: Path) -> object:
    """Run the notebook with papermill in this process, which has imported it."""
    from papermill import execute_notebook

    return execute_notebook(notebook, out / "api.ipynb", kernel_name="python3", progress_bar=False)


def by_workbench(notebook: Path, out: Path, server: ForkServer | None) -> object:
    """Make a report of the notebook in this process: plan, run, publish."""
    plan = plan_run(find_scenario(notebook), {})
    run = complete(plan, out, kernel="python3", timeout=None, line=Line("", shown=False), server=server)
    return run.check()


def ways(notebook: Path, out: Path, server: ForkServer) -> dict[str, Callable[[object], object]]:
    """Return each way to run the notebook."""
    return {
        "papermill, command": command("papermill", notebook, out / "cli.ipynb", "-k", "python3", "--no-progress-bar"),
        "papermill, in a running process": lambda _: by_papermill(notebook, out),
        "workbench report, command": command("workbench", "report", notebook, "--out", out / "cold"),
        "workbench, kernel started": lambda _: by_workbench(notebook, out / "started", None),
        "workbench, kernel forked": lambda _: by_workbench(notebook, out / "forked", server),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ForkServer() as server:
        folder = Path(name)
        notebook = write_notebook(folder)
        start = time.perf_counter()
        by_workbench(notebook, folder / "first", server)
        first = time.perf_counter() - start
        seconds = interleaved(ways(notebook, folder, server), [None], rounds=arguments.rounds)
    medians = {way: median(each) for way, each in seconds.items()}
    whole = medians["papermill, command"]
    rows = [[way, f"{each:.2f}", f"{min(seconds[way]):.2f}", f"1/{whole / each:.1f}"] for way, each in medians.items()]
    print(machine())
    print_table("A trivial TensorFlow notebook", ("way", "median, s", "least, s", "of papermill's command"), rows)
    ratio = whole / medians["workbench, kernel forked"]
    print(f"\nThe first forked run, which starts the server: {first:.1f} s.")
    print(
        f"A forked run costs 1/{ratio:.1f} of papermill's command; at most 1/{GOAL}: {'yes' if ratio >= GOAL else 'no'}"
    )


if __name__ == "__main__":
    main()
