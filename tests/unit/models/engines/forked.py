"""Children of a choice, forked from a process that has imported what they need: some seconds less for each."""

import multiprocessing
from importlib import import_module

PROCESSES = multiprocessing.get_context("forkserver")
CHILDREN = "workbench.models.engines"
PROCESSES.set_forkserver_preload(
    ["keras", "ai_edge_litert.interpreter", "onnxruntime", f"{CHILDREN}.making", f"{CHILDREN}.trying"]
)


def run_module(name, *arguments, seconds):
    """Do as `sources.run_module`, in a process that knows nothing of this one."""
    process = PROCESSES.Process(target=_run, args=(name, arguments))
    process.start()
    process.join(seconds)
    return None if process.exitcode == 0 else f"exit code {process.exitcode}"


def _run(name, arguments):
    import_module(f"{CHILDREN}.{name}").main(*arguments)
