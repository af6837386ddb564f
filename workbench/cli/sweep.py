"""`workbench sweep`: one notebook over many parameters, many runs at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.damaged import AllowDamaged
from workbench.cli.reports import PANEL, model_files
from workbench.cli.terminal import say
from workbench.cli.trust import TrustModel, run_apart
from workbench.errors import InvalidValue

if TYPE_CHECKING:
    from workbench.cluster import Cluster, Tls

commands = typer.Typer()


@commands.command("sweep", rich_help_panel=PANEL)
def sweep(  # noqa: PLR0913, PLR0917 - a command's options
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario, or the path or URL of a notebook.")],
    grid: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=A,B,C", help="Values of a parameter; lists between ;. Repeated: all combinations."),
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="JOBS.csv", help="A row for each job, a column for each parameter.")
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter of all jobs; may be repeated."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Processes on this machine; one for each core by default.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tls://HOST:PORT", help="Dask's scheduler of workers elsewhere.")
    ] = None,
    ca: Annotated[Path | None, typer.Option("--tls-ca", metavar="FILE", help="Who signs its certificate.")] = None,
    cert: Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE", help="Your certificate for it.")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its key, if not in there.")] = None,
    out: Annotated[str, typer.Option(metavar="FOLDER|URL", help="Where all reports are kept.")] = "reports",
    dashboard: Annotated[bool, typer.Option("--dashboard", help="Open Dask's dashboard on this machine.")] = False,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="Longest time of one cell.")] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Also run what is there already.")] = False,
    allow_damaged: AllowDamaged = False,
    trust_model: TrustModel = False,
) -> None:
    """Run a scenario over many parameters; what is there already is not run again.

    The exit status is 3 if some of the jobs failed.
    """
    from workbench.reports import find_scenario, from_assignments
    from workbench.reports.sweep.grid import read_grid
    from workbench.reports.sweep.jobs_table import read_table
    from workbench.reports.sweep.notebook import notebook_at
    from workbench.reports.sweep.run import sweep as run_sweep
    from workbench.reports.sweep.value import SweepInterrupted

    with notebook_at(scenario) as name:
        declared = find_scenario(name).parameters
        combined = read_grid(declared, grid or ())
        rows = read_table(declared, table) if table else None
        fixed = from_assignments(declared, parameters or ())
        if trust_model:
            _run_apart(combined, rows or (), fixed, scheduler)
        try:
            done = run_sweep(
                name, grid=combined, table=rows, parameters=fixed, out=out,
                cluster=_cluster(workers, scheduler, _tls(ca, cert, key), dashboard=dashboard),
                timeout=timeout, rerun=rerun, allow_damaged=allow_damaged,
            )  # fmt: skip
        except SweepInterrupted as interrupted:
            say("workbench: interrupted; the same command goes on from there", file=sys.stderr)
            say(interrupted.sweep.html)
            raise SystemExit(interrupted.sweep.status) from None  # said above; see `report`
    say(done.html)
    raise typer.Exit(done.status)


def _cluster(
    workers: int | None, scheduler: str | None, tls: Tls | None, *, dashboard: bool
) -> AbstractContextManager[Cluster]:
    from workbench.cluster import open_cluster

    if workers is not None and scheduler is not None:
        raise InvalidValue("--workers are processes on this machine, --scheduler has workers elsewhere; give one")
    if tls and not scheduler:
        raise InvalidValue("--tls-ca, --tls-cert and --tls-key are for a scheduler; give --scheduler tls://host:port")
    return open_cluster(workers=workers, scheduler=scheduler, tls=tls, dashboard=dashboard)


def _tls(ca: Path | None, cert: Path | None, key: Path | None) -> Tls | None:
    """Return the files of a certificate; None where none is given."""
    from workbench.cluster import Tls

    if ca and cert:
        return Tls(ca, cert, key)
    if ca or cert or key:
        raise InvalidValue("--tls-ca and --tls-cert belong together; give both, and --tls-key where that is a third")
    return None


def _run_apart(
    grid: Mapping[str, Sequence[object]],
    table: Sequence[Mapping[str, object]],
    fixed: Mapping[str, object],
    scheduler: str | None,
) -> None:
    """See `run_apart`, for every model that a job names."""
    if scheduler:
        raise InvalidValue("--trust-model is for workers on this machine; leave out --scheduler")

    def values() -> Iterator[object]:
        for several in grid.values():
            yield from several
        for row in (*table, fixed):
            yield from row.values()

    run_apart(*model_files(values()))
