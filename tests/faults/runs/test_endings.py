"""Notebooks whose cells end their kernel, take it over, or turn on their own report."""

import contextlib
import json
import os
from pathlib import Path

import pytest

from tests.faults.runs.notebooks import write_notebook
from tests.unit.cli.command_line import run
from workbench.reports import run_scenario
from workbench.reports.kernels import client

pytestmark = pytest.mark.slow

DRAFT = "os.environ['WORKBENCH_RUN_FOLDER']"


@pytest.mark.parametrize(
    ("cell", "status", "message"),
    [
        pytest.param("1 / 0", "failed", "ZeroDivisionError", id="a cell that fails"),
        pytest.param("input('Go on? ')", "failed", "make it a parameter", id="a cell that asks for input"),
        pytest.param("os.kill(os.getpid(), 9)", "killed", "out of memory", id="a kernel that is killed"),
        pytest.param("import ctypes; ctypes.string_at(0)", "killed", "SIGSEGV", id="a kernel that crashes"),
        pytest.param("os.write(2, b'Bye'); os._exit(3)", "killed", "exit code 3: Bye",
                     id="a kernel that ends by itself, with a last word"),
        pytest.param("os.closerange(3, 1000)", "killed", "SIGABRT", id="a cell that closes every file of its kernel"),
        pytest.param("while True: print('x' * 10**6)", "failed", "above 50 MB", id="a cell that prints for ever"),
        pytest.param("from IPython.display import display\ndisplay({'text/html': 5}, raw=True)", "failed",
                     "no notebook can hold", id="an output that no notebook can hold"),
        pytest.param(f"import shutil\nshutil.rmtree({DRAFT})", "failed", "removed the folder",
                     id="a notebook that deletes the folder of its own report"),
        pytest.param(f"os.rename({DRAFT}, {DRAFT} + '2'); os.symlink('/tmp', {DRAFT})", "failed", "removed the folder",
                     id="a notebook that puts a link in the place of its report"),
    ],
)  # fmt: skip
def test_endings(cell, status, message, marked):
    marked(cell, status=status, message=message)


def test_a_cell_that_takes_too_long(marked):
    marked("time.sleep(600)", "--timeout", "1", status="timeout", message="1 s")


def test_a_cell_that_closes_the_connection_of_its_kernel(marked, monkeypatch):
    monkeypatch.setattr(client, "SILENCE_S", 1)
    marked("get_ipython().kernel.shell_stream.close()", status="failed", message="lives and does not answer")


def test_a_cell_that_asks_for_more_memory_than_its_kernel_may_have(marked):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))"
    marked(f"{limit}\nimport numpy as np; np.ones(10**9)", status="failed", message="Unable to allocate")


@pytest.fixture
def memory_group():
    """Return a control group whose processes the system kills when they use more than 300 MB."""
    places = (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"), (Path("/sys/fs/cgroup"), "memory.max")
    for root, limit in places:
        group = root / f"workbench-faults-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(300 << 20))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        yield group
        group.rmdir()
        return
    pytest.skip("needs the right to make a control group")


def test_a_cell_that_uses_up_the_memory_until_the_system_kills_it(marked, memory_group):
    join = f"open({str(memory_group / 'cgroup.procs')!r}, 'w').write(str(os.getpid()))"
    marked(f"{join}\nbytearray(b'x') * (1 << 30)", status="killed", message="out of memory")


def test_a_file_that_changes_while_a_notebook_works_on_it(folder, fine):
    (folder / "clip.bin").write_bytes(b"before")
    cell = "open(name, 'ab').write(b' and after')"
    line = "count partial: clip.bin was changed while it was run; run it again, unless the notebook writes it"
    fine(cell, "-p", "name=clip.bin", outcome="flagged", errors=f"workbench: {line}\n", seen=line)
    assert ">partial<" in (folder / "reports" / "index.html").read_text(encoding="utf-8")


def test_a_disk_that_is_full_when_the_report_is_written(small_disk, marked):
    marked("print(os.urandom(1_000_000).hex())", "--out", "disk", status="disk full", out="disk")
    assert [path.name for path in small_disk.glob("count/*/*")] == ["manifest.json"]


def test_a_disk_that_a_cell_fills(small_disk, marked):
    fill = f"open({DRAFT} + '/all', 'wb').write(bytes(2_000_000))"
    marked(fill, "--out", "disk", status="disk full", message="No space left", out="disk")


def test_a_process_that_a_cell_leaves_running_in_a_session_of_its_own(fine):
    cell = "import subprocess; subprocess.Popen(['sleep', '300'], start_new_session=True)"
    fine(cell, seen="the run goes well; the process is ended with its kernel")


def test_a_kernel_that_does_not_want_to_end(fine):
    fine("import atexit; atexit.register(time.sleep, 300)", seen="the run goes well; the kernel is ended")


def test_text_written_past_the_notebook_to_the_terminal(fine):
    cell = "os.write(1, b'\\x1b]0;owned\\x07'); os.system('echo owned >&2')"
    fine(cell, seen="the run goes well; nothing of it reaches the terminal")


def test_links_and_pipes_where_the_report_is_to_be_written(folder, fine):
    (folder / "mine.txt").write_text("mine")
    cell = f"os.link('mine.txt', {DRAFT} + '/metrics.json'); os.symlink('mine.txt', {DRAFT} + '/report.html')\n"
    pipe = f"os.mkfifo({DRAFT} + '/manifest.json')"
    fine(cell + pipe, seen="the run goes well; links and pipes are removed, what they lead to is untouched")
    assert (folder / "mine.txt").read_text() == "mine"
    [manifest] = (folder / "reports" / "count").glob("*/manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8"))["status"] == "ok"


def test_a_file_beside_the_notebook_called_like_a_module_of_Python(folder, fine):
    (folder / "random.py").write_text("raise SystemExit('not me')")
    fine("import json", seen="the run goes well")


def test_a_kernel_that_is_not_installed(folder, raised, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    path = write_notebook(folder / "count.ipynb")
    raised(lambda: run_scenario(path, out=folder / "out", kernel="julia-99"), message="no kernel named 'julia-99'")


def test_a_notebook_that_fails_before_one_that_does_not(folder, forked, told, monkeypatch, capfd):
    write_notebook(folder / "bad.ipynb", "1 / 0")
    write_notebook(folder / "good.ipynb", "1")
    code, _, errors = run(monkeypatch, capfd, "report", "bad.ipynb", "good.ipynb")
    assert (code, errors) == (1, "workbench: bad failed: ZeroDivisionError: division by zero\n")
    assert len(list(folder.glob("reports/good/*/report.html"))) == 1
    told("marked", "the one is marked, the other runs, and the exit status is 1")
