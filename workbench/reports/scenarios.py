"""The scenarios: notebooks that answer one question each, and what they take.

In a checkout they lie in `notebooks/`, in an installed package beside this file.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.reports.parameters import Parameter, read_parameters
from workbench.reports.plain import is_endless

if TYPE_CHECKING:
    from nbformat import NotebookNode

LANGUAGE = {"kernelspec": "language", "language_info": "name"}  # where a notebook's metadata tell its language
PYTHON = ("python", "python3", "ipython")


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
        InvalidValue: a `parameters` cell that is more than plain literals, more than one, values of an earlier run,
            or a notebook in another language.
    """
    notebook = _notebook(path)
    cells = notebook["cells"]
    _expect_python(notebook["metadata"], path.name)
    head = opening(_source(cells[0]) if cells and cells[0]["cell_type"] == "markdown" else "")
    parameters = read_parameters(_declared(cells, path.name), where=path.name)
    name = safe_name(path.stem)
    return Scenario(name, path.resolve(), head.title or _words(name), head.question, parameters)


def _notebook(path: Path) -> Mapping[str, Any]:
    """Return a notebook; one in order is read as plain JSON, since nbformat takes a second to load."""
    if is_endless(path):
        raise UnreadableSource(f"{path} is no file; give the path of a notebook")
    try:
        notebook = json.loads(path.read_bytes())
        if notebook["nbformat"] == 4 and _is_sound(notebook):
            return cast(Mapping[str, Any], notebook)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass  # nbformat upgrades it, or names what is wrong
    return load_notebook(path)


def _is_sound(notebook: Mapping[str, Any]) -> bool:
    """Tell whether what is read of a notebook here has the form it is read in; nbformat looks at all of it later."""
    tags = (tag for cell in notebook["cells"] for tag in cell["metadata"].get("tags", []))
    texts = (cell[key] for cell in notebook["cells"] for key in ("cell_type", "source"))
    plain = all(isinstance(text, str | list) for text in texts) and all(isinstance(tag, str) for tag in tags)
    return plain and all(isinstance(notebook["metadata"].get(part, {}), dict) for part in LANGUAGE)


def _expect_python(metadata: Mapping[str, Any], name: str) -> None:
    """Refuse a notebook in another language, whose cells a Python kernel would misread."""
    said = [metadata.get(part, {}).get(key) for part, key in LANGUAGE.items()]
    other = next((language for language in said if language and str(language).lower() not in PYTHON), None)
    if other:
        raise InvalidValue(f"{name} is written in {str(other)[:40]}, and is run in Python only; give a Python notebook")


def _declared(cells: Iterable[Mapping[str, Any]], name: str) -> str:
    """Return the text of the one `parameters` cell, empty where there is none."""
    found: dict[str, list[str]] = {"parameters": [], "injected-parameters": []}
    for cell in cells:
        for tag in found.keys() & set(cell["metadata"].get("tags", [])):
            found[tag].append(_source(cell))
    if len(found["parameters"]) > 1:  # the values asked for come after the first, and the second would undo them
        raise InvalidValue(f"{name} has {len(found['parameters'])} cells tagged `parameters`; make them one")
    if found["injected-parameters"]:  # they would stand, unseen, for the defaults
        raise InvalidValue(f"{name} holds parameter values of an earlier run, in its cell tagged "
                           "`injected-parameters`; delete that cell, or give the notebook it came from")  # fmt: skip
    return "".join(found["parameters"])


def _source(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell, which lies in a file as one text or as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def load_notebook(path: Path) -> NotebookNode:
    """Return the notebook at `path`, as format 4.

    Raises:
        UnreadableSource: no file, or no notebook.
    """
    try:
        return _valid(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableSource(f"no notebook at {path}; `workbench scenarios` lists those there are") from None
    except OSError as error:
        raise UnreadableSource(f"cannot read the notebook {path}: {error.strerror}; check the path") from None
    except Exception as error:  # nbformat raises a dozen kinds over a damaged file
        damage = _damage(error)
    raise UnreadableSource(
        f"{path} is no Jupyter notebook: {damage}; take an undamaged copy, or save it again in Jupyter"
    )


def _damage(error: Exception) -> str:
    """Say what an error over a notebook means to someone who has the file and not its format before them."""
    match error:
        case RecursionError():
            return "it is nested too deep"
        case UnicodeDecodeError():
            return "it is no UTF-8 text"
        case AttributeError() | KeyError() | TypeError():
            return "it does not keep to the format"
    kind, text = type(error).__name__, next(iter(str(error).splitlines()), "")
    known = {"NotJSONError": "it is no JSON", "ValidationError": "it does not keep to the format"}
    return known.get(kind.removeprefix("Notebook"), f"{text or kind:.100}")


def _valid(text: str) -> NotebookNode:
    """Return the notebook that `text` is, upgraded to format 4, if it keeps to that format."""
    import nbformat

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nbformat.warnings.MissingIDFieldWarning)  # older notebooks have no cell ids
        notebook: NotebookNode = nbformat.convert(nbformat.reader.reads(text), 4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
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
