"""What a release is: a wheel, in an environment of exactly the locked packages, away from the checkout."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ["tensorflow", "keras", "ipywidgets", "papermill", "matplotlib", "nbconvert", "pandas"]
LOADED = f"print(json.dumps(sorted(set({HEAVY}) & set(sys.modules))))"
IMPORT = """
import json, sys
before = set(sys.modules)
import workbench
foreign = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(json.dumps([workbench.__file__, sorted(foreign)]))
"""
USE = """
import json, sys
import numpy, workbench
workbench.Recipe(size=(8, 8))(numpy.zeros((9, 9, 3), numpy.uint8))
"""


@pytest.fixture(scope="module")
def installed(locked_environment, wheel):
    """Return the fresh environment with the wheel in it."""
    python, uv = locked_environment.bin / "python", ROOT / ".venv" / "bin" / "uv"
    subprocess.run([uv, "pip", "install", "--quiet", "--no-deps", "--python", python, wheel], check=True)
    return locked_environment


def test_environment_yml_gives_the_locked_versions_of_all_that_the_wheel_needs(installed):
    uv = ROOT / ".venv" / "bin" / "uv"
    subprocess.run([uv, "pip", "check", "--python", installed.bin / "python"], check=True, capture_output=True)
    listed = installed(
        "python", "-c", "from importlib.metadata import version as v; print(v('opencv-python'), v('keras'))"
    )
    opencv, keras = listed.split()
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert f"\nopencv-python=={opencv} " in lock and f"\nkeras=={keras} " in lock


def test_importing_workbench_is_instant(installed):
    file, foreign = json.loads(installed("python", "-c", IMPORT))
    assert Path(file).is_relative_to(installed.folder), "not the checkout's"
    # rfc3987_syntax is there in name only (late_grammars.py): lark, which it imports, is not
    assert foreign == ["lazy_loader", "rfc3987_syntax", "workbench"]  # all else is loaded on its first use


@pytest.mark.parametrize("program", [pytest.param(IMPORT, id="imported"), pytest.param(USE, id="used on a picture")])
def test_workbench_loads_no_heavy_framework_before_it_is_needed(installed, program):
    assert json.loads(installed("python", "-c", program + LOADED).splitlines()[-1]) == []


def test_the_command_line_helps(installed):
    shown = installed("workbench", "--help")
    for command in ("samples", "scenarios", "report", "doctor"):
        assert command in shown


def test_the_command_line_gives_its_version(installed):
    assert installed("workbench", "--version").split() == ["workbench", _version()]


def test_the_scenarios_are_in_the_wheel(installed, wheel):
    notebooks = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    inside = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    assert sorted(path.stem for path in inside if path.suffix == ".ipynb") == notebooks
    shown = installed("workbench", "scenarios")
    for name in notebooks:
        assert name in shown


def test_the_doctor_finds_no_problem_in_a_fresh_environment(installed):
    shown = installed("workbench", "doctor")
    assert "problem" not in shown
    assert "pyproject" not in shown


def test_the_wheel_holds_the_package_and_nothing_around_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"workbench", f"workbench-{_version()}.dist-info"}
    assert "workbench/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_the_wheel_holds_every_file_of_the_package(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files", "workbench"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert tracked.stdout.split()
    assert [name for name in tracked.stdout.split() if name not in inside] == []


def _version() -> str:
    text = (ROOT / "workbench" / "__init__.py").read_text(encoding="utf-8")
    return text.split('__version__ = "')[1].split('"')[0]
