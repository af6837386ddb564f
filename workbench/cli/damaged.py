"""`--allow-damaged`: take what is there of a clip or picture that is not whole, and say so."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from workbench.cli.terminal import say
from workbench.errors import DamageWarning

AllowDamaged = Annotated[
    bool, typer.Option("--allow-damaged", help="Take what is there of a damaged clip or picture, and say so.")
]


@contextmanager
def damage_told() -> Iterator[None]:
    """Say in one line on standard error what damaged source is taken; other warnings are shown as they always are."""
    with warnings.catch_warnings():
        usual = warnings.showwarning
        warnings.simplefilter("default", DamageWarning)

        def show(message: Warning | str, category: type[Warning], *where: object, **more: object) -> None:
            if issubclass(category, DamageWarning):
                say(f"workbench: careful: {message}", file=sys.stderr)
            else:
                usual(message, category, *where, **more)  # type: ignore[arg-type]

        warnings.showwarning = show
        yield
