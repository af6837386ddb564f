"""Fetch from a shelf of archives, in ways that a test ends early. Not a test: test_interrupted.py runs it.

    fetch_to_kill.py catalogue.toml shelf data MODE

MODE `slowly` writes its process id to shelf/at-work when half of a download is there, and waits for shelf/go-on;
`every-step` kills a fetch at its first touch of the data folder, the next at its second, and so on, and
prints a line of JSON about what each left behind; `every-step-of-repair` does so with a damaged sample in place.
"""

import itertools
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from workbench.samples.catalogue import Catalogue
from workbench.samples.fetch import Fetcher
from workbench.samples.store import status

CATALOGUE, SHELF, DATA, MODE = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
LONGEST_S = 500
TOUCHES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "tempfile.mkdtemp"}


def download(package, folder, progress):
    content = (SHELF / package.file).read_bytes()
    half = len(content) // 2
    with (folder / package.file).open("wb") as file:
        file.write(content[:half])
        file.flush()
        if MODE == "slowly":
            with (SHELF / "downloads").open("a") as log:
                log.write(f"{os.getpid()}\n")
            (SHELF / "at-work").write_text(str(os.getpid()))
            deadline = time.monotonic() + LONGEST_S
            while not (SHELF / "go-on").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
        with (folder / package.file).open("ab") as rest:  # one more touch in the middle of a download
            rest.write(content[half:])
    return folder / package.file


def fetch():
    fetcher = Fetcher(DATA, catalogue=Catalogue.from_toml(CATALOGUE.read_text()), downloaders={"shelf": download})
    return fetcher.fetch(["clip"] if MODE == "every-step-of-repair" else ["pets", "clip"])


def die_at(step):
    """Kill this process, as the out-of-memory killer would, at its `step`-th touch of the data folder."""
    touches = itertools.count(1)

    def watch(event, arguments):
        inside = event in TOUCHES and str(arguments[0]).startswith(str(DATA))
        if inside and next(touches) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def in_a_child(step=None):
    """Fetch in a forked process that dies at `step`; return its exit status."""
    child = os.fork()
    if not child:
        if step:
            die_at(step)
        fetch()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def found():
    entries = Catalogue.from_toml(CATALOGUE.read_text()).entries
    states = {name: status(DATA / name, entry) for name, entry in entries.items() if name != "net"}
    names = sorted(path.name for path in DATA.iterdir()) if DATA.exists() else []
    return {"names": names, "states": states}


def every_step():
    for step in itertools.count(1):
        shutil.rmtree(DATA, ignore_errors=True)
        if MODE == "every-step-of-repair":
            (DATA / "clip").mkdir(parents=True)
            (DATA / "clip" / "clip.mp4").write_bytes(b"damaged")
        ended = in_a_child(step)
        killed = found()
        again = in_a_child()
        print(json.dumps({"step": step, "ended": ended, "killed": killed, "again": again, "after": found()}))
        if not ended:
            return


signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever started the tests ignores it
if MODE == "slowly":
    print(json.dumps(fetch()))
else:
    every_step()
