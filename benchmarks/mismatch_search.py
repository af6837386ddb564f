"""The mismatch benchmark of `search`: which preprocessing were these networks trained with, and is it sure rightly?

Run: `python benchmarks/mismatch_search.py`. Trains the networks of `zoo/` that are kept aside (seeds 1000..1039; once,
some ten minutes, then cached), and asks about each: without labels on 16 frames of its own domain that it was not
trained on, without labels on 16 of another, with the labels of the 16 own; then about four sample models whose
preprocessing is documented. `search` is called with a model and frames, and no other argument. What counts as right is
said in `zoo/scoring.py`; a network "learned" when it is right on enough of its held-out pictures (`zoo/train.py`,
ENOUGH), which is known before anything is asked. `--seeds 0:20` are the networks for tuning.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pandas as pd
from measure import machine, print_table
from zoo import KEPT_ASIDE
from zoo.asking import LABELS, OTHER, OWN, SAMPLES, Row, ask_network, ask_sample

from workbench.diagnose.resampling import of_share
from workbench.diagnose.search.measured import TABLE
from workbench.diagnose.search.result import SURE
from workbench.views.reliability import figure_reliability, reliability

GROUPS: dict[str, Callable[[Row], bool]] = {
    "with BatchNormalization": lambda row: row["normalized"],
    "without": lambda row: not row["normalized"],
    "all": lambda row: True,
    "all that learned": lambda row: row["learned"],
    "learned, with BatchNormalization": lambda row: row["learned"] and row["normalized"],
}
COLUMNS = (
    "networks", "asked", "n", "colour+range first", "95% interval", "in top 3", "in the tie", "whole recipe first",
    "resize told, right", "median rank", "decided", "s a search",
)  # fmt: skip


def share(hits: int, count: int) -> str:
    """Write a share with its count."""
    return f"{hits / count:.0%} ({hits}/{count})" if count else "-"


def interval(hits: int, count: int) -> str:
    """Write Wilson's 95% interval of a share."""
    low, high = of_share(hits, count)
    return f"{low:.0%}..{high:.0%}" if count else "-"


def summary(rows: Sequence[Row]) -> Iterator[list[object]]:
    """Yield the line of each kind of network and of question."""
    for asked in (OWN, OTHER, LABELS):
        for group, belongs in GROUPS.items():
            mine = [row for row in rows if row["asked"] == asked and belongs(row)]
            if not mine:
                continue
            count, first = len(mine), sum(row["right"] for row in mine)
            told = [row["resize"] for row in mine if row["resize"] is not None]
            ranks = [row["rank"] or float("inf") for row in mine]
            yield [
                group, asked, count, share(first, count), interval(first, count),
                share(sum(1 <= row["rank"] <= 3 for row in mine), count),
                share(sum(row["tied"] for row in mine), count), share(sum(row["right_whole"] for row in mine), count),
                f"{sum(told)} of {len(told)}", statistics.median(ranks),
                share(sum(row["decided"] for row in mine), count),
                statistics.median(row["seconds"] for row in mine),
            ]  # fmt: skip


def print_reliability(rows: Sequence[Row]) -> None:
    """Print how often answers were right against the probability they stated."""
    stated = [row["stated"] for row in rows]
    lines = []
    for key, name in (("right", "colour and range"), ("right_whole", "the whole recipe")):
        for each in reliability(stated, [row[key] for row in rows]):
            if each.count:
                place = f"{each.low:.0%}..{each.high:.0%}"
                lines.append([name, place, f"{each.stated:.0%}", share(each.hits, each.count),
                              interval(each.hits, each.count)])  # fmt: skip
    print_table("Stated and kept, all answers", ("right in", "stated", "mean", "were right", "95% interval"), lines)
    sure = [row for row in rows if row["stated"] >= SURE]
    for key, name in (("right", "colour and range"), ("right_whole", "the whole recipe")):
        hits = sum(row[key] for row in sure)
        print(f"\nOf {len(sure)} answers given with {SURE:.0%} or more, right in {name}: "
              f"{share(hits, len(sure))}, {interval(hits, len(sure))}.")  # fmt: skip


def print_wrong(rows: Sequence[Row]) -> None:
    """Print every answer whose colour or range is wrong, the surest first."""
    wrong = sorted((row for row in rows if not row["right"]), key=lambda row: -row["stated"])
    lines = [
        [row["name"], row["asked"], "yes" if row["normalized"] else "no", *(" ".join(row[key][slot] for slot in
         ("color", "range", "fit", "resize")) for key in ("truth", "answer")), f"{row['stated']:.0%}", row["rank"],
         "yes" if row["tied"] else "NO"]
        for row in wrong
    ]  # fmt: skip
    columns = ("network", "asked", "norm", "truth", "answer", "stated", "rank of truth", "in the tie")
    print_table(f"Wrong in colour or range: {len(wrong)} of {len(rows)}", columns, lines)


def print_samples(rows: Sequence[Row]) -> None:
    """Print what was said of the sample models."""
    lines = [
        [row["name"], row["asked"], f"{row['domain'].removeprefix('sample:')} ({row['frames']})",
         "first" if row["right"] else "in the tie" if row["tied"] else f"NO, rank {row['rank']}",
         "yes" if row["right_whole"] else "no", f"{row['stated']:.0%}", row["seconds"], row["verdict"]]
        for row in rows
    ]  # fmt: skip
    columns = ("sample", "asked", "frames", "colour+range", "whole first", "stated", "s", "verdict")
    print_table("Sample models", columns, lines)


def asked(arguments: argparse.Namespace) -> Iterator[Row]:
    """Yield a row an answer, and say on standard error how far it is."""
    first, last = map(int, arguments.seeds.split(":"))
    sources = [(f"zoo {seed}", ask_network(seed, arguments.frames)) for seed in range(first, last)]
    sources += [(name, ask_sample(name)) for name in arguments.samples]
    for number, (name, answers) in enumerate(sources, start=1):
        for row in answers:
            outcome = "right" if row["right"] else "tied" if row["tied"] else "WRONG"
            print(f"{number}/{len(sources)} {name}, {row['asked']}: {outcome} {row['stated']:.2f} "
                  f"rank {row['rank']} whole {row['rank_whole']} {row['seconds']:.1f} s; "
                  f"{' '.join(map(str, row['truth'].values()))} -> {' '.join(map(str, row['answer'].values()))}",
                  file=sys.stderr, flush=True)  # fmt: skip
            yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default=f"{KEPT_ASIDE.start}:{KEPT_ASIDE.stop}", metavar="FIRST:END")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--samples", nargs="*", default=list(SAMPLES), choices=list(SAMPLES), metavar="NAME")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="the rows; FILE.png beside it: reliability")
    parser.add_argument("--keep", action="store_true", help="keep how sure and how right it was, for reports to show")
    parser.add_argument("--rows", type=Path, nargs="+", metavar="FILE.json", help="ask nothing; tables of earlier runs")
    arguments = parser.parse_args()
    rows: list[Row] = []
    if arguments.rows:
        rows = [row for file in arguments.rows for row in json.loads(file.read_text(encoding="utf-8"))]
    else:
        for row in asked(arguments):
            rows.append(row)
            if arguments.out:  # after each, so that a run that is stopped leaves what it has
                arguments.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if arguments.out:
        figure = figure_reliability([row["stated"] for row in rows], [row["right_whole"] for row in rows])
        figure.savefig(arguments.out.with_suffix(".png"), facecolor="white")
    if arguments.keep:
        kept = pd.DataFrame([{"stated": round(row["stated"], 4), "right": row["right"]} for row in rows])
        kept.to_csv(TABLE, index=False)
    if arguments.rows:
        print(f"Measured earlier: {', '.join(file.name for file in arguments.rows)}.")
    else:
        print(f"Measured on {machine()}; seeds {arguments.seeds}, {arguments.frames} frames a question.")
    networks = [row for row in rows if row["name"] not in SAMPLES]
    if networks:
        accuracy = [row["accuracy"] for row in networks if row["asked"] == OWN]
        print(f"{len(accuracy)} networks, right on {min(accuracy):.0%}..{max(accuracy):.0%} (median "
              f"{statistics.median(accuracy):.0%}) of held-out pictures under their own recipe.")  # fmt: skip
        print_table("Networks of the zoo", COLUMNS, list(summary(networks)))
        print_wrong(networks)
    if len(rows) > len(networks):
        print_samples([row for row in rows if row["name"] in SAMPLES])
    print_reliability(rows)


if __name__ == "__main__":
    main()
