"""Read advisories out of an OSV export, and say which versions each is about."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


class Unreadable(Exception):
    """A file that is no export; the text is one line."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """What one record says of one package."""

    names: frozenset[str]  # the same advisory is in several databases: CVE, GHSA, PYSEC
    summary: str
    modified: str  # RFC 3339, so that text sorts as time
    package: str  # canonical name
    versions: frozenset[str]  # affected, one by one
    ranges: tuple[tuple[tuple[str, str], ...], ...]  # of each range its events, as ("introduced", "1.0")

    def affects(self, version: str) -> bool:
        """Tell whether it is about this version."""
        return version in self.versions or any(_within(version, events) for events in self.ranges)

    @property
    def fixed_in(self) -> list[str]:
        """The first versions without it."""
        return sorted({bound for events in self.ranges for kind, bound in events if kind == "fixed"}, key=Version)


def read_export(path: Path) -> Iterator[Advisory]:
    """Yield what the export says, a record a package; those that were withdrawn are left out.

    Raises:
        Unreadable: the file is missing, no zip file or damaged, or holds no advisories of PyPI.
    """
    count = 0
    try:
        with zipfile.ZipFile(path) as export:
            for name in export.namelist():
                for advisory in _of_record(json.loads(export.read(name))):
                    count += 1
                    yield advisory
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}; check the path") from error
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{path} is no export of the OSV database, or damaged: {error}; fetch it again") from error
    if not count:
        raise Unreadable(f"{path} holds no advisory of PyPI; fetch OSV's export of the ecosystem PyPI")


def _of_record(record: Mapping[str, Any]) -> Iterator[Advisory]:
    if record.get("withdrawn"):
        return
    for affected in record.get("affected", ()):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI":
            continue
        events = (span["events"] for span in affected.get("ranges", ()) if span["type"] != "GIT")
        yield Advisory(
            names=frozenset([record["id"], *record.get("aliases", ())]),
            summary=record.get("summary") or record.get("details", "")[:100],
            modified=record["modified"],
            package=canonicalize_name(package["name"]),
            versions=frozenset(affected.get("versions", ())),
            ranges=tuple(tuple(pair for event in span for pair in event.items()) for span in events),
        )


def _within(version: str, events: tuple[tuple[str, str], ...]) -> bool:
    """Walk the events of a range in the order of versions, as the OSV schema has it ("Evaluation")."""
    wanted, inside = Version(version), False
    for kind, bound in sorted(events, key=_order):
        at = _order((kind, bound))[0]
        if kind == "introduced" and wanted >= at:
            inside = True
        elif (kind == "fixed" and wanted >= at) or (kind == "last_affected" and wanted > at):
            inside = False
    return inside


def _order(event: tuple[str, str]) -> tuple[Version, bool]:
    """Where an event stands; "0" is before every version, and what is no version is before all that are."""
    kind, bound = event
    try:
        return Version("0.dev0" if bound == "0" else bound), kind != "introduced"
    except InvalidVersion:
        return Version("0.dev0"), kind != "introduced"
