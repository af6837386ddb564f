"""What the checks of what goes in cost a normal run: the same work in two commits, side by side.

Run: `python benchmarks/checks.py --before COMMIT`. The other commit is checked out beside this one for the time of the
run, and runs in the same environment on copies of the same real files. Every round runs each piece of work in both, in
a process of its own, in an order that changes; medians are quoted, and beside them the first round, in which each file
is new and is looked at for the first time. Shares of a few milliseconds are noise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODELS = {"keras": "cifar10-cnn", "h5": "emotion-cnn", "tflite": "ssd-mobilenet-oid", "savedmodel": "ssd-hands"}
IN_ONE_PROCESS = 5  # times that quick work is done after a first time, which also loads what it needs
LARGEST = 1.05  # asked for: no check slows a normal run by more


def seconds(work: Callable[[], object], times: int) -> list[float]:
    """Return the seconds of each of `times` calls."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken


def pictures(files: Path) -> Callable[[], object]:
    """Read 20 photos as frames."""
    from workbench import open_frames

    return lambda: sum(image.nbytes for image in open_frames(files / "photos").arrays())


def clip(files: Path) -> Callable[[], object]:
    """Read 250 frames of a clip."""
    from workbench import open_frames

    return lambda: sum(image.nbytes for image in open_frames(files / "clip.mp4").arrays())


def predicting(files: Path) -> Callable[[], object]:
    """Classify the clip with a model from a file, which is loaded each time."""
    from workbench import load_model, load_recipe, predict

    recipe = load_recipe("sample:efficientnet-lite0")
    return lambda: predict(files / "clip.mp4", recipe, load_model(files / "lite0.keras"), limit=100, progress=False)


def loading(files: Path, kind: str) -> Callable[[], object]:
    """Load a model file."""
    from workbench import load_model

    path = next((files / kind).iterdir())
    return lambda: load_model(path)


def work_of(name: str, files: Path) -> Callable[[], object]:
    """Return one piece of work by its name."""
    verb, _, kind = name.partition(" ")
    if verb == "load":
        return loading(files, kind)
    return {"photos": pictures, "clip": clip, "predict": predicting}[verb](files)


def copied(files: Path) -> None:
    """Copy real samples to where nothing is known about them."""
    from workbench import sample_path

    shutil.copytree(sample_path("imagenet-20"), files / "photos", ignore=shutil.ignore_patterns(".*"))
    shutil.copy(sample_path("bikes"), files / "clip.mp4")
    shutil.copy(sample_path("efficientnet-lite0"), files / "lite0.keras")
    for kind, sample in MODELS.items():
        path = Path(sample_path(sample))
        (files / kind).mkdir()
        if path.is_dir():
            shutil.copytree(path, files / kind / path.name)
        else:
            shutil.copy(path, files / kind)


def run(tree: Path, words: list[str], cache: Path) -> tuple[float, str]:
    """Run Python in a tree and return the seconds and what it printed."""
    from workbench.samples.store import data_dir

    variables = {"PYTHONPATH": str(tree), "WORKBENCH_CACHE": str(cache), "WORKBENCH_DATA": str(data_dir())}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words], cwd=tree, env=os.environ | variables, text=True, capture_output=True, check=False
    )
    if done.returncode:
        sys.exit(f"{words} in {tree}: {done.stderr[-2000:]}")
    return time.perf_counter() - start, done.stdout


def once(tree: Path, name: str, files: Path, cache: Path, out: Path) -> list[float]:
    """Do one piece of work in a tree; return the seconds of each time it was done, the first one first."""
    main = "from workbench.cli import main; main()"
    if name == "import workbench":
        return [run(tree, ["-c", "import workbench"], cache)[0]]
    if name.startswith("workbench report"):
        words = name.split()[1:]
        return [run(tree, ["-c", main, *words, "-p", f"source={files / 'clip.mp4'}", "--out", str(out)], cache)[0]]
    _, said = run(tree, [str(Path(__file__).resolve()), "--work", name, "--files", str(files)], cache)
    return list(json.loads(said.splitlines()[-1]))


def measured(
    trees: dict[str, Path], names: list[str], rounds: int, scratch: Path
) -> dict[str, dict[str, list[list[float]]]]:
    """Return for each work and tree what `once` gave, round by round."""
    files = scratch / "files"
    files.mkdir()
    copied(files)
    found: dict[str, dict[str, list[list[float]]]] = {name: {tree: [] for tree in trees} for name in names}
    pairs = [(name, tree) for name in names for tree in trees]
    shuffle = random.Random(0)
    for number in range(rounds + 1):
        shuffle.shuffle(pairs)
        for name, tree in pairs:
            cache, out = scratch / f"cache-{tree}", scratch / f"out-{tree}"
            found[name][tree].append(once(trees[tree], name, files, cache, out))
            print(f"round {number}: {name}, {tree}", file=sys.stderr)
    return found


def rows(found: dict[str, dict[str, list[list[float]]]]) -> list[tuple[object, ...]]:
    """Return one row a piece of work: medians of both trees, their ratio, and what the first time took."""
    from measure import median

    table: list[tuple[object, ...]] = []
    for name, trees in found.items():
        usual = {}
        for tree, tries in trees.items():
            usual[tree] = median([value for values in tries[1:] for value in (values[1:] or values)])
        first = [trees[tree][0][0] * 1000 for tree in ("before", "now")]
        ratio = usual["now"] / usual["before"]
        verdict = "yes" if ratio <= LARGEST else "NO"
        table.append((name, usual["before"] * 1000, usual["now"] * 1000, ratio, verdict, *first))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", metavar="COMMIT", help="what to compare this checkout with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="pieces of work, by the start of their names")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        print(json.dumps(seconds(work_of(arguments.work, arguments.files), 1 + IN_ONE_PROCESS)))
        return
    from measure import machine, print_table

    names = ["import workbench", "photos", "clip", *(f"load {kind}" for kind in MODELS), "predict"]
    names += ["workbench report classify_video"]
    names = [name for name in names if not arguments.only or name.startswith(tuple(arguments.only))]
    with tempfile.TemporaryDirectory(prefix="workbench-checks-") as scratch:
        before = Path(scratch) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", before, arguments.before], check=True)
        try:
            found = measured({"before": before, "now": ROOT}, names, arguments.rounds, Path(scratch))
        finally:
            subprocess.run([*git, "remove", "--force", before], check=True)
    print(machine())
    columns = ("work", "before ms", "now ms", "ratio", "at most 1.05", "first time before ms", "first time now ms")
    print_table(f"{arguments.before} and this checkout, medians of {arguments.rounds} rounds", columns, rows(found))


if __name__ == "__main__":
    main()
