import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True)
class Environment:
    """A fresh environment in a folder of its own."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def __call__(self, *command: str | Path, cwd: Path | None = None) -> str:
        """Run a program of the environment and return what it printed."""
        program, *words = map(str, command)
        done = subprocess.run(
            [self.bin / program, *words], cwd=cwd or self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def pip_section() -> list[str]:
    """Return the lines that conda hands to pip."""
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    [section] = [entry["pip"] for entry in dependencies if isinstance(entry, dict)]
    return section


@pytest.fixture(scope="session")
def locked_environment(pip_section) -> Iterator[Environment]:
    """Make an environment as environment.yml does, with uv in the place of conda's pip for its speed.

    It is removed at the end: pytest keeps the temporary folders of three runs, at 3 GB each.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-locked-", ignore_cleanup_errors=True) as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        # beside environment.yml, as conda does: paths count from there
        with tempfile.NamedTemporaryFile("w", prefix=".environment-yml-", suffix=".txt", dir=ROOT) as requirements:
            requirements.write("\n".join(pip_section) + "\n")
            requirements.flush()
            python = Path(folder, "bin", "python")
            command = [UV, "pip", "install", "--quiet", "--require-hashes", "--python", python, "-r", requirements.name]
            subprocess.run(command, check=True, cwd=ROOT)
        yield Environment(Path(folder))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel as a release would, from the files that are in the checkout."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = out.glob("*.whl")
    return built


TINY_PACKAGES = {
    "uv",
    "pip",
    "hatchling",
    "editables",
    "packaging",
    "pathspec",
    "pluggy",
    "tomlkit",
    "trove-classifiers",
}
TINY_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "workbench"
version = "0"
"""


def make_tiny_checkout(root: Path) -> Path:
    """Make a checkout with the real set-up and the real locks of a few packages, OpenCV and NumPy among them."""
    from scripts.set_up.installer import locked_entry, locked_names

    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "requirements-headless.lock", "requirements-opencv4.lock"):
        shutil.copy(ROOT / name, root)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    kept = [name for name in locked_names(lock) if name in TINY_PACKAGES | {"opencv-python", "numpy"}]
    (root / "requirements.lock").write_text("".join(locked_entry(lock, name) for name in kept))
    (root / "pyproject.toml").write_text(TINY_PROJECT)
    (root / "workbench").mkdir()
    (root / "workbench" / "__init__.py").write_text('__version__ = "0"\n')
    return root


@pytest.fixture
def tiny_checkout(tmp_path) -> Path:
    """Return a small checkout before its first set-up."""
    return make_tiny_checkout(tmp_path / "checkout")


@pytest.fixture(scope="module")
def ready_checkout(tmp_path_factory) -> tuple[Path, list[str]]:
    """Return a small checkout in which two set-ups began at the same time, and what each of them printed.

    They find a third at work, so that neither has ended before the other begins.
    """
    from scripts.set_up.checkout import Checkout
    from scripts.set_up.main import alone

    root = make_tiny_checkout(tmp_path_factory.mktemp("ready") / "checkout")
    command = [sys.executable, "-m", "scripts.set_up"]
    with alone(Checkout(root)):
        both = [
            subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for _ in range(2)
        ]
        first = [process.stdout.readline() for process in both]
    printed = [line + process.communicate()[0] for line, process in zip(first, both, strict=True)]
    assert [process.returncode for process in both] == [0, 0], printed
    return root, printed
