"""Turn an executed notebook and its manifest into one HTML file that opens offline.

This module loads nbconvert: import it where a report is written, not before.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown import markdown2html
from nbformat import NotebookNode
from traitlets.config import Config

from workbench.readable import without_password
from workbench.reports.manifest import state_of
from workbench.reports.pages.figures import duration, key_figures
from workbench.reports.pages.page import REPORT_POLICY, TEMPLATES, head, local_time, render, shown
from workbench.reports.pages.present import SHOWN, outline, present
from workbench.reports.pages.sanitize import clean_html
from workbench.reports.parameters import Parameter

_TURN = Lock()


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter as the header shows it."""

    name: str
    value: str
    default: str
    help: str

    @property
    def changed(self) -> bool:
        """Tell whether this run had another value than the notebook's own."""
        return self.value != self.default


def report_html(
    notebook: NotebookNode,
    run: Mapping[str, Any],
    *,
    metrics: Mapping[str, Any],
    parameters: Iterable[Parameter],
) -> str:
    """Return the report of a run: one file, no script, no request.

    Args:
        notebook: as it was executed.
        run: its manifest.
        metrics: what the notebook recorded.
        parameters: those its notebook declares.
    """
    page = present(notebook)
    sections = outline(page)
    rows = [_row(p, run["parameters"][p.name]) for p in parameters]
    parts = {
        "head": head(f"{run['title']} - Workbench report", sheet="report.css", policy=REPORT_POLICY),
        "opening": _opening(run, rows, sections=sections, metrics=metrics, marked=_is_marked(page)),
        "closing": render("closing.html.j2", run=run, command=command(run), tables=_tables(run)),
    }
    with _TURN:
        html, _ = _exporter().from_notebook_node(page, resources={"page": parts})
    return shown(str(html))


def command(run: Mapping[str, Any]) -> str:
    """Return the command line that makes a run again."""
    given = [part for name in run["given"] for part in ("-p", f"{name}={typed(run['parameters'][name])}")]
    asked = run["scenario"] if run["notebook"]["shipped"] else run["notebook"]["file"]
    options = ["--allow-damaged"] if run.get("allow_damaged") else []
    options += ["--trust-model"] if run.get("trusted") else []
    return shlex.join(["workbench", "report", asked, *given, *options])


def typed(value: object) -> str:
    """Return a parameter value as one types it at the command line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _row(parameter: Parameter, value: object) -> Row:
    return Row(parameter.name, typed(value), without_password(typed(parameter.default)), parameter.help)


def _opening(
    run: Mapping[str, Any],
    rows: list[Row],
    *,
    sections: list[tuple[str, str]],
    metrics: Mapping[str, Any],
    marked: bool,
) -> str:
    asked = clean_html(markdown2html(run["question"]))
    question = Markup(asked)  # nosec B704  # cleaned
    return render(
        "opening.html.j2",
        run=run,
        state=state_of(run),
        question=question,
        took=duration(run["duration_s"]),
        started=local_time(run["started"]),
        figures=key_figures(metrics),
        rows=rows,
        changed=[row for row in rows if row.changed],
        sections=sections,
        marked=marked,
    )


def _tables(run: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what the run stood on, as titled tables of names and values."""
    inputs = [(f"{i['parameter']}: {i['origin']}", f"sha256 {i['sha256']}") for i in run["inputs"]]
    codecs = [(f"{by} {name}", str(value)) for by, build in run["codecs"].items() for name, value in build.items()]
    machine = [(name.replace("_", " "), str(value)) for name, value in run["machine"].items()]
    around = [(name, str(value)) for name, value in (run.get("environment") or {}).items()]  # an old run has none
    git = [(name, str(value)) for name, value in (run["git"] or {}).items()]
    notebook = [("file", run["notebook"]["file"]), ("sha256", run["notebook"]["sha256"]), ("seed", str(run["seed"]))]
    return [
        ("Inputs", inputs),
        ("Notebook and commit", notebook + git),
        ("Versions", [(name, str(value)) for name, value in run["versions"].items()]),
        ("Codecs", codecs),
        ("Machine", machine),
        ("Environment", around),
    ]


def _is_marked(notebook: NotebookNode) -> bool:
    return any("failed" in cell.metadata.get("tags", []) for cell in notebook.cells)


@cache
def _exporter() -> HTMLExporter:
    """Return the one exporter, whose templates are compiled once; it keeps what is under way in itself, see `_TURN`."""
    config = Config()
    config.NbConvertBase.display_data_priority = list(SHOWN)
    config.CoalesceStreamsPreprocessor.enabled = True
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="workbench",
        extra_template_basedirs=[str(TEMPLATES)],
        sanitize_html=True,
        exclude_anchor_links=True,
    )
    exporter.register_filter("clean_html", clean_html)  # type: ignore[no-untyped-call]
    return exporter
