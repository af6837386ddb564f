"""The tables of `benchmarks/stream.py`: medians over rounds; a ratio is the median of the ratios within each round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np
from measure import print_table

from .outcome import SHARES, Outcome
from .ratios import Outcomes, agreeing, best_of, bounds, by_minute, of_rounds, ratio, settled, slope

OURS, LOOP, ALONE, QUEUE = "workbench stream", "tutorial's loop, model.predict", "alone", "tutorial's process queue"


def file_table(title: str, outcomes: Outcomes, readers: Sequence[str]) -> list[float]:
    """Print a clip as fast as it goes; return ours to the loop, to the best reader, and of the bound."""
    alone, cases = outcomes[ALONE], {label: each for label, each in outcomes.items() if label != ALONE}
    fps = {label: [each.fps for each in turns] for label, turns in cases.items()}
    best, most = best_of(outcomes, readers), bounds(alone)
    rows = [
        [
            label,
            f"{median(fps[label]):.1f}",
            f"{of_rounds(turns, lambda each: each.times[0]) * 1e3:.0f}",
            f"{ratio(fps[label], fps[LOOP]):.2f}",
            f"{ratio(fps[label], best):.2f}",
            f"{ratio(fps[label], most):.2f}",
            f"{of_rounds(turns, lambda each: each.cores / each.fps) * 1e3:.1f}",
            f"{agreeing(turns[0], cases[LOOP][0]):.0%}",
        ]
        for label, turns in cases.items()
    ]
    columns = [
        "case",
        "fps",
        "first after ms",
        "x the tutorial's loop",
        "x the best reader",
        "of the bound",
        "CPU ms",
        "same answers",
    ]
    print_table(title, columns, rows)
    decode, answer = (of_rounds(alone, lambda each, key=key: each.more[key]) * 1e3 for key in ("decode_s", "answer_s"))
    print(
        f"\nA frame alone on one thread: decode {decode:.2f} ms, prepare and infer {answer:.2f} ms of CPU; "
        f"bound {median(most):.1f} fps. Plan: {cases[OURS][-1].said}"
    )
    return [ratio(fps[OURS], other) for other in (fps[LOOP], best, most)]


def camera_table(title: str, outcomes: Outcomes) -> None:
    """Print a clip played as a camera."""
    ours = [each.age(50) for each in outcomes[OURS]]
    rows = [
        [
            label,
            f"{of_rounds(turns, lambda each: each.fps_in):.1f}",
            f"{of_rounds(turns, lambda each: each.fps):.1f}",
            *(f"{of_rounds(turns, lambda each, share=share: each.age(share)):.1f}" for share in SHARES),
            f"{of_rounds(turns, lambda each: each.lost):.1%}",
            _reasons(turns),
            f"{of_rounds(turns, lambda each: each.cores):.2f}",
            f"{ratio([each.age(50) for each in turns], ours):.1f}",
        ]
        for label, turns in outcomes.items()
    ]
    ages = [f"age {'max' if share == 100 else f'p{share}'} ms" for share in SHARES]
    columns = ["case", "fps in", "fps shown", *ages, "dropped", "why, all rounds", "cores busy", "age, x ours"]
    print_table(title, columns, rows)


def endurance_table(title: str, outcome: Outcome, fps: float) -> None:
    """Print the ages minute by minute."""
    rows = [
        [minute, len(ages), *(f"{np.percentile(ages, share):.1f}" for share in SHARES)]
        for minute, ages in by_minute(outcome, fps).items()
    ]
    print_table(title, ["minute", "shown", "age p50 ms", "p95", "p99", "max"], rows)
    infer, slow = outcome.more["infer_p50"] * 1e3, outcome.more["infer_p99"] * 1e3
    print(
        f"\n{outcome.captured} frames came, {len(outcome.frames)} shown, dropped: {_reasons([outcome])}. "
        f"Inference p50 {infer:.1f}, p99 {slow:.1f} ms. Plan: {outcome.said}"
    )


def memory_table(title: str, outcomes: Mapping[str, Outcome]) -> None:
    """Print how resident memory went."""
    rows = []
    for label, each in outcomes.items():
        megabytes = settled(each.series)[:, 1]
        sizes = (megabytes[0], megabytes[-1], megabytes.max())
        counts = (each.captured, int(each.more["shown"]), f"{each.captured / each.seconds:.0f}")
        rows.append([label, *counts, *(f"{size:.1f}" for size in sizes), f"{slope(each.series):+.2f}"])
    columns = ["policy", "frames", "shown", "fps", "MB after warm-up", "MB at the end", "MB most", "MB per 100,000"]
    print_table(title, columns, rows)


def asked(what: str, value: float, limit: float, *, least: bool = True) -> None:
    """Print whether a figure is as good as it has to be."""
    held = value >= limit if least else value <= limit
    print(f"- {what}: {value:.3g}, asked at {'least' if least else 'most'} {limit:g}: {'yes' if held else 'NO'}")


def _reasons(turns: Sequence[Outcome]) -> str:
    total: dict[str, int] = {}
    for each in turns:
        for reason, count in each.dropped.items():
            total[reason] = total.get(reason, 0) + count
    return ", ".join(f"{count} {reason}" for reason, count in total.items() if count) or "-"
