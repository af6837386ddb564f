"""The mismatch benchmark: faults injected into serving code on real frames, and what `identify` says of them.

Run: `python benchmarks/mismatch.py` (held-out frames; seed 0; 300 cases with one fault, 200 with two, 100 with three,
500 without any, 60 of box conventions, 68 of mistakes that have no name). `--split tuning` draws from other frames;
`--case heldout:0:2:17` repeats one case. `--minutes` stops in time: the groups go side by side, so what was run is a
fair part of each. `--table` prints the kinds. See `faults/cases.py` for the rules by which cases are drawn,
`faults/judging.py` for the outcomes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from faults.boxes import judged_boxes
from faults.judging import Row, drawn, judged
from faults.kinds import BY_NAME
from faults.tables import print_tables
from measure import machine

CASES = "1:300,2:200,3:100,clean:500,boxes:60,foreign:68"
Task = tuple[str, str, int, int, str | None]  # group, split, seed, index, kind


def one(task: Task) -> Row:
    """Draw and judge one case; runs in a worker process."""
    group, split, seed, index, kind = task
    if group == "boxes":
        return judged_boxes(split, seed, index)
    return judged(group, drawn(group, split, seed, index, kind))


def tasks(arguments: argparse.Namespace) -> list[Task]:
    """Return every case asked for, the groups side by side."""
    if arguments.case:
        split, seed, group, index = arguments.case.split(":")
        return [(group, split, int(seed), int(index), arguments.kind)]
    counts = [(group, int(count)) for group, count in (part.split(":") for part in arguments.cases.split(","))]
    spread = [((i + 0.5) / count, group, i) for group, count in counts for i in range(count)]
    return [(group, arguments.split, arguments.seed, i, arguments.kind) for _, group, i in sorted(spread)]


def rows_of(todo: list[Task], workers: int, minutes: float) -> Iterator[Row]:
    """Yield the rows as they come, until the time is over."""
    end = time.monotonic() + 60 * minutes
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for row in pool.imap_unordered(one, todo) if workers > 1 else map(one, todo):
            yield row
            if time.monotonic() > end:
                pool.terminate()
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", default=CASES, help=f"group:count, ...; default {CASES}")
    parser.add_argument("--split", choices=("tuning", "heldout"), default="heldout")
    parser.add_argument("--kind", choices=list(BY_NAME), metavar="KIND", help="one fault is of this kind")
    parser.add_argument("--case", metavar="SPLIT:SEED:GROUP:INDEX", help="repeat one case")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=24 * 60.0)
    parser.add_argument("--out", type=Path, metavar="FILE.json")
    parser.add_argument("--table", action="store_true", help="print the kinds of fault and stop")
    arguments = parser.parse_args()
    if arguments.table:
        for kind in BY_NAME.values():
            print(f"{kind.name:26} {kind.fault:18} {kind.does}")
        return
    todo = tasks(arguments)
    rows: list[Row] = []
    for row in rows_of(todo, 1 if arguments.case else arguments.workers, arguments.minutes):
        rows.append(row)
        print(f"{len(rows)}/{len(todo)} {row['name']} {row['outcome']} {row['seconds']:.1f} s "
              f"{'+'.join(row['kinds'])} -> {'+'.join(row['faults']) or '-'}", file=sys.stderr, flush=True)  # fmt: skip
    if arguments.out:
        arguments.out.write_text(json.dumps(rows, indent=1))
    if arguments.case:
        print(json.dumps(rows[0], indent=1))
        return
    print(f"Measured on {machine()}; split {arguments.split}, seed {arguments.seed}; "
          f"{len(rows)} of {len(todo)} cases; {arguments.workers} processes.")  # fmt: skip
    print_tables(rows)


if __name__ == "__main__":
    main()
