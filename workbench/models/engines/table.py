"""A choice as text: one line an engine."""

from __future__ import annotations

from workbench.models.engines.record import Choice, Trial

COLUMNS = ("engine", "ms a frame", "at best", "load ms", "MB", "largest difference", "")  # chosen by what it is at best


def table(choice: Choice) -> str:
    """Return every engine's speed, memory and agreement, the chosen one marked."""
    rows = [COLUMNS, *(_row(trial, choice.chosen) for trial in choice.trials)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS) - 1)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, len(widths))), row[-1]]
        ).rstrip()
        for row in rows
    ]
    facts = choice.machine
    return "\n".join([f"{choice.model} on {facts['cpu']}, {facts['cores']} cores", *lines])


def _row(trial: Trial, chosen: str) -> tuple[str, ...]:
    verdict = "chosen" if trial.engine == chosen else f"rejected: {trial.reason}" if trial.reason else "accepted"
    speed = (_number(trial.ms, ".2f"), _number(trial.best_ms, ".2f") if trial.ms is not None else "-")
    size = (_number(trial.load_ms, ".0f"), _number(trial.memory_mb, ".0f"))
    return (trial.engine, *speed, *size, _number(trial.difference, ".1e"), verdict)


def _number(value: float | None, kind: str) -> str:
    return "-" if value is None else format(value, kind)
