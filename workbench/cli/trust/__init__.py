"""`--trust-model`: a command that runs what a model file carries, in a process of its own.

`apart.py` is the half that asks, `child.py` the process that runs.
"""

from typing import Annotated

import typer

TrustModel = Annotated[
    bool, typer.Option("--trust-model", help="Run what the file carries, in a process apart; only for files you know.")
]


def run_apart(*models: str) -> None:
    """See `apart.run_apart`, whose imports a command without `--trust-model` does without."""
    from workbench.cli.trust import apart

    apart.run_apart(*models)
