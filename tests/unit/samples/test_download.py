"""pip downloads from a package index that runs here; nothing leaves this machine."""

import hashlib
import http.server
import socket
import subprocess
import sys
import threading
import zipfile
from functools import partial
from pathlib import Path

import pytest

from workbench.errors import SampleError
from workbench.samples.catalogue import Package
from workbench.samples.download import pypi

PURE = "tiny-1.0-py3-none-any.whl"
LINUX = "heavy-1.0-cp312-cp312-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl"
OTHERS = ["heavy-1.0-cp311-cp311-manylinux_2_28_x86_64.whl", "heavy-1.0-cp312-cp312-macosx_11_0_arm64.whl"]


def package(file):
    name, version = file.split("-")[:2]
    return Package(name, "pypi", version, file, sha256="", bytes=0, licence="MIT")


def write_wheel(folder: Path, file: str):
    """Write a wheel that pip accepts, with 700 kB: pip shows no progress below 512."""
    name, version = file.split("-")[:2]
    (folder / name).mkdir(parents=True, exist_ok=True)
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / name / file, "w") as wheel:
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
        wheel.writestr("data.bin", hashlib.shake_256(file.encode()).digest(700_000))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Take away this machine's own pip settings."""
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "CONSTRAINT", "ONLY_BINARY", "NO_BINARY"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "300")  # this process, which answers it, may stand still
    return monkeypatch


@pytest.fixture
def index(tmp_path, settings):
    """Run a package index with a pure wheel, and one with a wheel for each of several platforms; pip is set to it."""
    for file in (PURE, LINUX, *OTHERS):
        write_wheel(tmp_path / "index", file)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "index"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/")
    yield tmp_path / "index"
    server.shutdown()
    server.server_close()


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_a_wheel_comes_from_the_index_that_pip_is_set_to_and_says_how_far_it_is(index, out):
    told = []
    archive = pypi(package(PURE), out, told.append)
    assert archive.read_bytes() == (index / "tiny" / PURE).read_bytes()
    assert told == sorted(told)
    assert told[-1] == archive.stat().st_size


def test_the_wheel_of_another_platform_and_python_is_chosen_by_its_name(index, out):
    archive = pypi(package(LINUX), out, lambda _: None)
    assert archive.read_bytes() == (index / "heavy" / LINUX).read_bytes()


@pytest.mark.slow
def test_an_interrupt_ends_pip_and_is_passed_on(index, out, monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pypi(package(PURE), out, interrupt)
    assert [pip.poll() is not None for pip in started] == [True]


@pytest.mark.slow
def test_a_package_that_the_index_lacks_is_named(index, out):
    with pytest.raises(SampleError, match="no package index that has absent 1.0; check the network and pip's index"):
        pypi(package("absent-1.0-py3-none-any.whl"), out, lambda _: None)


@pytest.mark.slow
def test_a_version_that_the_index_lacks_is_named(index, out):
    with pytest.raises(SampleError, match="does not have tiny-2.0-py3-none-any.whl; check the network and pip's"):
        pypi(package("tiny-2.0-py3-none-any.whl"), out, lambda _: None)


@pytest.mark.slow
def test_without_a_network_the_error_says_what_to_check(settings, out):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, and not listening: connections are refused
        settings.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/")
        with pytest.raises(SampleError, match="reached no package index that has tiny 1.0; check the network") as error:
            pypi(package(PURE), out, lambda _: None)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_what_is_no_wheel_is_called_so(index, out):
    (index / "tiny" / PURE).write_bytes(b"<html>sign in to the network</html>")
    with pytest.raises(SampleError, match=f"hands out as {PURE} is no wheel, perhaps a page to sign in; check"):
        pypi(package(PURE), out, lambda _: None)


def test_a_python_without_pip_is_told_how_to_get_it(tmp_path, out, monkeypatch):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{sys.executable}: No module named pip' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(SampleError, match=f"{python} has no pip; run: {python} -m ensurepip --upgrade"):
        pypi(package(PURE), out, lambda _: None)
