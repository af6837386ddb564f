"""Which cells of a notebook are other ones: changed, added, taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, unified_diff

from workbench.reports.diff.change import NONE, Change, shown
from workbench.reports.diff.stored import Cell, StoredRun

MOST_LINES = 60  # of one cell's difference


def notebook_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield each cell that differs, numbered from 1 as it stands in B (one that is gone, as it stood in A)."""
    one, other = (run.manifest["notebook"].get("sha256") for run in (a, b))
    if one == other:
        return
    if a.cells and b.cells and a.manifest["scenario"] != b.manifest["scenario"] and not _akin(a.cells, b.cells):
        was, now = (shown(run.manifest["notebook"].get("file")) for run in (a, b))
        yield Change("notebook", "notebook", was, now, "another notebook", follows="scenario")
        return
    found = list(_cells(a.cells, b.cells)) if a.cells and b.cells else []
    yield from found
    if not found:
        yield Change("notebook", "notebook", str(one)[:8], str(other)[:8], "which cells is not known: one is not kept")


def _akin(a: Sequence[Cell], b: Sequence[Cell]) -> bool:
    """Tell whether half of the cells are the same, as those of a copy under another name are."""
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.5


def _cells(a: Sequence[Cell], b: Sequence[Cell]) -> Iterator[Change]:
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = min(j - i, m - k)
        for step in range(pairs):
            yield _changed(k + step + 1, a[i + step], b[k + step])
        for place in range(i + pairs, j):
            yield Change(
                "notebook", f"cell {place + 1}", _kind(a[place]), NONE, "taken away", lines=_lines(a[place], None)
            )
        for place in range(k + pairs, m):
            yield Change("notebook", f"cell {place + 1}", NONE, _kind(b[place]), "added", lines=_lines(None, b[place]))


def _changed(number: int, a: Cell, b: Cell) -> Change:
    name = f"cell {number}"
    if a.source == b.source and a.kind == b.kind:
        return Change(
            "notebook", name, ", ".join(a.tags) or "no tags", ", ".join(b.tags) or "no tags", "its tags alone"
        )
    note = "text, no code" if a.kind == b.kind == "markdown" else "code" if a.kind == b.kind else ""
    if "parameters" in b.tags:
        note = "the parameters' defaults"
    lines = _lines(a, b)
    was, now = (
        next((_short(line[1:]) for line in lines if line[:1] == sign and line[1:].strip()), NONE) for sign in "-+"
    )
    return Change("notebook", name, was, now, note, lines=lines)


def _kind(cell: Cell) -> str:
    """Return the first line of a cell that says something."""
    return _short(next((line for line in cell.source.splitlines() if line.strip()), ""))


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= 60 else f"{line[:59]}…"


def _lines(a: Cell | None, b: Cell | None) -> tuple[str, ...]:
    old, new = (cell.source.splitlines() if cell else [] for cell in (a, b))
    lines = list(unified_diff(old, new, lineterm="", n=1))[2:]  # without the two names of files
    return tuple(lines[:MOST_LINES]) + (("…",) if len(lines) > MOST_LINES else ())
