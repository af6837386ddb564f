"""Real runs that differ in one seeded thing: is that thing named, is nothing else, and is the diff of a rerun empty?

Run: `python benchmarks/run_diffs.py [--only WORD ...] [--out FOLDER]`. Each run is a real one:
efficientnet-lite0 as TFLite (once as ONNX) on 20 labelled photos or 8 frames of a clip. For each seed the run
without it, the run with it, and that one again are made; runs without a seed that are the same are made once. Needs
`.cache/opencv4` (`make setup`), and for one seed an older package, which pip installs into the folder of the runs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from diffs.plain_run import Base, make_base
from diffs.seeds import SEEDS, Asked, Seed
from measure import print_table

from workbench import run_scenario
from workbench.reports.diff import RunDiff, diff_runs

COLUMNS = ("seed", "named", "as", "nothing else", "followed by", "flips", "rerun empty")


def run(folder: Path, asked: Asked, out: Path) -> Path:
    """Run the notebook in `folder` and return the run's folder; in a process of its own where its variables differ."""
    if asked.environment:
        _run_apart(folder, asked, out)
    else:
        with contextlib.chdir(folder):
            damaged = "--allow-damaged" in asked.options
            run_scenario("classify.ipynb", asked.parameters, out=out.absolute(), progress=False, allow_damaged=damaged)
    found = [path.parent for path in out.glob("classify/*/manifest.json")]
    if len(found) != 1 or found[0].name.endswith("-failed"):
        raise SystemExit(f"{out} holds {[str(path) for path in found]}, and one finished run was made there")
    return found[0]


def _run_apart(folder: Path, asked: Asked, out: Path) -> None:
    given = [part for name, value in asked.parameters.items() for part in ("-p", f"{name}={_typed(value)}")]
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "report", "classify.ipynb", *given]
    environment = {**os.environ, **asked.environment}
    if "PYTHONPATH" in os.environ and "PYTHONPATH" in asked.environment:
        environment["PYTHONPATH"] = os.pathsep.join((asked.environment["PYTHONPATH"], os.environ["PYTHONPATH"]))
    subprocess.run(
        [*command, *asked.options, "--out", str(out.absolute())], cwd=folder, env=environment, timeout=300, check=True
    )


def pairs(base: Base, seeds: list[Seed], out: Path) -> Iterator[tuple[Seed, RunDiff, RunDiff]]:
    """Yield each seed with the difference that it makes, and that of a rerun."""
    without: dict[str, Path] = {}
    for number, seed in enumerate(seeds):
        key = repr(seed.base)
        if key not in without:
            without[key] = run(base.folder, seed.base, out / f"without-{len(without)}")
        copy = replace(base, folder=out / f"copy-{number}")
        shutil.copytree(base.folder, copy.folder, copy_function=os.link)
        asked = seed.change(copy)
        folders = [run(copy.folder, asked, out / f"{kind}-{number}") for kind in ("with", "again")]
        yield seed, diff_runs(without[key], folders[0]), diff_runs(*folders)
        shutil.rmtree(copy.folder)


def row(seed: Seed, found: RunDiff, again: RunDiff) -> tuple[str, ...]:
    """Return a line of the table."""
    named = [each for each in found.causes if each.kind == seed.kind and re.fullmatch(seed.called, each.name)]
    others = [f"{each.kind} {each.name}" for each in found.causes if each not in named]
    flips = "; ".join(f"{int(each.flips.sum())} of {each.frames}" for each in found.answers)
    following = [each.name for each in found.changes if each.follows]
    told = ", ".join(following[:2]) + (f" and {len(following) - 2} more" if len(following) > 2 else "")
    what = f"{named[0].kind} {named[0].name}" if named else "-"
    return (seed.name, "yes" if named else "NO", what, "; ".join(others) or "yes", told or "-", flips,
            "yes" if again.same else f"NO: {again.verdict}")  # fmt: skip


def main() -> None:
    """Make the runs and print the table; status 1 if a seed is not named, or a rerun is not the same."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", nargs="*", default=[], help="seeds whose name has one of these words")
    asked.add_argument("--out", type=Path, help="folder to keep the runs in; without, they are removed")
    options = asked.parse_args()
    seeds = [seed for seed in SEEDS if not options.only or any(word in seed.name for word in options.only)]
    kept = options.out or Path(tempfile.mkdtemp())
    start, rows = time.monotonic(), []
    try:
        base = make_base(kept / "base") if not (kept / "base").exists() else Base(kept / "base")
        for found in pairs(base, seeds, kept):
            rows.append(row(*found))
            print(rows[-1], flush=True)
    finally:
        if options.out is None:
            shutil.rmtree(kept)
    print_table("One thing changed", COLUMNS, rows)
    well = sum(each[1] == each[3] == each[6] == "yes" for each in rows)
    print(f"{well} of {len(rows)} seeds named alone, and their reruns empty; {time.monotonic() - start:.0f} s")
    raise SystemExit(well < len(rows))


def _typed(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    main()
