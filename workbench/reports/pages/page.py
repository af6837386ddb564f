"""The frame of a page: head with a content-security policy, and our own HTML, in which every value is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workbench.readable import visible

TEMPLATES = Path(__file__).parent / "templates"

# Nothing runs and nothing is fetched. The index and the tables alone show files: the thumbnails of reports.
_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
REPORT_POLICY = _POLICY.format(images="data: blob:")
INDEX_POLICY = _POLICY.format(images="'self' data:")


def script_policy(script: str) -> str:
    """Return a policy under which this one script of a page runs, known by its hash, and no other."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"{INDEX_POLICY}; script-src 'sha256-{digest}'"


def render(template: str, **values: Any) -> str:
    """Return one of our templates filled in; everything put into it is escaped, and every sign in it is visible."""
    return visible(_environment().get_template(template).render(**values))


def shown(html: str) -> str:
    """Return HTML with control characters as escapes, so that none turns the direction of the words behind it.

    A carriage return, as in the text of a progress bar, is the new line that it is in HTML.
    """
    return visible(re.sub(r"\r\n?", "\n", html))


def head(title: str, *, sheet: str, policy: str) -> str:
    """Return the head of a page, with its styles inside."""
    return render("head.html.j2", title=title, sheet=sheet, policy=policy)


def local_time(stamp: str) -> str:
    """Return an ISO time stamp as `21 Nov 2026, 14:03` in the time of this machine."""
    when = datetime.fromisoformat(stamp).astimezone()
    return f"{when.day} {when:%b %Y, %H:%M}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
