"""`stream` beside the streaming tutorial's designs and the public threaded readers, on real film; EfficientNet-Lite0.

Run: `python benchmarks/stream.py [file] [camera] [endurance] [memory] [--quick] [--readers FOLDER]`; by default file
and camera. Every case runs in a process of its own, in interleaved rounds; medians over the rounds are quoted.
The readers are imutils' and VidGear's where they are importable, else one written after imutils': install them with
`pip install --no-deps --target FOLDER vidgear imutils colorlog`, and name the folder with `--readers`.

file: 720 and 1080 lines of H.264 as fast as it goes. The bound is the number of cores divided by the CPU time of a
    frame: decoding, and preparing and inferring, each measured alone on one thread in the same rounds.
    A rate counts from the first frame shown to the last; "first after" is what opening takes, models loaded.
camera: the same clips played as a camera of 30 frames a second, the larger one also at 60, with "latest".
endurance: a model that sleeps 100 ms, and a real one that takes about as long, on a camera of 30 frames a second.
memory: resident memory over 100,000 small frames, faster than real time.
"""

from __future__ import annotations

import argparse
from importlib.machinery import PathFinder
from importlib.metadata import version
from pathlib import Path

import psutil
from measure import machine
from streaming import clips, ratios, tables
from streaming.rounds import Case, interleaved, run
from streaming.tables import ALONE, LOOP, OURS, QUEUE, asked

PARTS = ("file", "camera", "endurance", "memory")
LOOP_ASKED = {720: 11, 1080: 8}  # times the tutorial's loop
READER_ASKED, BOUND_ASKED, FRESHER_ASKED = 1.15, 0.88, 60
DROPPED_ASKED, AGE_ASKED, MEMORY_ASKED = 0.01, 15, 10  # share at 60 fps 1080p; ms, its p95; MB per 100,000 frames
ENDURED = {"sleep": "a model that sleeps 100 ms", "sample:centernet-coco": "CenterNet"}
REMEMBERED = {"block": None, "latest": 20.0}  # policy -> times real time; None: as fast as it goes


def readers_in(folder: Path | None) -> dict[str, str]:
    """Return label -> reader of those that can be imported; if none can, of our own writing."""
    names = {"VidGear": "vidgear", "imutils": "imutils"}
    where = [str(folder)] if folder else None
    found = {label: module for label, module in names.items() if PathFinder.find_spec(module, where)}
    return found or {"reader after imutils": "own"}


def play_file(options: argparse.Namespace, readers: dict[str, str]) -> None:
    """File as fast as it goes."""
    slow, once, often = (20, 40, 60) if options.quick else (60, clips.PASS, 3 * clips.PASS)  # frames
    for lines in options.lines:
        path = str(clips.clip(lines))
        labels = {f"{label} file reader, fast engine": reader for label, reader in readers.items()}
        cases = [
            Case(LOOP, "sequential", {"path": path, "limit": slow, "engine": "keras"}),
            Case("tutorial's loop, fast engine", "sequential", {"path": path, "limit": often, "engine": "fast"}),
            Case(f"{QUEUE}, model.predict", "process queue", {"path": path, "limit": slow, "engine": "keras"}),
            Case(f"{QUEUE}, fast engine", "process queue", {"path": path, "limit": once, "engine": "fast"}),
            *(
                Case(label, "file reader", {"path": path, "limit": often, "reader": reader})
                for label, reader in labels.items()
            ),
            Case(OURS, "played", {"path": path, "fps": None, "limit": often, "policy": "block"}),
            Case(ALONE, "alone", {"path": path, "limit": once}),
        ]
        outcomes = interleaved(cases, rounds=options.rounds, readers=options.readers)
        loop, reader, bound = tables.file_table(f"{lines} lines, as fast as it goes", outcomes, list(labels))
        print()
        asked("times the tutorial's loop", loop, LOOP_ASKED[lines])
        asked("times the best threaded reader with the same engine", reader, READER_ASKED)
        asked("share of the bound", bound, BOUND_ASKED)


def play_camera(options: argparse.Namespace, readers: dict[str, str]) -> None:
    """Played as a camera: of 60 frames a second only the larger clip, and without the designs that miss 30."""
    for fps, lines in ((30, 720), (30, 1080), (60, 1080)):
        if lines in options.lines:
            cases = camera_cases(str(clips.clip(lines)), fps, options.seconds, readers)
            outcomes = interleaved(cases, rounds=options.rounds, readers=options.readers)
            tables.camera_table(f"{lines} lines, a camera of {fps} frames a second", outcomes)
            camera_verdict(outcomes)


def camera_cases(path: str, fps: int, seconds: float, readers: dict[str, str]) -> list[Case]:
    """Return the rows of one camera."""
    played = {"path": path, "fps": fps, "limit": round(fps * seconds)}
    timed = {"path": path, "fps": fps, "seconds": seconds, "engine": "keras"}
    designs = {LOOP: "sequential loop", f"{QUEUE}, model.predict": "process queue"} if fps == 30 else {}
    return [
        *(Case(label, "design", {**timed, "name": name}) for label, name in designs.items()),
        *(
            Case(f"{label} reader, fast engine", "camera reader", {**played, "reader": reader})
            for label, reader in readers.items()
        ),
        Case(OURS, "played", {**played, "policy": "latest"}),
    ]


def camera_verdict(outcomes: ratios.Outcomes) -> None:
    """Print what was asked of a camera."""
    ours, queue = outcomes[OURS], outcomes.get(f"{QUEUE}, model.predict")
    print()
    if queue:
        fresher = ratios.ratio([each.age(50) for each in queue], [each.age(50) for each in ours])
        asked("times fresher than the tutorial's queue, at the median", fresher, FRESHER_ASKED)
    else:
        asked("share dropped", ratios.of_rounds(ours, lambda each: each.lost), DROPPED_ASKED, least=False)
        asked("age p95, ms", ratios.of_rounds(ours, lambda each: each.age(95)), AGE_ASKED, least=False)


def endure(options: argparse.Namespace, _: dict[str, str]) -> None:
    """Ten minutes of a model that is slower than the camera."""
    for model in options.slow:
        label = ENDURED[model]
        arguments = {"path": str(clips.clip(720)), "minutes": options.minutes, "model": model}
        outcome = run(Case(label, "enduring", arguments))
        tables.endurance_table(f"{options.minutes:g} minutes, 30 frames a second, {label}", outcome, clips.RATE)
        limit = ratios.allowed_age(outcome, clips.RATE)
        print()
        asked("age p99, ms; one inference and two frame intervals", outcome.age(99), limit, least=False)


def remember(options: argparse.Namespace, _: dict[str, str]) -> None:
    """A hundred thousand frames."""
    outcomes = {}
    for policy, speed in REMEMBERED.items():
        arguments = {"path": str(clips.small()), "limit": options.frames, "policy": policy, "speed": speed}
        outcomes[policy] = run(Case(policy, "remembering", arguments))
    tables.memory_table(f"{options.frames} frames of 176 x 144, CIFAR-10 CNN", outcomes)
    print()
    for policy, outcome in outcomes.items():
        asked(f"{policy}: MB per 100,000 frames", ratios.slope(outcome.series), MEMORY_ASKED, least=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=PARTS, default=["file", "camera"])
    parser.add_argument("--quick", action="store_true", help="see that everything runs; the figures mean little")
    parser.add_argument("--readers", type=Path, help="folder with vidgear and imutils")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--lines", type=int, nargs="+", choices=clips.LINES, default=clips.LINES)
    parser.add_argument("--seconds", type=float, help="of each run of a camera")
    parser.add_argument("--minutes", type=float, help="of each endurance run")
    parser.add_argument("--slow", nargs="+", choices=ENDURED, default=list(ENDURED), help="models to endure")
    parser.add_argument("--frames", type=int, help="of each memory run")
    options = parser.parse_args()
    defaults = (1, 2.0, 0.1, 3_000) if options.quick else (3, 5.0, 10.0, 100_000)
    for name, value in zip(("rounds", "seconds", "minutes", "frames"), defaults, strict=True):
        if getattr(options, name) is None:
            setattr(options, name, value)
    readers = readers_in(options.readers)
    busy = psutil.cpu_percent(interval=1.0)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("keras", "tensorflow", "ai-edge-litert", "av"))
    print(f"Measured on {machine()}, {libraries}; {options.rounds} rounds.")
    print(f"Readers: {', '.join(readers)}. Before the start other programs kept {busy:.0f}% of the cores busy.")
    measured = {"file": play_file, "camera": play_camera, "endurance": endure, "memory": remember}
    for part in options.parts:
        measured[part](options, readers)


if __name__ == "__main__":
    main()
