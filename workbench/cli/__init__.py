"""The `workbench` command: a light wrapper over the package's functions, a module a group of commands."""

from workbench.cli.app import main

__all__ = ["main"]
