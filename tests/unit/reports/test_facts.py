"""Facts are read off this machine."""

import platform
import subprocess

import cv2
import numpy as np

from workbench.reports import facts


def test_versions_are_those_installed():
    versions = facts.versions()
    assert versions["python"] == platform.python_version()
    assert versions["numpy"] == np.__version__


def test_codecs_are_those_of_the_libraries():
    codecs = facts.codecs()
    assert codecs["cv2"]["version"] == cv2.__version__
    assert "libjpeg" in codecs["cv2"]["JPEG"]
    assert codecs["pyav"]["libavcodec"].count(".") == 2


def test_the_machine_has_cores_and_memory():
    machine = facts.machine()
    assert machine["cores"] >= 1
    assert machine["memory_gb"] > 0.1
    assert machine["cpu"]


def test_a_commit_is_told_and_whether_files_differ_from_it(tmp_path):
    def git(*command):
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", "-C", str(tmp_path), *who, *command], check=True, capture_output=True)

    assert facts.commit(tmp_path) is None
    git("init")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-m", "a")
    clean = facts.commit(tmp_path)
    (tmp_path / "a").write_text("2")
    dirty = facts.commit(tmp_path)
    assert (clean["dirty"], dirty["dirty"]) == (False, True)
    assert len(clean["commit"]) == 40
