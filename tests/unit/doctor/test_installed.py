from pathlib import Path

import cv2
import pytest

from workbench.doctor import installed


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Return a function that makes a package look installed."""

    def add(name: str, version: str) -> None:
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return add


def test_one_opencv_that_loads_is_fine():
    finding = installed.opencv()
    assert finding.status == "ok"
    assert cv2.__version__ in finding.found


def test_two_flavours_of_opencv_are_a_problem(install):
    install("opencv-contrib-python", "5.0.0.93")
    finding = installed.opencv()
    assert finding.status == "problem"
    assert "opencv-python" in finding.found and "opencv-contrib-python" in finding.found


def test_two_flavours_outside_a_checkout_are_cured_by_pip(install, monkeypatch, tmp_path):
    monkeypatch.setattr(installed.sys, "prefix", str(tmp_path))
    install("opencv-contrib-python", "5.0.0.93")
    assert "uninstall -y opencv-python" in installed.opencv().cure


def test_a_cv2_of_another_version_than_the_installed_one_is_told(monkeypatch):
    monkeypatch.setattr(cv2, "__version__", "4.5.1")
    finding = installed.opencv()
    assert finding.status == "warning"
    assert "4.5.1" in finding.found and cv2.__file__ in finding.found


def test_a_half_removed_opencv_is_told_from_a_missing_library(monkeypatch):
    monkeypatch.delattr(cv2, "__version__")  # what is left of the folder imports as an empty module
    finding = installed.opencv()
    assert finding.status == "problem"
    assert finding.cure == installed.reinstall()


@pytest.mark.parametrize(
    ("requirement", "found"),
    [
        pytest.param("numpy>=999", "needs >=999", id="too old"),
        pytest.param("no-such-package>=1", "no-such-package missing", id="missing"),
        pytest.param('no-such-package; python_version < "3"', None, id="for another Python"),
        pytest.param("numpy>=1", None, id="fits"),
    ],
)
def test_packages_are_compared_with_what_is_declared(monkeypatch, requirement, found):
    monkeypatch.setattr(installed, "declared", lambda: [requirement])
    finding = installed.packages()
    assert (finding.status == "problem") == (found is not None)
    assert found is None or found in finding.found


def test_the_headless_opencv_stands_in_for_the_declared_one(install, monkeypatch):
    real = installed.metadata.version

    def version(name: str) -> str:
        if name == "opencv-python":
            raise installed.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(installed.metadata, "version", version)
    install("opencv-python-headless", "5.0.0.93")
    assert installed.packages().status == "ok"


def test_declared_names_are_those_of_pyproject(monkeypatch, tmp_path):
    assert any(line.startswith("tensorflow") for line in installed.declared())
    monkeypatch.setattr(installed, "CHECKOUT", tmp_path)
    assert any(line.startswith("tensorflow") for line in installed.declared()), "from the installed metadata"


@pytest.mark.parametrize(
    ("version", "status"),
    [
        pytest.param((3, 10, 13), "problem", id="too old"),
        pytest.param((3, 11, 0), "ok", id="first"),
        pytest.param((3, 13, 9), "ok", id="last"),
        pytest.param((3, 14, 0), "problem", id="too new"),
    ],
)
def test_python_has_to_be_a_declared_one(monkeypatch, version, status):
    monkeypatch.setattr(installed.sys, "version_info", version)
    assert installed.python().status == status


def test_codecs_name_both_decoders_and_find_h264():
    finding = installed.codecs()
    assert finding.status == "ok"
    assert "cv2: avcodec" in finding.found and "PyAV" in finding.found


def test_an_opencv_without_ffmpeg_is_a_problem(monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  Video I/O:\n    FFMPEG:    NO\n")
    finding = installed.codecs()
    assert finding.status == "problem"
    assert "H.264" in finding.found


def test_the_cure_inside_a_checkout_is_its_own_set_up(monkeypatch):
    monkeypatch.setattr(installed.sys, "prefix", str(installed.CHECKOUT / ".venv"))
    assert installed.reinstall() == "make clean setup"
    assert (Path(installed.CHECKOUT) / "Makefile").is_file()
