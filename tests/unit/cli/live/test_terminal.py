"""`workbench stream` as a process: on a real terminal, into files and pipes, and ended by Ctrl-C."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time

import psutil
import pytest
from ptyprocess import PtyProcessUnicode

from scripts.live_sources import serving
from workbench.samples import sample_path

pytestmark = pytest.mark.slow
COMMAND = (sys.executable, "-c", "from workbench.cli import main; main()", "stream")
WITH_A_MODEL = ("sample:bikes", "--model", "sample:ssd-mobilenet-oid")
ESCAPE, CTRL_C = "\x1b", "\x03"
REWRITE = re.compile(r"\r\x1b\[2K|\r\n")
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LONGEST_S = 240
RUNS = r" of \d\d\.\d fps  age \d+/\d+ ms  dropped \d+"  # the line, once it runs
# What is said of 40 frames that take long: a line every five seconds, and a model that does not end in time.
SLOW = r"(live|stopped) \d:\d\d  .* fps  age|\d:\d\d error: closed while a call of the model"


class Terminal:
    """A command on a pseudo-terminal of its own, as a shell would start it there."""

    def __init__(self, *words, columns):
        plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "CI")}
        self.process = PtyProcessUnicode.spawn(
            [*COMMAND, *words], env=plain | {"TERM": "xterm-256color"}, dimensions=(24, columns)
        )
        self.text = ""

    def read_until(self, wanted):
        """Read on until a pattern has appeared, or without one until the command has ended."""
        ends = time.monotonic() + LONGEST_S
        while not (wanted and re.search(wanted, self.text)):
            assert time.monotonic() < ends, self.text
            if not select.select([self.process.fd], [], [], 0.1)[0]:
                continue
            try:
                self.text += self.process.read(65536)
            except EOFError:
                assert wanted is None, self.text
                return


@pytest.fixture
def terminal():
    """Return a function that starts `workbench stream` on a terminal of so many columns."""
    started = []
    yield lambda *words, columns: started.append(Terminal(*words, columns=columns)) or started[-1]
    for each in started:
        each.process.close(force=True)


def started(*words):
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def counts(output):
    """Return captured, shown, dropped and in flight, as the summary has them."""
    return [int(number) for number in re.findall(r"\d+", re.search(r"^captured .*", output, re.MULTILINE)[0])]


def test_a_model_on_a_clip_as_a_camera():
    with started(*WITH_A_MODEL, "--loop", "--limit", "40") as process:
        output, error = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0
    assert ESCAPE not in output + error
    captured, shown, dropped, in_flight = counts(output)
    assert captured == shown + dropped + in_flight
    assert (shown, in_flight) == (40, 0)
    seconds = float(re.match(r"ended       --limit 40 after (\d+(?:\.\d)?) s", output)[1])
    assert captured <= 25 * seconds + 2  # 25 a second; fewer where it cannot be decoded so fast
    heading, *others = [line for line in error.splitlines() if "looking for its quickest engine" not in line]
    assert heading == "sample:bikes · latest · ssd-mobilenet-oid · fed by the preset sample:ssd-mobilenet-oid"
    assert [line for line in others if not re.match(SLOW, line)] == []


def test_ctrl_c_sums_up_and_has_its_own_status():
    with started("sample:bikes", "--loop", "--json") as process:
        for _ in range(5):
            assert json.loads(process.stdout.readline())["kind"] == "result"
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 130
    assert json.loads(output.splitlines()[-1])["ended"] == "Ctrl-C"
    assert error == "sample:bikes · latest · no model\nworkbench: interrupted\n"


def test_a_reader_that_goes_away_ends_it_without_a_traceback():
    with started("sample:bikes", "--loop", "--json") as process:
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        assert process.wait(LONGEST_S) == 141
    assert error == "sample:bikes · latest · no model\n"


def test_on_a_terminal_one_line_is_rewritten_and_fits(terminal):
    shown = terminal("sample:bikes", "--loop", columns=60)
    shown.read_until(RUNS)
    shown.process.write(CTRL_C)
    shown.read_until(None)
    assert shown.process.wait() == 130
    lines = [STYLE.sub("", line) for line in REWRITE.split(shown.text.replace("^C", ""))]  # its echo
    live = [line for line in lines if re.match(r"live \d:\d\d  ", line)]
    assert len(live) > 1
    assert max(map(len, live)) <= 60
    assert any(re.search(RUNS, line) for line in live)
    assert shown.text.count("\x1b[?25l") == shown.text.count("\x1b[?25h")  # the cursor is back
    assert lines[-2:] == ["workbench: interrupted", ""]
    captured, shown_frames, dropped, in_flight = counts("\n".join(lines))
    assert captured == shown_frames + dropped + in_flight


def test_a_source_that_is_lost_and_found_is_said_and_one_that_stays_away_is_an_error(terminal):
    with serving("mjpeg", sample_path("bikes")) as server:
        shown = terminal(server.url, "--retry", "15", columns=120)
        shown.read_until(RUNS)
        server.fault("close 0")
        shown.read_until(r"\d:\d\d reconnecting, try 1: ")
        server.fault("none")
        shown.read_until(r"\d:\d\d live again \((once|\d+ times) so far\)")
        reading = psutil.Process(shown.process.pid).children(recursive=True)
        server.kill()
        shown.read_until(None)
    assert shown.process.wait() == 2
    assert psutil.wait_procs(reading, timeout=LONGEST_S)[1] == []
    assert "ended       an error after" in shown.text
    assert re.search(r"came back   [1-9]\d* x", shown.text)
    last = STYLE.sub("", shown.text).splitlines()[-1]
    assert last.startswith("workbench: ")
    assert server.url in last
