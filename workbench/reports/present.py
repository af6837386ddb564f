"""Turn an executed notebook into the one that is shown: live widgets, progress bars and the title cell stand down."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
NOTE = (
    '<p class="live-note">Here the notebook shows a live viewer. '
    "Open <code>report.ipynb</code> in JupyterLab and run it to use it.</p>"
)
STILL = ("text/html", "image/png", "image/jpeg", "image/svg+xml")  # what a widget may bring for such a page
BAR = re.compile(r"\d+%\|.*\||\d+it \[|\bit/s\b")  # the text form of a tqdm bar


def present(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of `notebook` to be read as a page."""
    shown = copy.deepcopy(notebook)
    shown.metadata.pop("widgets", None)
    for cell in shown.cells:
        if cell.cell_type == "code":
            cell.outputs = list(_outputs(cell.outputs))
            if cell.metadata.get("papermill", {}).get("status") == "pending":
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "not-run"]
    if shown.cells and shown.cells[0].cell_type == "markdown":
        shown.cells[0].source = without_heading(shown.cells[0].source)
    shown.cells = [cell for cell in shown.cells if cell.source.strip() or cell.get("outputs")]
    return shown


def without_heading(source: str) -> str:
    """Return an opening Markdown cell without its title and question, which the page's header shows."""
    kept, dropped = [], set()
    for line in source.splitlines():
        part = "title" if line.lstrip().startswith("#") else "question" if line.strip() else ""
        if part and part not in dropped and "question" not in dropped:
            dropped.add(part)
        else:
            kept.append(line)
    return "\n".join(kept).strip()


def outline(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Give the sections (##) of a notebook anchors, in place; return them with their titles, in order."""
    sections: list[tuple[str, str]] = []

    def anchored(match: re.Match[str]) -> str:
        sections.append((f"section-{len(sections) + 1}", re.sub(r"[*_`]", "", match[1])))
        return f'## <span id="{sections[-1][0]}">{match[1]}</span>'

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"^##[ \t]+(.+?)[ \t#]*$", anchored, cell.source, flags=re.MULTILINE)
    return sections


def _outputs(outputs: Iterable[NotebookNode]) -> Iterable[NotebookNode]:
    for output in outputs:
        data = output.get("data", {})
        still = {kind: value for kind, value in data.items() if kind in STILL}
        if WIDGET not in data:
            yield output
        elif still:
            yield _display(still)
        elif not BAR.search(_text(data.get("text/plain", ""))):
            yield _display({"text/html": NOTE})


def _display(data: dict[str, Any]) -> NotebookNode:
    return NotebookNode(output_type="display_data", data=NotebookNode(data), metadata=NotebookNode())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)
