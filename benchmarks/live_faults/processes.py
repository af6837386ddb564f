"""A process that streams is interrupted or killed: Ctrl-C, a kernel's interrupt, `kill -9`."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from live_faults.row import Row
from scripts.live_sources import LiveServer, Traces, serving

PROGRAM = """
from workbench import load_recipe
from workbench.inference.live import stream
name = "sample:efficientnet-lite0"
with stream({url!r}, load_recipe(name), name) as live:
    for result in live:
        print(result.frame.index, flush=True)
"""
LEFT = """
import threading, psutil
left = [f"thread {each.name}" for each in threading.enumerate() if each not in before]
left += [f"process {each.pid}" for each in psutil.Process().children(recursive=True)]
print("left:", ", ".join(left))
"""
SHOWN = 15


def rows(clip: Path, kinds: tuple[str, ...], only: str) -> Iterator[Row]:
    """Yield a row for each way to end a process."""
    for kind in kinds:
        with serving(kind, clip) as server:  # type: ignore[arg-type]
            for fault, silent in {"Ctrl-C": False, "Ctrl-C while the source is silent": True}.items():
                if only in fault:
                    yield ended(server, fault, lambda each: each.send_signal(signal.SIGINT), silent=silent)
                    server.thaw()
            if only in (fault := "program killed (kill -9) while the source is silent"):
                yield ended(server, fault, subprocess.Popen.kill, silent=True)
                server.thaw()
            if only in (fault := "kernel interrupted, then used again"):
                yield kernel_interrupted(server, fault)


def ended(server: LiveServer, fault: str, end: Callable[[subprocess.Popen[str]], None], *, silent: bool) -> Row:
    """End a Python program that streams."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(url=server.url)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    traces = Traces(process.pid)
    assert process.stdout is not None and process.stderr is not None
    for _ in range(SHOWN):
        process.stdout.readline()
    traces.note()
    if silent:
        server.freeze()
        time.sleep(0.5)
    start = time.monotonic()
    end(process)
    said = process.stderr.readline()  # a traceback begins after the stream was closed; a killed process says nothing
    stop_s = time.monotonic() - start
    said += process.stderr.read()
    process.wait(30)
    left = traces.left(within_s=2.0)
    gone_s = time.monotonic() - start
    last = said.strip().rpartition("\n")[2] or "nothing"
    saw = f"{last}; exit status {process.returncode}; all gone after {gone_s:.2f} s"
    return Row(fault, f"{server.kind}, cv2", saw, stop_s=stop_s, left=left)


def kernel_interrupted(server: LiveServer, fault: str) -> Row:
    """Interrupt a cell of a real kernel as the stop button does, look at what is left, and stream again."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        _said(client, "import threading, workbench.inference.live\nbefore = set(threading.enumerate())")
        client.execute(PROGRAM.format(url=server.url))
        printed = ""
        while printed.count("\n") < SHOWN:
            printed += client.get_iopub_msg(timeout=60)["content"].get("text", "")
        start = time.monotonic()
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=30)["content"]
        stop_s = time.monotonic() - start
        left = _said(client, LEFT).rpartition("left: ")[2].strip()
        begun = time.monotonic()
        again = _said(client, PROGRAM.replace(", name)", ", name, limit=1)").format(url=server.url))
        again_s = time.monotonic() - begun
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    goes_on = "the next cell runs, and streams" if again.strip().isdigit() else f"THE NEXT CELL SAYS {again}"
    saw = f"{reply.get('ename', reply['status'])} in the cell; {goes_on}"
    return Row(fault, f"{server.kind}, cv2", saw, live_again_s=again_s, stop_s=stop_s, left=[left] if left else [])


def _said(client: object, source: str) -> str:
    """Run a cell; return what it printed."""
    printed: list[str] = []

    def note(message: dict[str, dict[str, str]]) -> None:
        printed.append(message["content"].get("text", message["content"].get("evalue", "")))

    client.execute_interactive(source, timeout=120, output_hook=note)  # type: ignore[attr-defined]
    return "".join(printed)
