"""The folder of fetched samples: where it is, what is in it, and whether its bytes are still the fetched ones.

Each sample is a folder; its record `.sample.json` lists every file with size and SHA-256.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import platformdirs

from workbench.checksums import known_sha256, sha256_of
from workbench.samples.catalogue import Entry

Status = Literal["fetched", "missing", "damaged"]
RECORD = ".sample.json"
CHECKOUT = Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """Return the folder that holds the samples.

    `$WORKBENCH_DATA`, else `data/` of the checkout that Workbench runs from, else the user's data folder
    (`platformdirs`: ~/.local/share/workbench on Linux).
    """
    chosen = os.environ.get("WORKBENCH_DATA")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / "data"
    return platformdirs.user_data_path("workbench", appauthor=False)


def write_record(folder: Path, entry: Entry) -> None:
    """Write what `folder` holds, after which it counts as a fetched `entry`."""
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    record = {"sample": entry.name, "packages": _archives(entry), "build": entry.build, "files": files}
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the record of a fetched sample; None when there is none that can be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record if isinstance(record["files"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def status(folder: Path, entry: Entry) -> Status:
    """Say whether `entry` is in `folder`, with the bytes and from the archives that it was fetched with.

    Every file is hashed, once in a process as long as it stays as it is: 12 ms for the largest sample.

    Args:
        folder: the folder of this sample, which need not exist.
        entry: what should be in it.
    """
    if not folder.is_dir():
        return "missing"
    record = read_record(folder)
    if record is None or record.get("packages") != _archives(entry) or record.get("build") != entry.build:
        return "damaged"
    whole = all(_same(folder / name, facts) for name, facts in record["files"].items())
    return "fetched" if whole else "damaged"


def _same(path: Path, facts: dict[str, Any]) -> bool:
    try:
        return bool(path.stat().st_size == facts["bytes"] and known_sha256(path) == facts["sha256"])
    except OSError:
        return False


def _archives(entry: Entry) -> dict[str, str]:
    return {f"{package.name}=={package.version}": package.sha256 for package in entry.packages}
