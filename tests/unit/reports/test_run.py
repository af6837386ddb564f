"""Whole runs with real kernels: a report in its place, or a marked failure and nothing earlier touched."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.unit.cluster.waiting import wait_for
from workbench.errors import InvalidValue, RunError, UnknownName
from workbench.reports import normalised, run_scenario, run_scenarios
from workbench.reports.overview.history import read_history
from workbench.reports.store import run_folders

FILES = ["SHA256SUMS", "details.json", "manifest.json", "metrics.json", "report.html", "report.ipynb", "thumbnail.png"]
RECORD = """import numpy as np
from workbench.reports import record
print("counted to", number, "with", np.random.default_rng(seed).integers(1000), hash("a"))
picture = np.zeros((9, 16, 3), np.uint8)
record({"number": number, "nan": float("nan"), "size": (2, 3), "count_ms": 12.5}, thumbnail=picture)"""
CHILD = """import signal, sys
from workbench.reports import run_scenario
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
print(run_scenario(sys.argv[1], out=sys.argv[2]).status)"""

slow = pytest.mark.slow


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


# Jupyter terminates a kernel that takes 2.5 s to end; on a busy machine that is soon over.
PATIENT = """from functools import partial
from workbench.reports.kernels import kernel
kernel.AsyncKernelManager = partial(kernel.AsyncKernelManager, shutdown_wait_time=600)
"""


def child(notebook: Path, out: Path, *, first: str = "") -> subprocess.Popen:
    """Run a notebook in a process of its own, as a user's terminal would; `first` is what that does before."""
    command = [sys.executable, "-c", first + CHILD, notebook, out]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


# --- a good run ---------------------------------------------------------------------------------------------


@slow
def test_a_run_leaves_report_notebook_metrics_manifest_thumbnail_and_index(write_notebook, tmp_path, capsys):
    run = run_scenario(write_notebook(RECORD), {"number": np.int64(5)}, out=tmp_path / "out")
    assert (run.ok, run.status, run.error) == (True, "ok", "")
    assert run.folder == tmp_path / "out" / "count" / run.run_id
    assert sorted(path.name for path in run.folder.iterdir()) == FILES
    assert run.metrics == {"number": 5, "nan": None, "size": [2, 3], "count_ms": 12.5}
    assert "counted to 5" in run.html.read_text(encoding="utf-8")
    assert f"count/{run.run_id}/report.html" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert [past.run_id for past in read_history(run.folder.parent)] == [run.run_id]
    assert capsys.readouterr().out.startswith("count ............ ok ")
    assert run.check() is run


@slow
def test_a_manifest_holds_what_is_needed_to_run_it_again(write_notebook, forked, tmp_path):
    (tmp_path / "clip.txt").write_text("frames")
    path = write_notebook(RECORD, "record({'recipe': {'range': 'unit'}})")
    manifest = run_scenario(path, {"name": tmp_path / "clip.txt"}, out=tmp_path / "out", progress=False).manifest
    assert manifest["parameters"] == {"number": 3, "name": str(tmp_path / "clip.txt"), "seed": 7}
    assert (manifest["given"], manifest["seed"], manifest["status"]) == (["name"], 7, "ok")
    assert manifest["inputs"][0]["sha256"] == hashlib.sha256(b"frames").hexdigest()
    assert manifest["recipes"] == {"recipe": {"range": "unit"}}
    assert manifest["cells"] == {"code": 4, "completed": 4}
    assert manifest["versions"]["python"] and manifest["codecs"]["cv2"]["version"] and manifest["machine"]["cpu"]
    assert manifest["started"].endswith("+00:00") and manifest["duration_s"] > 0


@slow
def test_the_same_inputs_twice_are_one_run_and_the_same_report(write_notebook, forked, tmp_path):
    path = write_notebook(RECORD, "object()")
    texts, runs = [], []
    for _ in range(2):
        runs.append(run_scenario(path, out=tmp_path / "out", progress=False))
        texts.append([normalised(runs[-1].folder / name) for name in ("report.html", "report.ipynb", "metrics.json")])
    assert runs[0].run_id == runs[1].run_id
    assert texts[0] == texts[1]
    assert runs[0].manifest["duration_s"] == runs[1].duration_s  # the folder holds the second
    assert len(run_folders(tmp_path / "out")) == 1
    other = run_scenario(path, {"number": 4}, out=tmp_path / "out", progress=False)
    assert other.run_id != runs[0].run_id
    assert normalised(other.html) != texts[0][0]


@slow
def test_a_notebook_run_by_hand_or_by_plain_papermill_records_nothing(write_notebook, tmp_path, monkeypatch):
    import papermill

    monkeypatch.chdir(tmp_path)
    path = write_notebook(RECORD)
    before = sorted(tmp_path.iterdir())
    papermill.execute_notebook(path, tmp_path / "by_papermill.ipynb", progress_bar=False, kernel_name="python3")
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "by_papermill.ipynb"])
    assert "counted to 3" in (tmp_path / "by_papermill.ipynb").read_text()


@slow
def test_a_run_can_be_started_inside_a_notebook(write_notebook, tmp_path):
    inner = write_notebook(RECORD, name="inner.ipynb")
    cell = f"""from workbench.reports import record, run_scenario
run = run_scenario({str(inner)!r}, {{"number": 8}}, out={str(tmp_path / "inner_out")!r}, progress=False)
record({{"inner": run.status, "counted": run.metrics["number"]}})"""
    outer = run_scenario(write_notebook(cell), out=tmp_path / "out", progress=False)
    assert outer.error == ""
    assert outer.metrics == {"inner": "ok", "counted": 8}


# --- what is refused before a kernel starts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "error", "part"),
    [
        pytest.param({"numbr": 5}, UnknownName, "did you mean 'number'", id="unknown name"),
        pytest.param({"number": "5"}, InvalidValue, "takes int", id="wrong type"),
        pytest.param({"number = 0; import os  #": 5}, UnknownName, "no parameter", id="code for a name"),
    ],
)
def test_wrong_parameters_are_refused_before_a_kernel_starts(write_notebook, tmp_path, parameters, error, part):
    path = write_notebook(f"open({str(tmp_path / 'ran')!r}, 'w')")
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(error, match=part):
        run_scenario(path, parameters, out=tmp_path / "out")
    assert set(psutil.Process().children(recursive=True)) <= before  # kernels of other tests may still be ending
    assert not (tmp_path / "out").exists()  # the place of a run is made before its kernel


def test_one_wrong_job_keeps_a_whole_batch_from_starting(write_notebook, tmp_path):
    good = write_notebook(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(UnknownName):
        run_scenarios([good, (good, {"numbr": 5})], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- failures -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A notebook whose behaviour is in a file beside it, so that good and bad runs have one run id, and a good run."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    folder = tmp_path_factory.mktemp("kept")
    codes = ["print('before')", f"exec(open({str(folder / 'behaviour.py')!r}).read())", "print('after')"]
    cells = [new_markdown_cell("# Kept\nDoes it stay?"), *map(new_code_cell, codes)]
    nbformat.write(new_notebook(cells=cells), folder / "kept.ipynb")
    (folder / "behaviour.py").write_text("print('good')")
    run = run_scenario(folder / "kept.ipynb", out=folder / "out", progress=False)
    assert run.ok
    return folder, run


@slow
@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        pytest.param("raise ValueError('bad')", "failed", id="failing cell"),
        pytest.param("raise OSError(28, 'No space left on device')", "disk full", id="full disk in the kernel"),
    ],
)
def test_a_bad_run_is_marked_and_the_good_one_untouched(kept, forked, behaviour, status):
    folder, good = kept
    before = digest(good.folder)
    (folder / "behaviour.py").write_text(behaviour)
    bad = run_scenario(folder / "kept.ipynb", out=folder / "out", progress=False)
    assert (bad.run_id, bad.status, bad.manifest["status"]) == (good.run_id, status, status)
    assert bad.folder.name == f"{good.run_id}-failed"
    assert digest(good.folder) == before
    assert bad.manifest["cells"] == {"code": 3, "completed": 1}
    assert 'id="failed-cell"' in bad.html.read_text(encoding="utf-8")
    index = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert f">{status}<" in index and ">finished<" in index
    with pytest.raises(RunError, match=status):
        bad.check()


@slow
def test_a_batch_goes_on_after_a_failure_and_says_so(write_notebook, forked, tmp_path, capsys):
    bad = write_notebook("1 / 0", name="bad.ipynb")
    runs, status = run_scenarios([bad, (write_notebook(RECORD), {"number": 1})], out=tmp_path / "out")
    assert ([run.status for run in runs], status) == (["failed", "ok"], 1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("bad   ............ failed ")
    assert lines[1].startswith("count ............ ok ")
    assert lines[0].endswith("-failed/report.html")


@slow
def test_ctrl_c_leaves_a_marked_run_and_no_kernel(write_notebook, tmp_path):
    pids = tmp_path / "pid"
    cell = f"import os, time\nopen({str(pids)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    process = child(write_notebook(cell, "print('after')"), tmp_path / "out")
    wait_for(lambda: pids.exists() and pids.read_text())
    kernel = int(pids.read_text())
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=300)
    assert process.returncode != 0
    assert "RunInterrupted" in output
    assert not psutil.pid_exists(kernel)
    (manifest,) = (tmp_path / "out" / "count").glob("*-failed/manifest.json")
    assert json.loads(manifest.read_text())["status"] == "interrupted"
    assert ">interrupted<" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert len(run_folders(tmp_path / "out")) == 1


@slow
def test_ctrl_c_when_all_cells_have_run_keeps_the_run_and_is_followed(write_notebook, tmp_path):
    cell = "import atexit, os, signal\natexit.register(os.kill, os.getppid(), signal.SIGINT)"  # as the kernel leaves
    process = child(write_notebook(cell), tmp_path / "out", first=PATIENT)
    output, _ = process.communicate(timeout=300)
    assert "KeyboardInterrupt: SIGINT" in output
    (manifest,) = (tmp_path / "out" / "count").glob("*/manifest.json")
    assert json.loads(manifest.read_text())["status"] == "ok"


# --- full disks ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.call(mount, stderr=subprocess.DEVNULL):
        pytest.skip("needs the right to mount a small tmpfs; the next test stands in for it")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@slow
def test_a_disk_without_a_byte_left_keeps_what_was_there(write_notebook, forked, small_disk, capsys):
    path = write_notebook("import os\nif os.path.exists(name):\n    open(name + '2', 'wb').write(b'0' * 2_000_000)")
    flag = small_disk / "fill"
    given = {"name": str(flag)}
    good = run_scenario(path, given, out=small_disk / "out", progress=False)
    flag.touch()  # an empty file: the parameter now names an input, so this is another run
    before, index = digest(good.folder), (small_disk / "out" / "index.html").read_bytes()
    bad = run_scenario(path, given, out=small_disk / "out", progress=False)
    assert (good.status, bad.status) == ("ok", "disk full")
    assert digest(good.folder) == before
    assert (small_disk / "out" / "index.html").read_bytes() == index
    assert "not up to date" in capsys.readouterr().err


@slow
def test_a_disk_that_fills_up_while_the_report_is_written_is_told(write_notebook, forked, tmp_path, monkeypatch):
    """Not a full disk but a fake of one: nbformat raises ENOSPC where it would write the notebook."""
    import nbformat

    path = write_notebook(RECORD)
    good = run_scenario(path, out=tmp_path / "out", progress=False)
    before = digest(good.folder)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nbformat, "write", full)
    bad = run_scenario(path, out=tmp_path / "out", progress=False)
    assert (bad.status, bad.run_id) == ("disk full", good.run_id)
    assert digest(good.folder) == before
    assert [path.name for path in bad.folder.iterdir()] == ["manifest.json"]
