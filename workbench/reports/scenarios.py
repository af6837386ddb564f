"""The scenarios: notebooks that answer one question each, and what they take.

In a checkout they lie in `notebooks/`, in an installed package beside this file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import UnreadableSource, unknown
from workbench.reports.parameters import Parameter, read_parameters

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True, slots=True)
class Scenario:
    """A parametrized notebook."""

    name: str  # the file's stem, safe as a folder name
    path: Path
    title: str
    question: str
    parameters: tuple[Parameter, ...]

    @property
    def shipped(self) -> bool:
        """Tell whether it comes with Workbench, so that its name is enough to find it."""
        return self.path.parent == notebook_folder().resolve()


def scenarios() -> tuple[Scenario, ...]:
    """Return every scenario that comes with Workbench, by name."""
    return tuple(read_scenario(path) for path in sorted(notebook_folder().glob("*.ipynb")))


def find_scenario(name: str | Path) -> Scenario:
    """Return the scenario called `name`, or made of the notebook at the path `name`.

    Raises:
        UnknownName: no scenario of this name; the closest one is named.
        UnreadableSource: a path to no notebook.
    """
    if str(name).endswith(".ipynb"):
        return read_scenario(Path(name))
    known = {path.stem: path for path in notebook_folder().glob("*.ipynb")}
    if str(name) not in known:
        raise unknown("scenario", name, known)
    return read_scenario(known[str(name)])


def notebook_folder() -> Path:
    """Return the folder that holds the scenarios' notebooks."""
    package = Path(__file__).parents[1]
    checkout = package.parent
    in_checkout = (checkout / "pyproject.toml").is_file() and (checkout / "notebooks").is_dir()
    return checkout / "notebooks" if in_checkout else package / "reports" / "notebooks"


def read_scenario(path: Path) -> Scenario:
    """Return the scenario that the notebook at `path` is.

    Raises:
        UnreadableSource: no notebook there, or a damaged one.
        InvalidValue: a `parameters` cell that is more than plain literals.
    """
    cells = _cells(path)
    head = opening(_source(cells[0]) if cells and cells[0]["cell_type"] == "markdown" else "")
    declared = [_source(cell) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    parameters = read_parameters("\n".join(declared), where=path.name)
    name = safe_name(path.stem)
    return Scenario(name, path.resolve(), head.title or _words(name), head.question, parameters)


def _cells(path: Path) -> list[Any]:
    """Return the cells of a notebook; one in order is read as plain JSON, since nbformat takes a second to load."""
    try:
        notebook = json.loads(path.read_bytes())
        if notebook["nbformat"] == 4 and all({"cell_type", "source", "metadata"} <= set(c) for c in notebook["cells"]):
            return list(notebook["cells"])
    except (OSError, ValueError, TypeError, KeyError):
        pass  # nbformat upgrades it, or names what is wrong
    return list(load_notebook(path).cells)


def _source(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell, which lies in a file as one text or as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def load_notebook(path: Path) -> NotebookNode:
    """Return the notebook at `path`, as format 4.

    Raises:
        UnreadableSource: no file, or no notebook.
    """
    import nbformat

    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise UnreadableSource(f"no notebook at {path}; `workbench scenarios` lists those there are") from None
    except OSError as error:
        raise UnreadableSource(f"cannot read the notebook {path}: {error.strerror}") from None
    except Exception as error:  # nbformat raises a dozen kinds over a damaged file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableSource(f"{path} is no Jupyter notebook: {reason:.200}") from None
    return notebook


@dataclass(frozen=True, slots=True)
class Opening:
    """The first Markdown cell, taken apart."""

    title: str  # its first heading
    question: str  # its first paragraph
    rest: str


def opening(source: str) -> Opening:
    """Take apart the text of an opening Markdown cell."""
    lines = source.strip().splitlines()
    title = lines.pop(0).lstrip("# ").strip() if lines and lines[0].startswith("#") else ""
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip(), maxsplit=1)
    question = " ".join(paragraphs[0].split())
    return Opening(title, question, "\n\n".join(paragraphs[1:]).strip())


def safe_name(stem: str) -> str:
    """Return `stem` as the name of a folder: letters, digits, `.`, `_`, `-`, and never `.` or `..`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[:100] or "notebook"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
