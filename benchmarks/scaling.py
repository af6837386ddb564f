"""What many jobs cost, on how many workers, and where more of them help no more: Dask's own scheduler, on real lengths.

Run: `python benchmarks/scaling.py`, on a quiet machine; `--quick` leaves out the long rounds. `docs/scaling.md` tells
what the figures mean. The workers are Dask's own, 100 of them in one process beside the scheduler and the client: on
two cores they only sleep, so what is measured beside their sleep is what Dask and Workbench do for each job.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import psutil
from measure import machine, print_table

from workbench import Recipe, load_model, open_frames, predict
from workbench.cluster import Cluster, open_cluster
from workbench.cluster.keeper import SETTINGS
from workbench.cluster.quiet import quiet_dask
from workbench.cluster.share import SHARE

WORKERS = (1, 10, 100)
JOBS = (100, 1_000, 10_000)
LENGTH_S = 0.4  # of one forked run of a trivial TensorFlow notebook, report and all (benchmarks/overhead.py)
LONGEST_S = 70.0  # a round that would take longer is worked out by the model
CLIPS = 1_000
MODEL, CLIP = "sample:efficientnet-lite0", "sample:bikes"


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of CPU; what one job, one model and one frame take on one thread."""

    job: float  # a run's own: its kernel, its report, its seal
    load: float  # the model, once a run, or once a worker
    frame: float  # decoding, preprocessing and answering

    def clip(self, frames: int, *, loads: bool) -> float:
        """Return the seconds of a clip as one job."""
        return self.job + loads * self.load + frames * self.frame


def makespan(jobs: int, workers: int, each_s: float, capacity: float) -> float:
    """Return the seconds of `jobs` of one length, if the scheduler hands out at most `capacity` of them a second.

    The last round of workers is not full: a job is not split.
    """
    return max(-(-jobs // workers) * each_s, jobs / capacity)


@contextmanager
def in_process(workers: int) -> Iterator[Cluster]:
    """Open a cluster whose workers are threads of this process."""
    with quiet_dask():
        import dask
        from distributed import Client, LocalCluster

        with (
            dask.config.set(SETTINGS | {"distributed.admin.system-monitor.interval": "10s"}),  # a monitor a worker
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=False,
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=None,
            ) as local,
            Client(local, set_as_default=False) as client,
        ):
            yield Cluster(client, dashboard="")


def timed(cluster: Cluster, jobs: int, length_s: float) -> tuple[float, float]:
    """Return the seconds, and those of this process' CPU, that so many jobs took."""
    start, cpu = time.perf_counter(), time.process_time()
    ended = [outcome.error for outcome in cluster.run(time.sleep, {str(i): length_s for i in range(jobs)})]
    assert ended == [""] * jobs, "a job was lost, or went wrong"
    return time.perf_counter() - start, time.process_time() - cpu


def scheduling(most: int) -> None:
    """Print what Dask and Workbench do for a job that does nothing: scheduler, workers and client in one process."""
    rows = []
    for workers in WORKERS:
        with in_process(workers) as cluster:
            timed(cluster, 50, 0.0)  # warms up
            for jobs in [count for count in JOBS if count <= most]:
                took, cpu = timed(cluster, jobs, 0.0)
                memory = psutil.Process().memory_info().rss / 2**20
                rows.append([workers, f"{jobs:,}", took, 1e3 * took / jobs, 1e3 * cpu / jobs, memory])
    columns = ("workers", "jobs", "s", "ms a job", "of CPU", "MB")
    print_table("Jobs that do nothing, all in one process", columns, rows)


def lengths(length_s: float, capacity: float, most: int) -> None:
    """Print how long jobs of a real length take, beside what the model says."""
    rows = []
    for workers in WORKERS:
        for jobs in [count for count in JOBS if count <= most]:
            said = makespan(jobs, workers, length_s, capacity)
            took = "-"
            if said <= LONGEST_S:
                with in_process(workers) as cluster:
                    timed(cluster, workers, 0.0)
                    took = f"{timed(cluster, jobs, length_s)[0]:.1f}"
            ideal = jobs * length_s / workers
            shown = float(took) if took != "-" else said
            rows.append([workers, f"{jobs:,}", f"{ideal:.1f}", f"{said:.1f}", took, f"{100 * ideal / shown:.0f} %"])
    columns = ("workers", "jobs", "ideal, s", "model, s", "measured, s", "of the ideal speed")
    print_table(f"Jobs of {length_s:g} s", columns, rows)


def processes(jobs: int) -> float:
    """Print what a job costs with two real worker processes, over TLS; return the jobs a second that can be handed out.

    The scheduler and the client have a thread each: the one that is busy longer for a job is the limit, whatever else
    runs on this machine.
    """
    start = time.perf_counter()
    with open_cluster(workers=2) as cluster:
        timed(cluster, 2, 0.0)
        first = time.perf_counter() - start
        keeper = next(child for child in psutil.Process().children() if "workbench.cluster.keeper" in child.cmdline())
        before = sum(keeper.cpu_times()[:2])
        took, client = timed(cluster, jobs, 0.0)
        scheduler = sum(keeper.cpu_times()[:2]) - before
    print(
        f"\nTwo worker processes: the first job after {first:.1f} s; then {1e3 * took / jobs:.2f} ms a job, of which "
        f"the scheduler's CPU {1e3 * scheduler / jobs:.2f} ms and the client's {1e3 * client / jobs:.2f} ms."
    )
    return jobs / max(scheduler, client)


def measured(job_s: float) -> Costs:
    """Measure a model's load and a frame's cost on one thread, on a real clip; a job's own seconds are given."""
    os.environ[SHARE] = "1"
    cv2.setNumThreads(1)
    frames, recipe = open_frames(CLIP), Recipe(size=(224, 224), range="symmetric")
    predict(frames[:8], recipe, load_model(MODEL, engine="fast"), progress=False)  # the engine is looked for once
    start = time.process_time()
    model = load_model(MODEL, engine="fast")
    predict(frames[:1], recipe, model, progress=False)
    load = time.process_time() - start
    start = time.process_time()
    predict(frames, recipe, model, progress=False)
    each = (time.process_time() - start) / len(frames)
    height, width = frames[0].image.shape[:2]
    print(
        f"\n{MODEL} on {CLIP} ({len(frames)} frames, {width}x{height}): load {load:.2f} s, {1e3 * each:.1f} ms a frame"
    )
    return Costs(job_s, load, each)


def clips(costs: Costs, capacity: float) -> None:
    """Print what 1,000 clips cost, as a report each and as segments."""
    rows = []
    for name, frames in (("10 s, 25 a second", 250), ("1 min, 30 a second", 1_800)):
        for way, each in (
            ("a report each", costs.clip(frames, loads=True)),
            ("segments", frames * costs.frame + 0.01),
        ):
            spans = [makespan(CLIPS, workers, each, capacity) / 60 for workers in WORKERS]
            rows.append([name, way, each, *(f"{span:.1f}" for span in spans), round(capacity * each)])
    columns = (
        "clip",
        "way",
        "s a clip",
        *(f"{count} workers, min" for count in WORKERS),
        "workers the scheduler feeds",
    )
    print_table(f"{CLIPS:,} clips", columns, rows)


def main() -> None:
    """Measure the pieces, hold the model to the scheduler, and work out 1,000 clips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most 1,000 jobs a round")
    parser.add_argument("--length", type=float, default=LENGTH_S, help="seconds of one job")
    asked = parser.parse_args()
    most = 1_000 if asked.quick else max(JOBS)
    print(machine())
    scheduling(most)
    capacity = processes(min(most, 2_000))
    lengths(asked.length, capacity, most)
    clips(measured(asked.length), capacity)


if __name__ == "__main__":
    main()
