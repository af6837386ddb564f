"""Ctrl-C, a kernel's interrupt and `kill -9` of a process that streams: it ends in time and leaves nothing."""

import signal
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import start_new_kernel

from scripts.live_sources import Traces

pytestmark = pytest.mark.slow
IN_A_BLOCK = """
from workbench.frames.capture import open_capture
from workbench.inference.live import stream
with stream(open_capture({url!r}, open_timeout_s=1000, read_timeout_s=1000), limit={limit}) as live:
    for result in live:
        print(result.frame.index, flush=True)
"""
OPENING = """
from workbench.frames.capture import open_capture
print("opens", flush=True)
open_capture({url!r}, open_timeout_s=1000)
"""
WITHOUT_A_BLOCK = """
from workbench.frames.capture import open_capture
from workbench.inference.live import stream
for result in stream(open_capture({url!r}, open_timeout_s=1000, read_timeout_s=1000), limit={limit}):
    print(result.frame.index, flush=True)
"""
LEFT = """
import threading, time, psutil
while left := [each.name for each in threading.enumerate() if each not in before] + psutil.Process().children():
    print(left)
    time.sleep(0.1)
"""
LONG_S = 300  # far longer than anything here takes


@pytest.fixture
def program():
    """Return a function: source -> a running Python process, which is gone after the test."""
    started = []

    def start(source):
        started.append(
            subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def lines(process, count):
    for _ in range(count):
        assert process.stdout.readline(), process.stderr.read()


@pytest.mark.parametrize(
    ("source", "moment"),
    [
        pytest.param(IN_A_BLOCK, "live", id="while live, in with"),
        pytest.param(WITHOUT_A_BLOCK, "silent", id="while silent, in for alone"),
    ],
)
def test_ctrl_c_ends_a_program_in_time(served, program, source, moment):
    server = served()
    process = program(source.format(url=server.url, limit=None))
    traces = Traces(process.pid)
    lines(process, 3)
    traces.note()
    assert traces.children
    if moment == "silent":
        server.freeze()
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline().startswith("Traceback")  # which begins after the stream was closed
    ended_by_interrupt(process, traces)


def test_ctrl_c_while_a_source_is_opened_that_never_answers(served, program):
    server = served()
    server.freeze()
    process = program(OPENING.format(url=server.url))
    traces = Traces(process.pid)
    lines(process, 1)
    while not traces.children:
        assert process.poll() is None
        traces.note()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline().startswith("Traceback")
    ended_by_interrupt(process, traces)


def ended_by_interrupt(process, traces):
    assert process.wait(LONG_S) == -signal.SIGINT
    assert process.stderr.read().strip().endswith("KeyboardInterrupt")
    assert traces.left(within_s=LONG_S) == []


def test_a_program_that_is_killed_leaves_no_reading_process(served, program):
    server = served()
    process = program(IN_A_BLOCK.format(url=server.url, limit=None))
    traces = Traces(process.pid)
    lines(process, 3)
    traces.note()
    assert traces.children
    server.freeze()  # so that the reading process waits inside FFmpeg
    time.sleep(0.2)
    process.kill()
    process.wait()
    assert traces.left(within_s=LONG_S) == []


def test_a_kernel_that_is_interrupted_goes_on_and_streams_again(served):
    server = served()
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=LONG_S)
    try:
        assert said(client, "import threading\nbefore = set(threading.enumerate())") == ("ok", "")
        client.execute(IN_A_BLOCK.format(url=server.url, limit=None))
        until_printed(client, 3)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=LONG_S)["content"]
        assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
        assert said(client, LEFT)[0] == "ok"
        status, printed = said(client, IN_A_BLOCK.format(url=server.url, limit=2))
        assert (status, printed.count("\n")) == ("ok", 2)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def until_printed(client, lines):
    printed = ""
    while printed.count("\n") < lines:
        printed += client.get_iopub_msg(timeout=LONG_S)["content"].get("text", "")


def said(client, source):
    """Run a cell; return its status and what it printed."""
    printed = []

    def note(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    reply = client.execute_interactive(source, timeout=LONG_S, output_hook=note)
    return reply["content"]["status"], "".join(printed)
