"""`workbench stream`: a live source through a model, one line that is kept up to date, and a summary."""

from workbench.cli.live.command import commands

__all__ = ["commands"]
