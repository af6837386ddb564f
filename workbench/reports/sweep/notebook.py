"""The notebook of a sweep, from wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from workbench.errors import UnreadableSource
from workbench.readable import without_password


@contextmanager
def notebook_at(name: str | Path) -> Iterator[str | Path]:
    """Yield the path of a notebook; of one at a URL that of a copy; the name of a scenario as it is.

    http:// and https://, also of a page of GitHub, are read as papermill reads them, all else by fsspec.

    Raises:
        UnreadableSource: there is none at that URL.
    """
    if "://" not in str(name):
        yield name
        return
    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder, urlsplit(str(name)).path.rpartition("/")[2])
        try:
            path.write_bytes(_read(str(name)))
        except Exception as error:  # each file system raises kinds of its own
            told = f"cannot read the notebook {without_password(str(name))}: {_cause(error):.200}"
            raise UnreadableSource(f"{told}; check the address") from None
        yield path


def _cause(error: BaseException) -> str:
    """Return what the system said where it said something, and not all that libraries have put around it."""
    first = error
    while first.__context__ is not None:
        first = first.__context__
    said = first.strerror if isinstance(first, OSError) else None
    return said or str(error) or type(error).__name__


def _read(url: str) -> bytes:
    if url.startswith(("http://", "https://")):
        from papermill.iorw import papermill_io

        text: str = papermill_io.read(url)
        return text.encode()
    import fsspec

    with fsspec.open(url) as file:
        data: bytes = file.read()
    return data
