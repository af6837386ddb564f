"""Kernels that are forked: each apart from the others, each told when it ends, none left behind."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.unit.cluster.waiting import wait_for
from workbench.reports.kernels import kernel
from workbench.reports.kernels.forking import ForkServer
from workbench.reports.kernels.forking.process import Refused
from workbench.reports.kernels.forking.sameness import LAUNCHER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone"),
]

HOW = "import pathlib; print(pathlib.Path('/proc/self/cmdline').read_text().split(chr(0))[1])"
FORKED, FRESH = "-c", "-m"  # the first word of the server's command line, and of a kernel's own


@pytest.mark.parametrize(
    ("cell", "status", "error"),
    [
        pytest.param("import os; os.kill(os.getpid(), 9)", "killed", "killed (SIGKILL)", id="killed"),
        pytest.param("import ctypes; ctypes.string_at(0)", "killed", "crashed (SIGSEGV)", id="crash"),
        pytest.param("import os; os._exit(3)", "killed", "exit code 3", id="exit"),
        pytest.param(
            "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)", "failed",
            "KeyboardInterrupt", id="Ctrl-C, which a cell may catch",
        ),
    ],
)  # fmt: skip
def test_an_ending_is_told_as_that_of_a_fresh_kernel(run, cell, status, error):
    done = run(HOW, cell)
    assert done.status == status
    assert error in done.error
    assert done.notebook.cells[-2].outputs[0].text.strip() == FORKED


def test_a_run_sees_nothing_of_the_one_before(run, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text("value = 1")
    ask = "import sys; print('mine' in sys.modules, os.environ.get('LEFT'), pathlib.Path.cwd())"
    change = "import mine, os, pathlib; os.environ['LEFT'] = '1'; os.chdir('/'); print(pathlib.Path.cwd())"
    assert said(run(change)) == "/"
    assert said(run("import os, pathlib", ask)) == f"False None {tmp_path}"


def test_each_draws_its_own_random_numbers(run, said):
    draw = """import random, ssl, tempfile, uuid, multiprocessing
import numpy as np
print([np.random.random(), random.random(), uuid.uuid4().hex, ssl.RAND_bytes(8), next(tempfile._get_candidate_names()),
       bytes(multiprocessing.current_process().authkey)])"""
    first, second = (eval(said(run(draw))) for _ in range(2))
    assert [a for a, b in zip(first, second, strict=True) if a == b] == []


def test_hashes_are_those_of_the_seed(run, said):
    command = [sys.executable, "-c", "print(hash('a'))"]
    fresh = subprocess.run(command, env={"PYTHONHASHSEED": "5"}, capture_output=True, text=True, check=True)
    assert said(run(HOW, "print(hash('a'))", environment={"PYTHONHASHSEED": "5"})) == fresh.stdout.strip()


def test_a_kernel_is_started_afresh_where_a_file_of_its_folder_stands_for_a_module(run, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("numpy.py").write_text("mine = 'yes'")
    assert said(run("import numpy; print(numpy.mine)")) == "yes"
    Path("numpy.py").unlink()
    assert said(run(HOW)) == FORKED


def test_threads_may_ask_at_the_same_time(run, said, tmp_path):
    meet = f"""import os, time
folder = pathlib.Path({str(tmp_path)!r})
(folder / str(os.getpid())).touch()
while len([path for path in folder.iterdir() if path.name.isdigit()]) < 2:
    time.sleep(0.02)
print("met")"""
    found = []
    threads = [threading.Thread(target=lambda: found.append(run("import pathlib", meet, timeout=300))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [said(done) for done in found] == ["met", "met"]


def test_a_server_that_was_killed_takes_its_kernels_with_it_and_the_next_run_starts_another(run, said):
    lost = run(HOW, "import os; os.kill(os.getppid(), 9)", "import time; time.sleep(600)")
    assert lost.notebook.cells[-3].outputs[0].text.strip() == FORKED
    assert lost.status == "killed"
    assert said(run(HOW)) == FORKED


def test_a_server_whose_end_is_not_seen_yet_is_asked_for_no_kernel(run, said, light):
    assert said(run(HOW)) == FORKED
    dying = light._servers[-1]
    dying.process.send_signal(signal.SIGSTOP)
    dying.control.shutdown(socket.SHUT_RDWR)
    assert said(run(HOW)) == FORKED
    assert dying.process.returncode == -signal.SIGKILL


def test_a_server_that_cannot_begin_is_asked_once(tmp_path):
    command, fixed = [*LAUNCHER, "-f", "kernel.json"], {"PYTHONHASHSEED": "0", "TF_ENABLE_ONEDNN_OPTS": "1"}

    def ask():
        return server.fork(command, os.environ | fixed, folder=tmp_path, streams=(1, 2))

    with ForkServer(["no_such_module"]) as server:
        with pytest.raises(Refused, match="the fork server ended"):
            asyncio.run(ask().begun(300))
        assert ask() is None


def test_what_a_library_does_at_the_end_of_a_process_is_done_once_in_each_kernel(run, said, tmp_path, monkeypatch):
    (tmp_path / "at_end.py").write_text(
        f"import atexit, os\natexit.register(lambda: open({str(tmp_path / 'ends')!r}, 'a').write(f'{{os.getpid()}} '))"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    # Jupyter terminates a kernel that takes 2.5 s to end, a fresh one too; a busy machine is given the time
    patient = partial(kernel.AsyncKernelManager, shutdown_wait_time=60)
    monkeypatch.setattr(kernel, "AsyncKernelManager", patient)
    with ForkServer(["at_end"]) as server:
        told = [said(run("import os", f"{HOW}; print(os.getpid())", server=server)) for _ in range(2)]
    ends = (tmp_path / "ends").read_text().split()
    assert told == [f"{FORKED}\n{pid}" for pid in ends]


OWNER = """import sys, threading
from workbench.reports.kernels.forking import ForkServer
from workbench.reports.kernels.execute import Terms, execute
from workbench.reports.scenarios import load_notebook
from pathlib import Path
with ForkServer(["json"]) as server:
    terms = Terms(server=server, environment={"PYTHONHASHSEED": "0"})
    thread = threading.Thread(target=execute, args=(load_notebook(Path(sys.argv[1])), {}), kwargs={"terms": terms})
    thread.start()
    thread.join()
"""


def test_nothing_is_left_of_an_owner_that_was_killed(write_notebook, tmp_path):
    tell = f"""import json, os, subprocess, time
child = subprocess.Popen(["sleep", "300"])
pathlib.Path({str(tmp_path / "draft")!r}).write_text(json.dumps([os.getppid(), os.getpid(), child.pid]))
os.rename({str(tmp_path / "draft")!r}, {str(tmp_path / "pids")!r})
time.sleep(600)"""
    notebook = write_notebook("import pathlib", tell)
    with subprocess.Popen([sys.executable, "-c", OWNER, notebook]) as owner:
        wait_for(lambda: owner.poll() is not None or (tmp_path / "pids").exists())
        left = [psutil.Process(pid) for pid in json.loads((tmp_path / "pids").read_text())]
        owner.kill()
    _, alive = psutil.wait_procs(left, timeout=300)
    assert alive == []
