"""Real kernels that end in every way a kernel can, each told apart."""

import json
import sys

import pytest

from tests.unit.cluster.waiting import lives, wait_for
from workbench.errors import RunError
from workbench.reports.scenarios import load_notebook

pytestmark = pytest.mark.slow


@pytest.fixture
def run(write_notebook):
    from workbench.reports.kernels.execute import Terms, execute

    def start(*cells, given=None, written=None, **terms):
        return execute(load_notebook(write_notebook(*cells, **(written or {}))), given or {}, terms=Terms(**terms))

    return start


def states(execution):
    return [cell.metadata.papermill["status"] for cell in execution.notebook.cells]


def text(execution, index=-1):
    return "".join(output.get("text", "") for output in execution.notebook.cells[index].outputs)


def test_all_cells_run_with_the_parameters_given(run):
    seen = []
    done = run("print(number, name, seed)", given={"number": 9}, on_cell=lambda *cells: seen.append(cells))
    assert (done.status, done.error) == ("ok", "")
    assert text(done) == "9 a 7\n"
    assert set(states(done)) == {"completed"}
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]  # opening, parameters, the injected cell, ours
    assert done.duration_s > 0


@pytest.mark.parametrize(
    ("cell", "status", "error"),
    [
        pytest.param("raise ValueError('no\\nsuch')", "failed", "ValueError: no such", id="exception"),
        pytest.param("import sys; sys.exit(3)", "failed", "SystemExit: 3", id="sys.exit"),
        pytest.param("import ctypes; ctypes.string_at(0)", "killed", "SIGSEGV", id="crash in native code"),
        pytest.param("raise OSError(28, 'No space left on device')", "disk full", "No space left", id="full disk"),
    ],
)
def test_an_ending_is_told_and_marked_at_its_cell(run, cell, status, error):
    done = run("print('before')", cell, "print('after')")
    assert done.status == status
    assert error in done.error
    assert "\n" not in done.error
    assert states(done) == ["completed", "completed", "completed", "failed", "pending"]
    failed = done.notebook.cells[3]
    assert "failed" in failed.metadata["tags"]
    assert "error" in [output.output_type for output in failed.outputs]
    assert done.notebook.cells[-1].outputs == []


def test_a_cell_that_takes_too_long_is_stopped(run):
    slow = {"parameters": "import time; time.sleep(600)"}  # the first cell: on a busy machine any could take too long
    done = run("print('after')", written=slow, timeout=1.5)
    assert done.status == "timeout"
    assert "1.5 s" in done.error
    assert states(done) == ["completed", "failed", "pending"]
    assert done.duration_s < 300


def test_no_process_is_left_not_even_of_a_killed_kernel(run, tmp_path):
    start = f"""import json, os, subprocess
child = subprocess.Popen(["sleep", "300"])
open({str(tmp_path / "pids")!r}, "w").write(json.dumps([os.getpid(), child.pid]))"""
    assert run(start, "os.kill(os.getpid(), 9)").status == "killed"
    pids = json.loads((tmp_path / "pids").read_text())
    assert len(pids) == 2
    wait_for(lambda: not any(map(lives, pids)))


def test_the_kernel_is_this_interpreter_whatever_is_installed(run, tmp_path, monkeypatch):
    wrong = tmp_path / "jupyter" / "kernels" / "python3"
    wrong.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "wrong", "language": "python"}
    (wrong / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    assert text(run("import sys; print(sys.executable)")) == sys.executable + "\n"


def test_pictures_go_into_the_notebook_whatever_the_shell_says(run, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    done = run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert any("image/png" in output.get("data", {}) for output in done.notebook.cells[-1].outputs)


def test_the_kernel_gets_the_environment_asked_for_and_no_user_files(run, tmp_path, monkeypatch):
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "a.py").write_text("number = 99")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    cell = "import os; print(os.environ['A'], os.environ['TF_CPP_MIN_LOG_LEVEL'], os.environ['IPYTHONDIR'])"
    a, level, folder = text(run(cell, environment={"A": "b"})).split()
    assert (a, level) == ("b", "2")
    assert not folder.startswith(str(tmp_path))


@pytest.mark.parametrize("module", ["tqdm", "tqdm.auto"])
def test_progress_bars_stay_out_of_the_report(run, module):
    done = run(f"from {module} import tqdm\nfor _ in tqdm(range(3)): pass\nprint('done')")
    assert [output.output_type for output in done.notebook.cells[-1].outputs] == ["stream"]
    assert text(done) == "done\n"


def test_an_unknown_kernel_is_refused(run):
    with pytest.raises(RunError, match="no kernel named 'julia-99' is installed; known: .*python3"):
        run("1", kernel="julia-99")


def test_the_working_folder_is_the_callers(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert text(run("import os; print(os.getcwd())")) == f"{tmp_path}\n"
