"""`docs/faults.md`: its tables are written by the tests that cause the faults, and held to them.

A row is what one test did and what a user saw. The text around the tables is written by hand.
"""

from __future__ import annotations

import fcntl
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
OUTCOMES = {
    "refused": "one line, nothing is written, nothing is lost; exit status 2 at the command line",
    "flagged": "the work goes on, and the result says what is wrong with it",
    "marked": "the run has ended and is kept; it is nowhere called successful",
    "harmless": "taken for what it is: nothing runs, nothing breaks, nothing is hidden",
    "untold": "some of it is read as other than it was, without a word: only a recorded hash (SHA256SUMS) can tell",
}
Row = tuple[str, str]  # outcome, what a user sees
Table = dict[str, Row]  # by fault


def read_tables() -> dict[str, Table]:
    """Return the rows of every area on the page."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return {area: _rows(body) for area, body in _blocks(text)}


def write_tables(told: dict[str, Table], *, whole: bool) -> None:
    """Put rows into the page's blocks; `whole`: there are no others, else those told are added or replaced."""
    with PAGE.open("r+", encoding="utf-8") as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        text = page.read()
        known = {area: _rows(body) for area, body in _blocks(text)}
        for area, rows in told.items():
            body = _text(rows if whole else known[area] | rows)
            text = re.sub(_block(area), lambda match, body=body: f"{match[1]}\n{body}{match[3]}", text, flags=re.DOTALL)
        page.seek(0)
        page.truncate()
        page.write(text)


def cell(text: str) -> str:
    """Return text as a table's code: one line, control characters visible."""
    visible = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text).replace("|", "\\|")
    return f"`` {visible} ``" if "`" in visible else f"`{visible}`"


def _block(area: str) -> str:
    return rf"(<!-- faults: {area} -->)(.*?)(<!-- end -->)"


def _blocks(text: str) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in re.finditer(r"<!-- faults: (\w+) -->(.*?)<!-- end -->", text, re.DOTALL)]


def _rows(body: str) -> Table:
    lines = re.findall(r"^\| (.+?) \| (\w+) \| (.+) \|$", body, re.MULTILINE)
    return {fault: (outcome, seen) for fault, outcome, seen in lines if outcome in OUTCOMES}


def _text(rows: Table) -> str:
    counts = ", ".join(
        f"{count} {outcome}" for outcome in OUTCOMES if (count := sum(row[0] == outcome for row in rows.values()))
    )
    lines = [f"| {fault} | {outcome} | {seen} |" for fault, (outcome, seen) in sorted(rows.items())]
    head = ["| what goes in | outcome | what a user sees |", "| --- | --- | --- |"]
    return "\n".join([f"{len(rows)} faults: {counts}.", "", *head, *lines, ""])
