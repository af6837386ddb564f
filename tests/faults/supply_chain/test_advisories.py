"""Locks with versions that are known to be bad. The records are those of real advisories, without their prose."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def record(name, package, events, *, summary, aliases=(), **more):
    affected = {"package": {"ecosystem": "PyPI", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    known = {"id": name, "aliases": list(aliases), "modified": "2026-11-20T00:00:00Z", "summary": summary}
    return known | {"affected": [affected | more]}


KERAS = record(
    "GHSA-5gwj-m78q-7pq3",
    "keras",
    [{"introduced": "0"}, {"fixed": "3.12.3"}, {"introduced": "3.13.0"}, {"fixed": "3.15.0"}],
    summary="Keras: Lambda deserialization can bypass safe mode and execute code",
    aliases=["CVE-2026-12481"],
)
BLEACH = record("GHSA-g75f-g53v-794x", "bleach", [], summary="linkification of email addresses", versions=["6.3.0"])
PILLOW = record("GHSA-4x4j-2g7c-83w6", "Pillow", [{"introduced": "0"}, {"fixed": "12.3.0"}], summary="WindowsViewer")
SAME = record("PYSEC-1", "keras", KERAS["affected"][0]["ranges"][0]["events"], summary="", aliases=[KERAS["id"]])
WITHDRAWN = record("GHSA-0", "numpy", [{"introduced": "0"}], summary="") | {"withdrawn": "2026-01-01T00:00:00Z"}
RECORDS = [KERAS, BLEACH, PILLOW, SAME, WITHDRAWN]


@pytest.fixture
def checkout(tmp_path):
    """The scripts with a lock of a test's own."""
    shutil.copytree(ROOT / "scripts" / "advisories", tmp_path / "scripts" / "advisories")
    npm = tmp_path / "workbench" / "samples" / "npm.lock"
    npm.parent.mkdir(parents=True)
    npm.touch()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as export:
        for entry in RECORDS:
            export.writestr(f"{entry['id']}.json", json.dumps(entry))
    return tmp_path


def audit(checkout, *words):
    command = [sys.executable, "-m", "scripts.advisories", *words]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("pin", "affected"),
    [
        pytest.param("keras==3.14.0", True, id="a locked version with a known advisory"),
        pytest.param("keras==3.12.2", True, id="a locked version of an older line with a known advisory"),
        pytest.param("bleach==6.3.0", True, id="a locked version that an advisory names alone"),
        pytest.param("pillow==12.2.0 ; python_version < '3.12'", True, id="a version for one Python with an advisory"),
        pytest.param("keras==3.12.3", False, id="the first version of an older line without it"),
        pytest.param("keras==3.15.0", False, id="the first version without it"),
        pytest.param("numpy==2.0.0", False, id="a version whose advisory was withdrawn"),
    ],
)
def test_a_lock_is_held_against_advisories(pin, affected, checkout, told):
    (checkout / "requirements.lock").write_text(f"{pin} \\\n    --hash=sha256:{'0' * 64}\n")
    done = audit(checkout, "all.zip")
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == ((1, 2) if affected else (0, 1)), done.stdout + done.stderr
    told("flagged" if affected else "harmless", lines[0])


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda path: path.unlink(), id="no export"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-60]), id="half an export"),
        pytest.param(lambda path: path.write_text("<html>"), id="a web page for an export"),
        pytest.param(lambda path: zipfile.ZipFile(path, "w").close(), id="an export without advisories"),
        pytest.param(lambda path: rewrite(path, "[1, 2]"), id="an export of something else"),
    ],
)
def test_an_export_that_cannot_be_read_is_no_clean_bill(harm, checkout, told):
    (checkout / "requirements.lock").touch()
    harm(checkout / "all.zip")
    done = audit(checkout, "all.zip")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    told("refused", done.stderr.removeprefix("advisories: ").strip())


def rewrite(path, text):
    with zipfile.ZipFile(path, "w") as export:
        export.writestr("a.json", text)


def test_the_locks_of_this_checkout_have_none_of_those_advisories(checkout):
    done = subprocess.run(
        [sys.executable, "-m", "scripts.advisories", checkout / "all.zip"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hits: 0" in done.stdout
