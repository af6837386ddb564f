"""Clips in segments: one process beside two workers, and whether the answers are the same to the bit.

Run: `python benchmarks/segments.py [--only speed|same|search|killed] [--models sample:efficientnet-lite0 ...]
[--clips 1 2 4 8] [--frames 100] [--rounds 3]`. Exit status 1 where an answer differs from that of one process, or a
killed worker costs a segment.

`speed`: `predict`, clip after clip, in one process that uses all cores, beside `predict_clips` on two workers of half
the cores each; all have run once before, so that models are loaded. Below it what a run is made of: start of the
cluster, first use of a model on a worker, decoding, preprocessing, inference, and what a job costs beside them.
`same`: real models on real clips of every kind, in segments of 16 frames.
`search`: the search of a model's preprocessing, the candidates and frames spread over the workers.
`killed`: a worker is killed by SIGKILL in the middle of a run.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import imageio_ffmpeg
import numpy as np
import psutil
from measure import machine, median, print_table

from workbench import load_model, open_frames, predict, preset, sample_path
from workbench.cluster import Cluster, open_cluster
from workbench.diagnose.search import SearchResult, search, search_clips
from workbench.inference.segments import ClipPredictions, predict_clips
from workbench.results import Prediction

MODELS = ("sample:efficientnet-lite0", "sample:ssd-mobilenet-oid", "sample:cifar10-cnn")
SEARCHES = (("sample:cifar10-cnn", "sample:cifar-20"), ("sample:efficientnet-lite0", "sample:bikes"))
WORKERS = 2
X264 = "-c:v libx264 -preset veryfast -bf 3 -g 50"
KINDS = {
    "b-frames.mp4": f"-vf scale=320:-2 {X264}",
    "b-frames.ts": f"-vf scale=320:-2 {X264}",
    "open-gop.ts": "-vf scale=320:-2 -c:v libx264 -bf 5 -g 24 -x264-params open-gop=1:b-adapt=0",
    "uneven.mp4": f"-vf \"select='not(mod(n\\,3))+not(mod(n\\,5))',scale=320:-2\" -fps_mode vfr {X264}",
    "uneven.mkv": f"-vf \"select='not(mod(n\\,3))+not(mod(n\\,5))',scale=320:-2\" -fps_mode vfr {X264}",
    "counted.avi": "-vf scale=320:-2 -c:v mpeg4 -bf 2 -q:v 3",
    "motion-jpeg.avi": "-vf scale=320:-2 -c:v mjpeg -q:v 3",
    "vp9.webm": "-vf scale=320:-2 -c:v libvpx-vp9 -b:v 200k -deadline realtime -cpu-used 8",
}


def clips_of_every_kind(folder: Path) -> list[str]:
    """Make real clips of every kind from `sample:bikes`; the last three are a clip as it is and folders of pictures."""
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(sample_path("bikes"))]
    for name, options in KINDS.items():
        subprocess.run(
            [*ffmpeg, "-an", *shlex.split(options), str(folder / name)], check=True, stdin=subprocess.DEVNULL
        )
    return [*(str(folder / name) for name in KINDS), "sample:bikes", "sample:imagenet-20", "sample:skimage"]


def copies(folder: Path, count: int) -> list[str]:
    """Return so many clips, each a file of its own."""
    names = [folder / f"bikes {number}.mp4" for number in range(count)]
    for name in names:
        if not name.exists():
            shutil.copy(sample_path("bikes"), name)
    return [str(name) for name in names]


def equal(one: Prediction, other: Prediction) -> bool:
    """Tell whether two predictions are the same to the bit."""
    facts = [(each.origins, each.times_s, each.sizes, each.model, each.indices.tolist()) for each in (one, other)]
    boxes = [each.detections or () for each in (one, other)]
    return (
        facts[0] == facts[1]
        and one.outputs.keys() == other.outputs.keys()
        and all(values.tobytes() == other.outputs[name].tobytes() for name, values in one.outputs.items())
        and len(boxes[0]) == len(boxes[1])
        and all(a.xyxy.tobytes() == b.xyxy.tobytes() for a, b in zip(*boxes, strict=True))
    )


def same(cluster: Cluster, folder: Path, models: Sequence[str], *, frames: int) -> bool:
    """Hold every model on every clip against one process."""
    rows, right, clips = [], True, clips_of_every_kind(folder)
    for name in models:
        recipe, model = preset(name), load_model(name)
        found = predict_clips(clips, {"own": (recipe, name)}, cluster=cluster, segment=16, limit=frames, progress=False)
        right &= not found.failed
        for clip in clips:
            alone = predict(clip, recipe, model, limit=frames, progress=False)
            fine = clip in found.predictions and equal(found[clip]["own"], alone)
            right &= fine
            rows.append((name, Path(clip).name, len(alone), "yes" if fine else "NO"))
        model.close()
    columns = ("model", "clip", "frames", f"{WORKERS} workers as one process")
    print_table("Answers, times, origins, sizes and boxes, to the bit", columns, rows)
    return right


def clocked(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of a call, and what it returned."""
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def cpu_s() -> float:
    """Return the CPU seconds that this process and all that it has started have used so far."""
    me = psutil.Process()
    times = [each.cpu_times() for each in (me, *me.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def worked(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the seconds of a call, the CPU seconds, and what it returned."""
    before = cpu_s()
    seconds, value = clocked(call)
    return seconds, cpu_s() - before, value


def speed(  # noqa: PLR0913 - what is timed, each by name
    cluster: Cluster, folder: Path, models: Sequence[str], *, counts: Sequence[int], frames: int, rounds: int
) -> None:
    """Time one process and the workers, for so many clips each."""
    rows, parts = [], []
    for name in models:
        recipe, model = preset(name), load_model(name)

        def on_workers(clips: list[str], recipe: Any = recipe, name: str = name) -> ClipPredictions:
            return predict_clips(clips, {"own": (recipe, name)}, cluster=cluster, limit=frames, progress=False)

        def alone(clips: list[str], recipe: Any = recipe, model: Any = model) -> list[Prediction]:
            return [predict(clip, recipe, model, limit=frames, progress=False) for clip in clips]

        warm = copies(folder, max(WORKERS, *counts))[:WORKERS]
        first_s, _ = clocked(lambda warm=warm: on_workers(warm))
        clocked(lambda warm=warm: alone(warm[:1]))
        for count in counts:
            clips = copies(folder, count)
            one, workers = [], []
            for _ in range(rounds):
                one.append(worked(lambda clips=clips: alone(clips)))
                workers.append(worked(lambda clips=clips: on_workers(clips)))
            said, found = one[-1][2], workers[-1][2]
            rows.append((name, count, found.jobs, *compared(one, workers, sum(len(each) for each in said))))
        parts.append((name, first_s, *stages(said), *stages([sides["own"] for sides in found.predictions.values()])))
        model.close()
    columns = ("model", "clips", "jobs", "one process, frames/s", f"{WORKERS} workers, frames/s", "times faster",
               "CPU ms a frame, one", "CPU ms a frame, workers")  # fmt: skip
    print_table(f"{frames} frames a clip, medians of {rounds}", columns, rows)
    stage = ("decode", "preprocess", "infer")
    columns = ("model", "first call, s", *(f"{each}, one" for each in stage), *(f"{each}, workers" for each in stage))
    print_table(
        "ms a frame by stage (of a worker with half the cores), and the first call on the workers", columns, parts
    )


def compared(one: Sequence[tuple[Any, ...]], workers: Sequence[tuple[Any, ...]], frames: int) -> list[float]:
    """Return frames a second of both, their ratio, and the CPU milliseconds a frame of both."""
    wall = [median([each[0] for each in rounds]) for rounds in (one, workers)]
    cpu = [median([each[1] for each in rounds]) / frames * 1e3 for rounds in (one, workers)]
    return [*(frames / seconds for seconds in wall), wall[0] / wall[1], *cpu]


def stages(said: Sequence[Prediction]) -> list[float]:
    """Return milliseconds a frame of each stage."""
    frames = sum(len(each) for each in said)
    return [sum(each.seconds[stage] for each in said) / frames * 1e3 for stage in ("decode", "preprocess", "infer")]


def nothing(value: int) -> int:
    """Do nothing, as a job."""
    return value


def overhead(cluster: Cluster) -> None:
    """Print what a job costs beside its work."""
    list(cluster.run(nothing, {str(number): number for number in range(20)}))
    seconds, _ = clocked(lambda: list(cluster.run(nothing, {str(number): number for number in range(200)})))
    print(f"\nA job that does nothing: {seconds / 200 * 1e3:.1f} ms, of 200 on {WORKERS} workers.")


def searches(cluster: Cluster, rounds: int) -> bool:
    """Hold searches on the workers against those in one process, and time both."""
    rows = [searched(cluster, *each, rounds=rounds) for each in SEARCHES]
    columns = (
        "model",
        "frames",
        "ran",
        "one process, s",
        f"{WORKERS} workers, s",
        "times faster",
        "first call, s",
        "same",
    )
    print_table(f"Search, medians of {rounds} behind a first one", columns, rows)
    return all(row[-1] == "yes" for row in rows)


def searched(cluster: Cluster, name: str, source: str, *, rounds: int) -> tuple[Any, ...]:
    """Search the preprocessing of one model both ways, and return a row of the table."""
    alone_s, workers_s = [], []
    for _ in range(rounds + 1):  # the first traces graphs and loads models
        seconds, one = clocked(lambda: search(name, source, progress=False))
        alone_s.append(seconds)
        seconds, found = clocked(lambda: search_clips(name, [source], cluster=cluster, progress=False))
        workers_s.append(seconds)
    alone, workers = median(alone_s[1:]), median(workers_s[1:])
    fine = "yes" if ranking(one) == ranking(found.found) else "NO"
    return name, source, one.ran, alone, workers, alone / workers, workers_s[0], fine


def ranking(found: SearchResult) -> list[Any]:
    """Return all that a search says of its candidates."""
    return [(each.recipe, each.also, each.probability, each.evidence) for each in found.ranking]


def killed(cluster: Cluster, folder: Path) -> bool:
    """Kill a worker in the middle of a run, and hold the answers against one process."""
    name = "sample:ssd-mobilenet-oid"
    clips, recipe, dead = copies(folder, 4), preset(name), list[int]()

    def kill() -> None:
        while not cluster.running:
            time.sleep(0.05)
        time.sleep(1.0)
        dead.append(victim())
        os.kill(dead[0], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    given = {"limit": 64, "progress": False}
    found = predict_clips(clips, {"own": (recipe, name)}, cluster=cluster, segment=16, **given)
    thread.join()
    alone = predict(clips[0], recipe, name, **given)
    files = [
        np.array_equal(found[clip]["own"].outputs[key], alone.outputs[key]) for clip in clips for key in alone.outputs
    ]
    fine = not found.failed and all(files)
    told = "all" if fine else "NOT all"
    print(f"\nA worker was killed in the middle of {found.jobs} jobs: {told} answers are as without.")
    return fine


def victim() -> int:
    """Return the process of a worker that has loaded a model: the largest of ours."""
    ours = psutil.Process().children(recursive=True)
    return int(max(ours, key=lambda each: each.memory_info().rss).pid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("speed", "same", "search", "killed"))
    parser.add_argument("--clips", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--frames", type=int, default=len(open_frames("sample:bikes")))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", nargs="+", default=MODELS)
    arguments = parser.parse_args()
    print(f"Measured on {machine()}.")
    right, wanted = True, lambda part: arguments.only in (None, part)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="workbench-segments-") as made, open_cluster(workers=WORKERS) as cluster:
        print(f"{WORKERS} workers are there after {time.perf_counter() - start:.1f} s.")
        folder = Path(made)
        if wanted("same"):
            right &= same(cluster, folder, arguments.models, frames=arguments.frames)
        if wanted("speed"):
            overhead(cluster)
            counts, frames, rounds = arguments.clips, arguments.frames, arguments.rounds
            speed(cluster, folder, arguments.models, counts=counts, frames=frames, rounds=rounds)
        if wanted("search"):
            right &= searches(cluster, arguments.rounds)
        if wanted("killed"):
            right &= killed(cluster, folder)
    sys.exit(not right)


if __name__ == "__main__":
    main()
