"""Set-up, really run, from an index that hands out something else than the lock names."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile

import pytest

from scripts.set_up.installer import locked_entry, locked_version
from tests.faults.supply_chain.shelf import flip_a_bit, index
from tests.packaging.conftest import ROOT, make_tiny_checkout

pytestmark = [pytest.mark.slow, pytest.mark.packaging]

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PACKAGES = ("uv", "pluggy")  # what set-up installs with, and a small one that it installs
HOSTILE = "from pathlib import Path\nPath({marker!r}).touch()\nfrom setuptools import setup\nsetup()\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The real wheels that the lock names, fetched as a user would."""
    folder = tmp_path_factory.mktemp("wheels")
    (folder / "wanted.txt").write_text("".join(locked_entry(LOCK, name) for name in PACKAGES))
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    subprocess.run([*pip, "--dest", folder, "-r", folder / "wanted.txt"], check=True)
    return {name: next(folder.glob(f"{name}-*.whl")) for name in PACKAGES}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout whose environment is made once and then brought in step with a lock of `PACKAGES`."""
    root = make_tiny_checkout(tmp_path_factory.mktemp("set_up") / "checkout")
    (root / "requirements.lock").write_text("".join(locked_entry(LOCK, name) for name in PACKAGES))
    return root


@pytest.fixture
def shelf(tmp_path, wheels):
    """The same index with packages of a test's own."""
    for name, wheel in wheels.items():
        (tmp_path / "index" / name).mkdir(parents=True)
        shutil.copy(wheel, tmp_path / "index" / name)
    return tmp_path / "index"


def set_up(checkout, shelf, **variables):
    """Bring the environment in step; return the one line that it is refused with."""
    (checkout / ".cache" / "set-up" / "stamp.json").unlink(missing_ok=True)  # else it is made anew each time
    command = [sys.executable, "-m", "scripts.set_up"]
    with index(shelf) as source:
        done = subprocess.run(
            command, cwd=checkout, env=os.environ | source | variables, capture_output=True, text=True, check=False
        )
    assert done.returncode == 2, done.stdout + done.stderr
    assert not list((checkout / ".venv" / "lib").glob("python3*/site-packages/pluggy"))
    return done.stderr.removeprefix("set-up: ")


def expect_mismatch(printed, wheel):
    """Hold what set-up printed to one line, and take the hash out of it, which differs from wheel to wheel."""
    [line] = printed.splitlines()
    came = hashlib.sha256(wheel.read_bytes()).hexdigest()[:12]
    assert came in line
    return line.replace(came, "0123456789ab")


def told_of(line):
    """Return what was printed without the versions of the lock."""
    for name in PACKAGES:
        line = line.replace(f"{name} {locked_version(LOCK, name)}", f"{name} 1.2.3")
    return line.strip()


def test_the_installer_itself_with_one_bit_flipped(checkout, shelf, told):
    [wheel] = (shelf / "uv").iterdir()
    flip_a_bit(wheel)
    told("refused", told_of(expect_mismatch(set_up(checkout, shelf), wheel)))
    assert not (checkout / ".venv" / "bin" / "uv").exists()


def test_a_package_with_one_bit_flipped(checkout, shelf, told):
    [wheel] = (shelf / "pluggy").iterdir()
    flip_a_bit(wheel)
    told("refused", told_of(expect_mismatch(set_up(checkout, shelf), wheel)))
    assert (checkout / ".venv" / "bin" / "uv").exists(), "the right installer found it out"


def test_a_package_with_one_bit_flipped_where_pip_installs(checkout, shelf, told):
    [wheel] = (shelf / "pluggy").iterdir()
    flip_a_bit(wheel)
    printed = set_up(checkout, shelf, UV_DEFAULT_INDEX="http://127.0.0.1:9/", UV_HTTP_RETRIES="0")
    told("refused", told_of(expect_mismatch(printed, wheel)))


def test_a_source_archive_that_runs_code_when_it_is_built(checkout, shelf, told, tmp_path):
    """Its hash is in the lock, as those of real source archives are: what keeps it out is that none is built."""
    [wheel] = (shelf / "pluggy").iterdir()
    wheel.unlink()
    marker, version = tmp_path / "was_run", locked_version(LOCK, "pluggy")
    (tmp_path / "setup.py").write_text(HOSTILE.format(marker=str(marker)))
    archive = shelf / "pluggy" / f"pluggy-{version}.tar.gz"
    with tarfile.open(archive, "w:gz") as tape:
        tape.add(tmp_path / "setup.py", f"pluggy-{version}/setup.py")
    lock = checkout / "requirements.lock"
    before = lock.read_text()
    lock.write_text(
        f"{before} \\\n    --hash=sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}\n".replace("\n \\", " \\")
    )
    printed = set_up(checkout, shelf)
    lock.write_text(before)
    assert not marker.exists()
    told("refused", told_of(printed))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda pin: f"{pin}\n", "has no pluggy with a hash", id="a lock without the hash of a package"),
        pytest.param(
            lambda pin: f"--extra-index-url http://evil.example/\n{pin}\n",
            "says where a package comes from",
            id="a lock that names another package index",
        ),
        pytest.param(
            lambda pin: "pluggy @ http://evil.example/pluggy.whl\n",
            "says where a package comes from",
            id="a lock that names an address instead of a version",
        ),
    ],
)
def test_a_lock_is_changed(change, message, checkout, shelf, told):
    lock = checkout / "requirements.lock"
    before = lock.read_text()
    head, name, entry = before.partition("pluggy==")
    lock.write_text(head + change(name + entry.split()[0]))
    printed = set_up(checkout, shelf)
    lock.write_text(before)
    assert message in printed
    told("refused", told_of(printed))
