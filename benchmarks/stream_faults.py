"""The fault table of live streams: each fault really caused, and what the user saw.

Run: `python benchmarks/stream_faults.py` (some four minutes). Sources are real servers on this machine, each a process
of its own that is really killed or frozen, and a real model (sample:efficientnet-lite0, fast engine) runs on them.
`--foreign` adds a GStreamer server where the system has one, `--only TEXT` runs the faults whose name has it.

"s to notice" is from the fault until the state says so, or until the picture is counted as broken or has the new size;
"s to be live again" from the fault's end. Under "left" are threads, child processes, connections, shared memory.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from live_faults import local, network, processes
from live_faults.row import COLUMNS
from measure import machine, print_table

from scripts.live_sources import stamped_clip
from workbench import load_model, load_recipe, sample_path
from workbench.inference.live import stream

MODEL = "sample:efficientnet-lite0"
FRAMES = 250  # of the clip, which is played round and round


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="part of a fault's name")
    parser.add_argument("--kinds", default="mjpeg,rtsp")
    parser.add_argument("--foreign", action="store_true", help="a GStreamer RTSP server, too")
    arguments = parser.parse_args()
    kinds = tuple(arguments.kinds.split(","))
    recipe = load_recipe(MODEL)
    model = load_model(MODEL, engine="fast")
    with contextlib.closing(model), tempfile.TemporaryDirectory() as folder:
        clip = stamped_clip(Path(folder) / "clip.mp4", sample_path("bikes"), frames=FRAMES)

        def start(origin: object, *, model: object = model, **options: object) -> object:
            return stream(origin, recipe, model, **options)

        print(f"Measured on {machine()}.")
        found = itertools.chain(
            network.rows(start, clip, (*kinds, "gstreamer") if arguments.foreign else kinds, arguments.only),
            local.rows(start, clip, model, arguments.only),
            processes.rows(clip, kinds, arguments.only),
        )
        rows = []
        for row in found:
            rows.append(row.cells())
            print(" ".join(rows[-1]), file=sys.stderr)
    print_table("Faults of a live stream", COLUMNS, rows)


if __name__ == "__main__":
    main()
