"""Turn an executed notebook into the one that is shown: live widgets, progress bars and the title cell stand down."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable

from nbformat import NotebookNode

from workbench.reports.scenarios import opening

WIDGET = "application/vnd.jupyter.widget-view+json"
NOTE = (
    '<p class="live-note">Here the notebook shows a live viewer. '
    "Open <code>report.ipynb</code> in JupyterLab and run it to use it.</p>"
)
SHOWN = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain")
STILL = SHOWN[:-1]  # what a widget may bring for such a page; its repr is not for reading
SHOWN_ABOVE = {"parameters", "injected-parameters"}
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
    # The header shows the parameters, with their help and what was changed.
    shown.cells = [cell for cell in shown.cells if cell.get("outputs") or not SHOWN_ABOVE & _tags(cell)]
    if shown.cells and shown.cells[0].cell_type == "markdown":
        shown.cells[0].source = opening(shown.cells[0].source).rest
    shown.cells = [cell for cell in shown.cells if cell.source.strip() or cell.get("outputs")]
    return shown


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
        if WIDGET not in data:
            if not data or any(kind in SHOWN for kind in data):  # scripts and formats a page cannot show go
                yield _described(output)
            continue
        if not is_bar(output):
            output.data = {kind: value for kind, value in data.items() if kind in STILL} or {"text/html": NOTE}
            yield output


def _described(output: NotebookNode) -> NotebookNode:
    """Give a picture the words that go with it as its alternative text; a repr such as `<Figure>` is none."""
    words = " ".join(str(output.get("data", {}).get("text/plain", "")).split())
    if any(kind.startswith("image/") for kind in output.get("data", {})):
        output.metadata["alt"] = words if words and not words.startswith("<") else "Picture made by the notebook"
    return output


def is_bar(output: NotebookNode) -> bool:
    """Tell whether an output is a tqdm progress bar made of widgets."""
    data = output.get("data", {})
    return WIDGET in data and bool(BAR.search(str(data.get("text/plain", ""))))


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))
