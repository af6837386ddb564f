"""The notebook of a sweep, from wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.errors import UnreadableSource
from workbench.readable import without_password


@contextmanager
def notebook_at(name: str | Path) -> Iterator[str | Path]:
    """Yield the path of a notebook; of one at a URL that of a copy; the name of a scenario as it is.

    Raises:
        UnreadableSource: there is none at that URL.
    """
    if "://" not in str(name):
        yield name
        return
    import fsspec

    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder, str(name).rpartition("/")[2])
        try:
            with fsspec.open(str(name)) as file:
                path.write_bytes(file.read())
        except Exception as error:  # each file system raises kinds of its own
            told = f"cannot read the notebook {without_password(str(name))}: {error or type(error).__name__}"
            raise UnreadableSource(f"{told}; check the address") from None
        yield path
