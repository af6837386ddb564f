import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP = {path.stem for path in (ROOT / "workbench").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}


@pytest.fixture(scope="module")
def layers() -> list[str]:
    """Return the layers as pyproject.toml declares them, highest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = project["tool"]["importlinter"]["contracts"]
    return [layer.removeprefix("workbench.") for layer in contract["layers"]]


def test_every_part_of_the_package_has_its_place_in_the_layers(layers):
    assert set(layers) == TOP - {"__init__"}


def test_imports_go_down_the_layers_only():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def test_a_module_that_imports_upward_is_caught(tmp_path):
    (tmp_path / "toy").mkdir()
    for name, text in {"__init__": "", "errors": "import toy.cli\n", "cli": ""}.items():
        (tmp_path / "toy" / f"{name}.py").write_text(text)
    contract = "name = 'c'\ntype = 'layers'\nlayers = ['toy.cli', 'toy.errors']\n"
    settings = f"[tool.importlinter]\nroot_package = 'toy'\n[[tool.importlinter.contracts]]\n{contract}"
    (tmp_path / "pyproject.toml").write_text(settings)
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "toy.errors" in done.stdout
