import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from scripts.set_up import __main__ as entry
from scripts.set_up import environment
from scripts.set_up.console import CommandFailed, Runner, SetUpError, clean

ROOT = Path(__file__).resolve().parents[2]


def command(folder: Path, name: str, script: str) -> Path:
    """Put an executable on a PATH of its own."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_pythons_that_fit_are_those_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = SpecifierSet(project["requires-python"])
    minors = [(3, minor) for minor in range(5, 30) if allowed.contains(f"3.{minor}.0")]
    assert list(entry.FIT) == minors


def test_an_unfit_python_hands_over_to_a_fit_one_on_path(monkeypatch, tmp_path):
    command(tmp_path, "python3.11", "exit 127")  # what pyenv leaves of a version that is not chosen
    fit = command(tmp_path, "python3.12", "echo 3 12")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(entry, "FIT", ((3, 11), (3, 12)))
    assert entry.find_fit_python() == str(fit)


def test_a_command_that_is_not_the_version_of_its_name_is_passed_over(monkeypatch, tmp_path):
    command(tmp_path, "python3.11", "echo 3 9")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert entry.find_fit_python() is None


def test_without_a_fit_python_one_line_says_what_to_do(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    assert entry.main() == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "needs Python 3.11, 3.12 or 3.13" in line and "3.9.18" in line and "make PYTHON=" in line


def test_an_unknown_step_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.set_up", "enviroment"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no step named 'enviroment'" in done.stderr


class NoVenv:
    """Commands of a Python without ensurepip, as Debian ships it, until its package is installed."""

    def __init__(self) -> None:
        self.installed = False

    def __call__(self, *words: object, variables: object = None) -> str:
        if words[0] == "apt-get":
            self.installed = True
        elif not self.installed:
            raise CommandFailed(" ".join(map(str, words)), "No module named ensurepip")
        return ""


def test_debians_split_of_venv_is_mended_where_that_is_allowed(monkeypatch):
    run = NoVenv()
    monkeypatch.setattr(environment.system, "may_install", lambda: True)
    environment.make(environment.Checkout(Path("unused")), run)
    assert run.installed


def test_debians_split_of_venv_is_one_line_where_nothing_may_be_installed(monkeypatch):
    monkeypatch.setattr(environment.system, "may_install", lambda: False)
    with pytest.raises(SetUpError, match=r"apt-get install python3\.\d+-venv") as refusal:
        environment.make(environment.Checkout(Path("unused")), NoVenv())
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER", "VIRTUAL_ENV"])
def test_commands_are_not_led_out_of_the_environment(name):
    assert name not in clean({name: "/elsewhere"})
    assert clean({"PIP_INDEX_URL": "mirror"})["PIP_INDEX_URL"] == "mirror", "the user's mirror stays"


def test_a_failed_command_shows_its_last_lines_and_the_log_has_all(tmp_path):
    run = Runner(tmp_path / "log.txt")
    with pytest.raises(CommandFailed) as failure:
        run(sys.executable, "-c", "print(*range(100), sep='\\n'); raise SystemExit(3)")
    assert "    99" in str(failure.value) and "    50\n" not in str(failure.value)
    assert "\n50\n" in (tmp_path / "log.txt").read_text()


def test_a_command_that_does_not_exist_is_a_failed_command(tmp_path):
    with pytest.raises(CommandFailed, match="no-such-program"):
        Runner(tmp_path / "log.txt")(tmp_path / "no-such-program")


def test_build_machines_run_make_test():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").strip().endswith("exec make test")
