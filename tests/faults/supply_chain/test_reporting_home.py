"""A dependency that tells its maker what runs here."""

import os
import subprocess
import sys

import pytest
from onnx import helper

from tests.unit.models.onnx_files import write_onnx

USE = {
    "as it comes": "from onnxruntime import InferenceSession; InferenceSession('doubled.onnx')",
    "through Workbench": "import workbench; workbench.load_model('doubled.onnx')",
}


@pytest.fixture
def left(tmp_path):
    """Return a function: what ONNX Runtime leaves in the home and the temporary folder of a new user."""
    nodes = [helper.make_node("Add", ["x", "x"], ["y"])]
    write_onnx(tmp_path / "doubled.onnx", nodes, inputs=[("x", (1, 2))], outputs=[("y", (1, 2))])
    home = tmp_path / "home"
    home.mkdir()
    places = {"HOME": str(home), "TMPDIR": str(home), "WORKBENCH_CACHE": str(tmp_path / "cache")}
    suppressing = ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "PYTEST_CURRENT_TEST", "GITHUB_ACTIONS")
    clean = {name: value for name, value in os.environ.items() if name not in suppressing}

    def use(how):
        subprocess.run([sys.executable, "-c", USE[how]], cwd=tmp_path, env=clean | places, check=True)
        return sorted(path.name for path in home.rglob("*") if path.is_file())

    return use


@pytest.mark.slow
def test_the_telemetry_of_ONNX_Runtime(left, told):
    assert left("through Workbench") == []
    told("harmless", "switched off before it is imported: no device id is made, nothing is sent")
    if not left("as it comes"):
        pytest.skip("this ONNX Runtime does not report home, or sees that a build machine runs it")
