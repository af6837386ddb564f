"""A report without what differs from run to run: for comparing two runs of the same inputs, and of different ones.

Left out: time stamps, durations and speeds, execution counts, absolute paths, memory addresses, random ids, the log
that packages write to stderr, metrics named as timings, what cells tagged `measured` show - latencies and memory as
tables and figures -, and the account of how the report was made, which its manifest holds. Other pictures stay, as the
hash of their bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue
from workbench.reports.pages.figures import is_timing

DATA = re.compile(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)")
TIMING = re.compile(r'(<(dd|span|time)\b[^>]*class="timing"[^>]*>).*?(</\2>)', re.DOTALL)
ATTRIBUTE = re.compile(r'(class="timing") datetime="[^"]*"')
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)  # how a report looks is no result
FOOTER = re.compile(r'<footer class="page">.*?</footer>', re.DOTALL)  # versions, commit: in the manifest too
LOG = re.compile(r'<details class="log">.*?</details>', re.DOTALL)
EMPTY = re.compile(
    r'<div class="(jp-OutputArea-child|outputs)">\s*</div>\s*'
)  # what a log alone stood in: one in the other
MEASURED = "measured"  # the tag of a cell whose outputs are measurements
MEASURED_OUTPUTS = re.compile(
    rf'(<section class="cell code[^">]*\b{MEASURED}"(?:(?!</section>).)*?)<div class="outputs">.*?(?=</section>)',
    re.DOTALL,
)
PATTERNS = (
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "<when>"),
    (re.compile(r"\b\d[\d,]*(\.\d+)?\s?(h|min|s|ms|µs|us|ns|fps|it/s|frames/s|frames per second)(?![\w/])"), "<time>"),
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "<address>"),
    (re.compile(r"\b[0-9a-f]{32}\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"(?<![\w:/.<])(/[\w.@+-]+){2,}/?"), "<path>"),
)
VOLATILE = {"execution_count", "papermill", "widgets", "id"}


def normalised(path: Path) -> str:
    """Return the text of a report without what differs from run to run.

    Args:
        path: `report.html`, `report.ipynb` or `metrics.json`.

    Raises:
        InvalidValue: another kind of file.
    """
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".html":
            return _html(text)
        case ".ipynb":
            return json.dumps(_notebook(json.loads(text)), indent=1, sort_keys=True)
        case ".json":
            return json.dumps(_metrics(json.loads(text)), indent=1, sort_keys=True)
    raise InvalidValue(f"{path} is no report; give a report.html, report.ipynb or metrics.json")


def _html(text: str) -> str:
    for pattern, kept in (
        (MEASURED_OUTPUTS, r"\1"),
        (STYLE, ""),
        (LOG, ""),
        (EMPTY, ""),
        (EMPTY, ""),
        (FOOTER, ""),
        (TIMING, r"\1\3"),
        (ATTRIBUTE, r"\1"),
    ):
        text = pattern.sub(kept, text)
    return _plain(text)


def _plain(text: str) -> str:
    text = DATA.sub(lambda match: f"data:{_digest(match[1])}", text)
    for pattern, word in PATTERNS:
        text = pattern.sub(word, text)
    return text


def _notebook(value: Any) -> Any:
    """Return a notebook, or a part of one, without its volatile parts."""
    match value:
        case {"outputs": [_, *_], "metadata": {"tags": [*tags]}} if MEASURED in tags:
            return _notebook({**value, "outputs": []})
        case dict():
            return {key: _bundle(key, item) for key, item in value.items() if key not in VOLATILE}
        case list():
            return [_notebook(item) for item in value if not _is_log(item)]
        case str():
            return _plain(value)
    return value


def _is_log(value: Any) -> bool:
    return isinstance(value, dict) and value.get("output_type") == "stream" and value.get("name") == "stderr"


def _bundle(key: str, value: Any) -> Any:
    return _digest(str(value)) if key.startswith("image/") else _notebook(value)


def _metrics(value: Any) -> Any:
    match value:
        case dict():
            return {key: _metrics(item) for key, item in value.items() if not is_timing(key)}
        case list():
            return [_metrics(item) for item in value]
    return value


def _digest(data: str) -> str:
    return hashlib.sha256("".join(data.split()).encode()).hexdigest()[:16]
