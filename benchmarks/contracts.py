"""The contract of every `keras.applications` network, untrained, in five formats, held against its documented recipe.

Run: `python benchmarks/contracts.py [--only MobileNetV2 ...] [--formats keras onnx ...]`. All of them take hours and,
for the largest, some 12 GiB; each runs in a process of its own. Exit status 1 when one is wrong.

A row is right when the documented recipe raises no contradiction, and when a wrong one does: `unit` where a Rescaling
or Normalization is inside (scaled twice), `raw` where none is (not scaled).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from measure import machine, print_table

from workbench import load_model, preset
from workbench.errors import WorkbenchError
from workbench.models.contract import contract
from workbench.recipes.presets import CONSTRUCTORS, FAMILIES

FORMATS = ("keras", ".keras", "savedmodel", "tflite", "onnx")
COLUMNS = (
    "constructor", "format", "input", "found inside", "range", "sure", "documented recipe", "wrong recipe", "right"
)  # fmt: skip
SUFFIXES = {".keras": ".keras", "tflite": ".tflite", "onnx": ".onnx"}
OPEN_SIZE = ("MobileNetV3Small", "MobileNetV3Large")  # by default of any size, which LiteRT does not open
MARK = "contract: "


def models(name: str, formats: list[str], folder: Path) -> Iterator[tuple[str, Any]]:
    """Yield format and loaded model, or why there is none; a file is written when it is asked for, then deleted."""
    from workbench.models.conversion.formats import write_onnx, write_tflite
    from workbench.models.conversion.graph import graph_of
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    options = {"input_shape": (*preset(f"keras.{name}").size, 3)} if name in OPEN_SIZE else {}
    made = getattr(keras.applications, name)(weights=None, **options)
    model = load_model(made)
    graph = graph_of(model) if {"tflite", "onnx"} & set(formats) else None
    writers: dict[str, Callable[[Path], object]] = {
        ".keras": made.save,
        "savedmodel": lambda path: made.export(path, verbose=False),
        "tflite": lambda path: write_tflite(graph, path),
        "onnx": lambda path: write_onnx(graph, path),
    }
    for form in formats:
        path = folder / f"{name}{SUFFIXES.get(form, '')}"
        try:
            if form in writers:
                writers[form](path)
            yield form, load_model(path, trust=True) if form in writers else model
        except WorkbenchError as error:
            yield form, str(error)
        if path.is_file():
            path.unlink()


def row(name: str, family: str, form: str, model: Any) -> list[str]:
    """Return the cells of one model."""
    if isinstance(model, str):
        return [name, form, f"not converted: {model[:90]}", "", "", "", "", "", "-"]
    start = time.perf_counter()
    found = contract(model)
    ms = (time.perf_counter() - start) * 1e3
    recipe = preset(f"keras.{name}").replace(layout=found.slots["layout"].best)
    wrong = recipe.replace(range="unit" if FAMILIES[family] == {"range": "raw"} else "raw")
    expected = found.slots.get("range")
    clean, caught = not found.contradictions(recipe), bool(found.contradictions(wrong))
    inside = ", ".join(step.split(" '")[0] for step in found.inside if "transpose" not in step and "pad)" not in step)
    shape = str(found.input).split(" ", 1)[1]
    return [
        name,
        f"{form} ({ms:.0f} ms)",
        shape,
        inside or "nothing",
        " or ".join(expected.values) if expected else "undecided",
        f"{expected.confidence:.2f}" if expected else "-",
        "no warning" if clean else "; ".join(found.contradictions(recipe)),
        f"{wrong.range}: {'warns' if caught else 'SILENT'}",
        "yes" if clean and caught else "NO",
    ]


def one(name: str, formats: list[str]) -> None:
    """Print the rows of one constructor, for the parent to read."""
    family = next(family for family, names in CONSTRUCTORS.items() if name in names)
    with tempfile.TemporaryDirectory() as folder:
        for form, model in models(name, formats, Path(folder)):
            print(MARK + json.dumps(row(name, family, form, model)), flush=True)


def in_child(name: str, formats: list[str]) -> list[list[str]]:
    """Return the rows of one constructor, made in a process of its own so that its memory is given back."""
    command = [sys.executable, __file__, "--child", name, "--formats", *formats]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
    rows: list[list[str]] = [json.loads(line) for line in lines]
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        rows.append([name, "-", f"stopped: {why[:90]}", "", "", "", "", "", "-"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[n for names in CONSTRUCTORS.values() for n in names])
    parser.add_argument("--formats", nargs="+", default=list(FORMATS), choices=FORMATS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        one(arguments.child, arguments.formats)
        return
    print(f"Measured on {machine()}.", flush=True)
    rows = []
    for name in arguments.only:
        made = in_child(name, arguments.formats)
        rows += made
        print(json.dumps(made), file=sys.stderr, flush=True)
    print_table("Contracts", COLUMNS, rows)
    wrong = [row for row in rows if row[-1] == "NO"]
    judged = sum(row[-1] in ("yes", "NO") for row in rows)
    print(f"\n{judged - len(wrong)} of {judged} right; {len(rows) - judged} could not be made.")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
