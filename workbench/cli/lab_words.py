"""The words of `workbench lab`: a folder, and JupyterLab's options, which are checked: it answers with its usage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from workbench.errors import InvalidValue, unknown


def parted(words: Sequence[str]) -> tuple[Path | None, list[str]]:
    """Return the folder and JupyterLab's options among `words`.

    Raises:
        InvalidValue: there are several folders.
    """
    options = [word for word in words if word.startswith("-")]
    folders = [word for word in words if not word.startswith("-")]
    if len(folders) > 1:
        raise InvalidValue(f"one folder at most, not {', '.join(folders)}; an option and its value are one word: --A=B")
    return Path(folders[0]) if folders else None, options


def expect_options(words: Iterable[str], settings: Iterable[str]) -> None:
    """Refuse what is no option of JupyterLab, or is set by `workbench lab` itself.

    Args:
        words: `--CLASS.NAME=VALUE`, `--NAME=VALUE` or `--FLAG`.
        settings: what is set, by class and name.

    Raises:
        InvalidValue: an option that is set here, or one without its value.
        UnknownName: no option of this name.
    """
    taken = {name.rpartition(".")[2] for name in settings}
    for word in words:
        name, equals, _ = word.lstrip("-").partition("=")
        if name.rpartition(".")[2] in taken:
            raise InvalidValue(
                f"--{name} is set by `workbench lab`, to keep others out; yours to choose are --ip, --port "
                "and the variable JUPYTER_TOKEN"
            )
        flags, aliases = (set[str](), {name}) if "." in name else _known()
        if name not in flags | aliases:
            raise unknown("option of `workbench lab` or of JupyterLab", name, flags | aliases)
        if name not in flags and not equals:
            raise InvalidValue(f"--{name} takes a value, in one word: --{name}=VALUE")


def _known() -> tuple[set[str], set[str]]:
    """Return JupyterLab's options without and with a value, by their short names."""
    from jupyter_server import serverapp
    from jupyterlab.labapp import LabApp

    return {*serverapp.flags, *LabApp.flags}, {*serverapp.aliases, *LabApp.aliases}
