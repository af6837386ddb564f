"""What samples there are and which are fetched, as values and as tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.samples.catalogue import Entry, Kind, catalogue
from workbench.samples.store import Status, data_dir, status

WIDTH = 100  # columns


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample, as `workbench samples list` shows it."""

    name: str
    kind: Kind
    package: str
    version: str
    licence: str
    provenance: str
    description: str
    size_mb: float  # on disk
    status: Status


def samples() -> tuple[Sample, ...]:
    """Return every sample of the catalogue, with the state of its bytes in the data folder."""
    return tuple(_sample(entry) for entry in catalogue().entries.values())


def _sample(entry: Entry) -> Sample:
    package = entry.packages[0]
    return Sample(
        name=entry.name,
        kind=entry.kind,
        package=package.name,
        version=package.version,
        licence=entry.licence,
        provenance=entry.provenance,
        description=entry.description,
        size_mb=entry.size_mb,
        status=status(data_dir() / entry.name, entry),
    )


def table(listed: Sequence[Sample] | None = None) -> str:
    """Return the samples as text: one line of facts each, then what it is, its licence and where it is from."""
    listed = samples() if listed is None else listed
    name, kind = (max(len(getattr(sample, column)) for sample in listed) for column in ("name", "kind"))
    blocks = [
        f"{sample.name:<{name}}  {sample.status:<7}  {sample.kind:<{kind}}  {sample.size_mb:5.1f} MB  "
        f"{sample.package} {sample.version}\n"
        f"{_indented(sample.description)}\n"
        f"{_indented('licence: ' + sample.licence)}\n{_indented('from: ' + sample.provenance)}"
        for sample in listed
    ]
    return "\n".join(blocks)


def _indented(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="    ", subsequent_indent="      ")


def markdown_table() -> str:
    """Return the catalogue as the Markdown table of data/README.md; it does not depend on what is fetched."""
    head = ("sample", "kind", "what", "MB", "package", "licence", "provenance")
    rows = [
        (f"`{entry.name}`", entry.kind, entry.description, f"{entry.size_mb:.1f}",
         ", ".join(map(str, entry.packages)), entry.licence, entry.provenance)
        for entry in catalogue().entries.values()
    ]  # fmt: skip
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
