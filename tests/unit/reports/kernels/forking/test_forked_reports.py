"""Reports from kernels forked of a process that has imported TensorFlow, beside those from a fresh start."""

import sys

import nbformat
import pytest

from workbench.reports import normalised
from workbench.reports.kernels.forking import ForkServer
from workbench.reports.progress import Line
from workbench.reports.run import complete, plan_run
from workbench.reports.scenarios import find_scenario

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone"),
]

PROCESS = """import os, signal, sys, threading
print(sys.argv[0], len(sys.argv), os.getcwd(), sys.path, hash("a"), os.getpgid(0) == os.getpid() == os.getsid(0))
given = ("HOME", "MPLBACKEND", "PATH", "PYTHONHASHSEED", "TF_ENABLE_ONEDNN_OPTS", "TQDM_DISABLE")
print([os.environ.get(name) for name in given], sorted(name for name in os.environ if name.startswith("WORKBENCH")))
print({s.name: str(signal.getsignal(s)).split(" at ")[0] for s in signal.valid_signals() if hasattr(s, "name")})
def links(pid):
    folder = f"/proc/{pid}/fd"
    return sorted(os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder) if os.path.lexists(f"{folder}/{fd}"))
mine, parents = links("self"), links(os.getppid())
print([name.split(":")[0] for name in mine if not name.startswith(("anon_inode", "socket"))])
print([name for name in mine if name.startswith("socket") and name in parents])
print(sorted(type(thread).__name__ for thread in threading.enumerate()))
print(sys.stdin.read(), os.nice(0), os.umask(0o22))"""
SHOWN = """import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
plt.plot(np.arange(number) ** 2)
plt.show()
pd.DataFrame({"a": [1, 2]})"""
LOGS = """import logging, warnings
from absl import logging as absl_logging
logging.getLogger("mine").warning("told")
warnings.warn("warned")
absl_logging.warning("of absl")"""
TENSORFLOW = """import os
devices = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if fd.isdigit()
           and os.path.exists(f"/proc/self/fd/{fd}")]
before = any("nvidia" in name for name in devices) or "libcuda." in open("/proc/self/maps").read()
from workbench.quiet_tensorflow import import_tensorflow
tf = import_tensorflow()
total = tf.data.Dataset.range(64).map(lambda x: x * 2, num_parallel_calls=4).reduce(tf.constant(0, tf.int64), tf.add)
print(before, int(total), float(tf.reduce_sum(tf.ones((512, 512)) @ tf.ones((512, 512)))))"""
DRAWN = "print(float(tf.random.uniform(())), float(__import__('keras').random.uniform(())))"


@pytest.fixture(scope="module")
def server():
    with ForkServer() as server:
        yield server


@pytest.fixture
def report(write_notebook, tmp_path):
    """Return a function that makes a run's report, and gives the run."""

    def make(*cells, server, out="out"):
        plan = plan_run(find_scenario(write_notebook(*cells)), {})
        line = Line("", shown=False)
        return complete(plan, tmp_path / out, kernel="python3", timeout=300, line=line, server=server).check()

    return make


def test_a_report_is_the_same_from_a_fork_and_from_a_fresh_start(report, server, tmp_path):
    note = f"""import pathlib
with open({str(tmp_path / "how")!r}, "a") as file:
    file.write(pathlib.Path("/proc/self/cmdline").read_text().split(chr(0))[1])"""
    cells = (PROCESS, SHOWN, LOGS, note)
    fresh, forked = report(*cells, server=None, out="fresh"), report(*cells, server=server, out="forked")
    assert (tmp_path / "how").read_text() == "-m-c"  # a kernel's own command line, and the server's
    for name in ("report.html", "report.ipynb"):
        assert normalised(forked.folder / name) == normalised(fresh.folder / name)
    text = forked.html.read_text(encoding="utf-8")
    assert "data:image/png" in text
    assert "of absl" in text


def test_tensorflow_runs_in_forks_and_draws_other_numbers_in_each(report, server):
    (first, drawn), (second, other) = (printed(report(TENSORFLOW, DRAWN, server=server)) for _ in range(2))
    assert first == second == "False 4032 134217728.0"
    assert [a for a, b in zip(drawn.split(), other.split(), strict=True) if a == b] == []


def printed(run):
    """Return what the last two cells printed; neither has written to standard error."""
    outputs = [cell.outputs for cell in nbformat.read(run.notebook, 4).cells[-2:]]
    assert [[output.get("name") for output in each] for each in outputs] == [["stdout"], ["stdout"]]
    return [each[0].text.strip() for each in outputs]
