"""The tables of the mismatch benchmark, and its worst failures."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from measure import print_table

from faults.judging import Row
from faults.kinds import BY_NAME

ASKED = {"1": "99%", "2": "95%", "3": "85%"}
WORST = 10


def print_tables(rows: Sequence[Row]) -> None:
    """Print all tables of these judged cases."""
    faulty = [row for row in rows if row["group"] in ASKED]
    clean = [row for row in rows if row["group"] == "clean"]
    _by_number(faulty)
    if clean:
        accused = [row for row in clean if row["faults"]]
        inexact = sum(not row.get("exact", False) for row in clean)
        print_table("Clean cases", ("cases", "false accusations", "not exact", "errors", "median s", "p95 s"),
                    [[len(clean), len(accused), inexact, _count(clean, "error"), *_seconds(clean)]])  # fmt: skip
    _grouped("By fault, of all cases it is in", faulty, lambda row: {BY_NAME[kind].fault for kind in row["kinds"]})
    _grouped("By what is given", faulty, lambda row: {row["medium"], f"reference: {row['reference']}"})
    _grouped("By kind of fault, one fault", [row for row in faulty if row["group"] == "1"], lambda row: row["kinds"])
    _grouped("Clean, by way", clean, lambda row: row["kinds"])
    foreign = [row for row in rows if row["group"] == "foreign"]
    _grouped("Mistakes outside the vocabulary (right: not called exact)", foreign, lambda row: row["kinds"])
    boxes = [row for row in rows if row["group"] == "boxes"]
    _grouped("Box conventions, by detector", boxes, lambda row: [row["medium"]])
    _grouped("Box conventions, by order of the numbers", boxes, lambda row: [row["kinds"][0].split(".")[1]])
    _worst([row for row in rows if row["outcome"] != "right" and row["group"] != "boxes"])


def _by_number(faulty: Sequence[Row]) -> None:
    table = []
    for group, asked in ASKED.items():
        mine = [row for row in faulty if row["group"] == group]
        if mine:
            shares = [_share(mine, "exact_set"), _share(mine, "strict"), _share(mine, "top_3")]
            failed = [_count(mine, outcome) for outcome in ("abstained", "wrong", "error")]
            table.append([group, len(mine), asked, *shares, *failed, *_seconds(mine)])
    if table:
        columns = ("faults", "cases", "asked", "exact set", "of them as drawn", "top 3", "abstained", "wrong",
                   "errors", "median s", "p95 s")  # fmt: skip
        print_table("By number of faults", columns, table)


def _grouped(title: str, rows: Sequence[Row], keys: Callable[[Row], Iterable[str]]) -> None:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            found[key].append(row)
    if found:
        table = [[key, len(mine), *(_count(mine, outcome) for outcome in ("right", "abstained", "wrong", "error"))]
                 for key, mine in sorted(found.items())]  # fmt: skip
        print_table(title, ("", "cases", "right", "abstained", "wrong", "errors"), table)


def _worst(failed: Sequence[Row]) -> None:
    """Print the worst failures: false accusations, then wrong ones said with certainty, the simplest cases first."""
    order = {"wrong": 0, "error": 1, "abstained": 2}
    ranked = sorted(failed, key=lambda row: (order[row["outcome"]], len(row["truths"][0]), row["name"]))
    if ranked:
        print(f"\n## The worst {min(WORST, len(ranked))} of {len(ranked)} failures\n")
    for row in ranked[:WORST]:
        truth, said = set(row["truths"][0]), set(row["faults"])
        why = [f"missed {', '.join(sorted(truth - said))}"] * bool(truth - said)
        why += [f"accused {', '.join(sorted(said - truth))}"] * bool(said - truth)
        print(f"- {row['name']} ({row['medium']}, reference {row['reference']}): injected {' + '.join(row['kinds'])}; "
              f"{row['outcome']}: {'; '.join(why) or 'nothing named'}; "
              f"residual {row.get('residual', float('nan')):.3g} levels, exact {row.get('exact')}. "
              f"It said: {row['said']}")  # fmt: skip


def _count(rows: Sequence[Row], outcome: str) -> int:
    return sum(row["outcome"] == outcome for row in rows)


def _share(rows: Sequence[Row], key: str) -> str:
    return f"{sum(bool(row.get(key)) for row in rows) / len(rows):.1%}"


def _seconds(rows: Sequence[Row]) -> tuple[float, float]:
    taken = sorted(row["seconds"] for row in rows)
    return statistics.median(taken), taken[min(len(taken) - 1, int(0.95 * len(taken)))]
