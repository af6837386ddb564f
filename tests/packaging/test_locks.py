import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-headless.lock",
    "requirements-opencv4.lock",
    "workbench/samples/npm.lock",
)


def entries(lock: str) -> list[tuple[Requirement, int]]:
    """Return each requirement of a lock with the number of its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.findall(r"^(\S+==.*?)\\\n((?: +--hash=sha256:[0-9a-f]{64}.*\n)*)", text, re.MULTILINE)
    return [(Requirement(head), hashes.count("--hash")) for head, hashes in blocks]


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared() -> list[str]:
    return project()["project"]["dependencies"] + project()["dependency-groups"]["dev"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_nothing_of_where_packages_come_from(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text
    assert "--index" not in text and "--find-links" not in text
    assert not re.search(r"\b[a-z0-9-]+\.(?:org|com|net|io|cloud)\b", text), "a host"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock):
    found = entries(lock)
    heads = re.findall(r"^[A-Za-z0-9._-]+==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(found) == len(heads) > 0
    assert [str(requirement) for requirement, hashes in found if not hashes] == []


@pytest.mark.parametrize("requirement", declared())
def test_the_lock_is_in_step_with_pyproject(requirement):
    """Whoever adds a dependency types `make lock`."""
    wanted = Requirement(requirement)
    name = canonicalize_name(wanted.name)
    locked = [entry for entry, _ in entries("requirements.lock") if canonicalize_name(entry.name) == name]
    assert locked, f"{name} is not locked; type: make lock"
    for entry in locked:
        [pin] = entry.specifier
        assert wanted.specifier.contains(pin.version), f"{entry} does not fit {wanted}; type: make lock"


def test_the_headless_stand_in_has_the_version_of_the_declared_opencv():
    [declared_pin] = {str(e.specifier) for e, _ in entries("requirements.lock") if e.name == "opencv-python"}
    [(stand_in, _)] = entries("requirements-headless.lock")
    assert (stand_in.name, str(stand_in.specifier)) == ("opencv-python-headless", declared_pin)


def test_only_one_flavour_of_opencv_is_locked():
    assert {e.name for e, _ in entries("requirements.lock") if e.name.startswith("opencv")} == {"opencv-python"}


def test_the_other_opencv_of_the_tests_is_a_4_that_pyproject_allows():
    [(other, _)] = entries("requirements-opencv4.lock")
    [pin] = other.specifier
    [declared_range] = [Requirement(line).specifier for line in declared() if line.startswith("opencv-python")]
    assert Version(pin.version).major == 4
    assert declared_range.contains(pin.version)


def test_conda_gives_python_and_pip_alone_and_pip_the_lock(pip_section):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [Requirement(entry) for entry in environment["dependencies"] if isinstance(entry, str)]
    assert [entry.name for entry in conda] == ["python", "pip"]
    assert conda[0].specifier == Requirement("python" + project()["project"]["requires-python"]).specifier
    assert pip_section == ["-r requirements.lock"]
