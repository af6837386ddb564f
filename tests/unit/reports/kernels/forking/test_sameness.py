"""When a copy of a process is what a fresh start would be."""

import os
import resource
import sys
import types
from pathlib import Path

import pytest

from workbench.reports.kernels.forking.sameness import early, is_forkable, key_of, late, shadowed

KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"]
FIXED = {"PYTHONHASHSEED": "0", "TF_ENABLE_ONEDNN_OPTS": "1"}


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
@pytest.mark.parametrize(
    ("command", "environment", "expected"),
    [
        pytest.param(KERNEL, FIXED, True, id="this interpreter's kernel"),
        pytest.param(["/usr/bin/ir", "-f", "kernel.json"], FIXED, False, id="a kernel of another language"),
        pytest.param(["/usr/bin/python3", *KERNEL[1:]], FIXED, False, id="another interpreter"),
        pytest.param([sys.executable, "-I", *KERNEL[1:]], FIXED, False, id="other options of the interpreter"),
        pytest.param(KERNEL, {**FIXED, "PYTHONHASHSEED": "random"}, False, id="hashes drawn at each start"),
        pytest.param(KERNEL, {"PYTHONHASHSEED": "0"}, False, id="oneDNN left to whoever imports TensorFlow"),
    ],
)
def test_only_a_kernel_whose_copy_is_a_fresh_start_is_forked(command, environment, expected):
    assert is_forkable(command, environment) is expected


@pytest.mark.parametrize(
    ("name", "is_late"),
    [
        pytest.param("WORKBENCH_RUN_FOLDER", True, id="our own, read when it is asked for"),
        pytest.param("IPYTHONDIR", True, id="the kernel's private folder"),
        pytest.param("JPY_PARENT_PID", True, id="the kernel's parent"),
        pytest.param("PYTHONHASHSEED", False, id="read when the interpreter starts"),
        pytest.param("OMP_NUM_THREADS", False, id="read when a library is loaded"),
        pytest.param("ANYTHING_ELSE", False, id="unknown"),
    ],
)
def test_a_variable_is_each_kernels_own_only_where_no_import_reads_it(name, is_late):
    assert late({name: "1"}) == ({name: "1"} if is_late else {})
    assert early({name: "1"}) == ({} if is_late else {name: "1"})


def test_a_server_is_for_one_environment_and_one_set_of_limits(monkeypatch, tmp_path):
    before = key_of(FIXED)
    assert key_of({**FIXED, "WORKBENCH_RUN_FOLDER": "x"}) == before
    assert key_of({**FIXED, "PYTHONHASHSEED": "1"}) != before
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    try:
        assert key_of(FIXED) != before
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    relative = {**FIXED, "PYTHONPATH": f"{os.sep}abs{os.pathsep}here"}
    here = key_of(relative)
    monkeypatch.chdir(tmp_path)
    assert key_of(relative) != here
    assert key_of(FIXED) == before


def test_a_users_file_that_stands_for_a_module_is_seen(tmp_path):
    loaded = {name: types.ModuleType(name) for name in ("tables", "frames", "views", "mine")}
    (tmp_path / "tables.py").touch()
    (tmp_path / "frames").mkdir()  # no package: what is installed comes first
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "__init__.py").touch()
    (tmp_path / "mine.py").touch()
    loaded["mine"].__file__ = str(tmp_path / "mine.py")  # the very file that was imported
    assert shadowed(tmp_path, loaded, set(loaded)) == ["tables", "views"]
    assert shadowed(Path(__file__).parent, loaded, set(loaded)) == []
