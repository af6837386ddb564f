"""Every sample in every runtime: does it load, does it agree with the original, how fast, how big.

Run: `python benchmarks/runtimes.py [SAMPLE ...]`. The files are made by `convert` from the sample's own file; each row
is a fresh process that loads one file by `load_model` and predicts real pictures one by one. "of the original" is the
largest |a - b| / max|a| over all outputs, with the output it is in; load time has the runtime's import in it, memory is
the resident set at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from measure import machine, median, print_table

from workbench import load_model, open_frames, preset, sample_path
from workbench.errors import WorkbenchError

PICTURES = {  # sample -> what it is shown
    "efficientnet-lite0": "imagenet-20",
    "cifar10-cnn": "cifar-20",
    "emotion-cnn": "faces-6",
    "dog-breeds": "imagenet-20",
    "ssd-mobilenet-oid": "imagenet-20",
    "ssd-hands": "faces-6",
    "centernet-coco": "imagenet-20",
}
REPAIRED = "repaired:"  # before a file: OpenCVModel(file, repair=True)
HANDS = (320, 320)  # height, width of the network inside ssd-hands
COLUMNS = ("sample", "runtime", "loads", "of the original", "same top", "ms a frame", "load s", "MB")


@dataclass(frozen=True)
class Row:
    """One file in one runtime, measured in a process of its own; `why` where it did not run."""

    runtime: str
    seconds: list[float]  # of each single prediction
    load_s: float
    megabytes: float
    outputs: dict[str, np.ndarray]
    why: str = ""


def child(origin: str, pictures: Path, answers: Path, rounds: int) -> None:
    """Load one file, predict every picture `rounds` times, and print what it took as JSON."""
    start = time.perf_counter()
    warnings.simplefilter("ignore")
    model = _opened(origin)
    load_s = time.perf_counter() - start
    with np.load(pictures) as stored:
        batches = [stored[name] for name in stored.files]
    found = [model.predict(batch) for batch in batches]  # warms up, too
    seconds = []
    for _ in range(rounds):
        for batch in batches:
            start = time.perf_counter()
            model.predict(batch)
            seconds.append(time.perf_counter() - start)
    import psutil

    np.savez(answers, **{name: _joined([row[name] for row in found]) for name in found[0]})
    megabytes = psutil.Process().memory_info().rss / 1e6
    print(json.dumps({"runtime": model.runtime, "seconds": seconds, "load_s": load_s, "megabytes": megabytes}))


def _opened(origin: str) -> Any:
    if origin.startswith(REPAIRED):
        from workbench.models.opencv.model import OpenCVModel

        return OpenCVModel(origin.removeprefix(REPAIRED), repair=True)
    return load_model(origin, trust=True)  # the sample's own bytes, or made from them a moment ago


def _joined(rows: list[np.ndarray]) -> np.ndarray:
    """Join what pictures gave; flat where pictures of other sizes give other shapes."""
    return (
        np.concatenate(rows) if len({row.shape[1:] for row in rows}) == 1 else np.concatenate([r.ravel() for r in rows])
    )


def row(origin: str, pictures: Path, rounds: int) -> Row:
    """Measure one file in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.npz"
        code = f"import runtimes; runtimes.child({origin!r}, {str(pictures)!r}, {str(answers)!r}, {rounds})"
        here = Path(__file__).parent
        done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [""]
            killed = f"the process ended by signal {-done.returncode}" if done.returncode < 0 else lines[-1]
            return Row(origin, [], 0, 0, {}, re.sub(r"^workbench\.errors\.\w+: ", "", killed))
        with np.load(answers) as stored:
            return Row(outputs=dict(stored), **json.loads(done.stdout.splitlines()[-1]))


def files(sample: str, batch: np.ndarray | None, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what to load, by the name of the row, the original first; or why there is no such file, after `!`."""
    from workbench.models.conversion import FORMATS, convert
    from workbench.models.conversion.graph import graph_of

    path = sample_path(sample)
    yield "original", f"sample:{sample}"
    if path.suffix == ".tflite":
        yield "cv2 tflite", f"cv2:{path}"
        yield "cv2 tflite, repair=True", f"{REPAIRED}{path}"
        return
    model = load_model(f"sample:{sample}")
    frozen = folder / f"{sample}.pb"
    frozen.write_bytes(graph_of(model).definition.SerializeToString())
    yield "frozen graph", str(frozen)
    for to, suffix in FORMATS.items():
        try:
            options = {} if batch is None else {"batch": batch, "tolerance": np.inf}  # the table says how far it is
            yield to, str(convert(model, to, folder / f"{sample}-{to}{suffix}", **options).path)
        except WorkbenchError as error:
            yield to, f"!{error}"
    yield "cv2 pb", f"cv2:{frozen}"
    for to in ("tflite", "onnx"):
        made = folder / f"{sample}-{to}{FORMATS[to]}"
        if made.exists():
            yield f"cv2 {to}", f"cv2:{made}"


def network_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the network cut out of ssd-hands: what every engine can run of it."""
    from workbench.models.conversion import convert
    from workbench.models.tensorflow.network import cut_network

    cut = cut_network(load_model("sample:ssd-hands"), folder / "hands.pb", size=HANDS)
    yield "frozen graph", str(cut)
    for to, suffix in (("tflite", ".tflite"), ("onnx", ".onnx")):
        made = convert(str(cut), to, folder / f"hands{suffix}").path
        yield to, str(made)
        yield f"cv2 {to}", f"cv2:{made}"


def compared(expected: Mapping[str, np.ndarray], got: Mapping[str, np.ndarray]) -> tuple[str, str]:
    """Return the largest relative difference with its output, and the share of equal top answers of a classifier.

    An output that is missing or of another shape differs infinitely.
    """
    if set(expected) != set(got):
        got = dict(zip(expected, got.values(), strict=False))  # other names, the same order
    differences = {
        name: float(np.max(np.abs(values - got[name])) / np.max(np.abs(values)))
        if name in got and values.shape == got[name].shape
        else np.inf
        for name, values in expected.items()
    }
    worst = max(differences, key=differences.__getitem__)
    top = ""
    if len(expected) == 1 and expected[worst].ndim == 2 and np.isfinite(differences[worst]):
        top = f"{np.mean(expected[worst].argmax(1) == got[worst].argmax(1)):.0%}"
    return f"{differences[worst]:.0e}" + (f" ({worst})" if len(expected) > 1 else ""), top


def measured(sample: str, arguments: argparse.Namespace, folder: Path) -> tuple[list[list[object]], list[list[object]]]:
    """Return the rows of one sample, and why some files did not load."""
    frames = list(open_frames(f"sample:{PICTURES[sample]}"))[: arguments.pictures]
    recipe = preset(f"sample:{sample}")
    pictures = folder / f"{sample}.npz"
    np.savez(pictures, *[recipe(frame.image) for frame in frames])
    batch = recipe.batch(frames) if recipe.size else None
    rows, reasons = _rows(sample, files(sample, batch, folder), pictures, arguments.rounds)
    if sample == "ssd-hands":
        inside = preset("sample:ssd-mobilenet-oid").replace(size=HANDS, resize="tf.bilinear")
        np.savez(pictures, *[inside(frame.image) for frame in frames])
        more = _rows("ssd-hands, network", network_files(folder), pictures, arguments.rounds)
        rows, reasons = rows + more[0], reasons + more[1]
    return rows, reasons


def _rows(
    sample: str, origins: Iterator[tuple[str, str]], pictures: Path, rounds: int
) -> tuple[list[list[object]], list[list[object]]]:
    rows: list[list[object]] = []
    reasons: list[list[object]] = []
    expected: Mapping[str, np.ndarray] | None = None
    for name, origin in origins:
        found = Row(name, [], 0, 0, {}, origin[1:]) if origin.startswith("!") else row(origin, pictures, rounds)
        if found.why:
            rows.append([sample, name, "no", "", "", "", "", ""])
            reasons.append([sample, name, found.why.replace(str(pictures.parent), "...")])
            continue
        expected = expected or found.outputs
        label = f"{name}: {found.runtime}" if name == "original" else name
        difference, top = compared(expected, found.outputs)
        figures = [median(found.seconds) * 1e3, found.load_s, f"{found.megabytes:.0f}"]
        rows.append([sample, label, "yes", difference, top, *figures])
    return rows, reasons


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", nargs="*", default=list(PICTURES), help=f"of {', '.join(PICTURES)}")
    parser.add_argument("--rounds", type=int, default=10, help="predictions of every picture")
    parser.add_argument("--pictures", type=int, default=6)
    arguments = parser.parse_args()
    rows: list[list[object]] = []
    reasons: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for sample in arguments.samples:
            more = measured(sample, arguments, Path(folder))
            rows, reasons = rows + more[0], reasons + more[1]
    print(f"Measured on {machine()}; medians of {arguments.rounds} rounds over {arguments.pictures} pictures.")
    print_table("Samples x runtimes", COLUMNS, rows)
    print_table("Why not", ("sample", "runtime", "cause and way round"), reasons)


if __name__ == "__main__":
    main()
