"""`--allow-damaged`: take what is there of a clip or picture that is not whole, and say so."""

from __future__ import annotations

from typing import Annotated

import typer

AllowDamaged = Annotated[
    bool, typer.Option("--allow-damaged", help="Take what is there of a damaged clip or picture, and say so.")
]
