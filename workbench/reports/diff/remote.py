"""A run that lies elsewhere, in a bucket or on a server, brought here for as long as it is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.errors import UnreadableSource
from workbench.readable import without_password
from workbench.reports.diff.stored import READ
from workbench.reports.seal import SEAL
from workbench.reports.store import MANIFEST


def is_address(run: str | Path) -> bool:
    """Tell whether a run is given by an address, such as `s3://bucket/reports/SCENARIO/ID`."""
    return "://" in str(run)


@contextmanager
def fetched(address: str) -> Iterator[Path]:
    """Yield a folder with what a diff reads of a run; it is gone afterwards.

    Args:
        address: of its folder or of a file in it, for any protocol that `fsspec` knows.

    Raises:
        UnreadableSource: no run is there, or it cannot be reached.
    """
    import fsspec

    told = without_password(address)
    try:
        system, path = fsspec.core.url_to_fs(address.rstrip("/"))
        path = path if system.exists(f"{path}/{MANIFEST}") else path.rpartition("/")[0]
        found = system.exists(f"{path}/{MANIFEST}")
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise UnreadableSource(f"{told} cannot be reached: {error}; check the address and who may read it") from error
    if not found:
        raise UnreadableSource(f"{told} is no run: there is no {MANIFEST}; give a run's folder or report.html")
    with tempfile.TemporaryDirectory(prefix="workbench-run-") as top:
        folder = Path(top, path.rpartition("/")[2])
        folder.mkdir()
        for name in (*READ, SEAL):
            with suppress(FileNotFoundError):  # a run of no predictions, or one that was cut short
                system.get_file(f"{path}/{name}", str(folder / name))
        yield folder
