"""A `workbench lab` of its own for tests, with the configuration of a careless or hostile person."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

START_S = 300
PROGRAM = "from workbench.cli import main; main()"


class Lab:
    """A running server: its address, its token, and what it answers."""

    def __init__(self, process, log):
        self.process, self.log = process, log
        deadline = time.monotonic() + START_S
        while not (found := re.search(r"http://([\w.]+):(\d+)/lab\?token=(\w+)\s", log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        self.host, self.port, self.token = found[1], int(found[2]), found[3]

    def ask(self, path, *, method="GET", host=None, port=None, **headers):
        """Send one request; return the status, the headers and the body of the answer."""
        connection = http.client.HTTPConnection(host or self.host, port or self.port, timeout=120)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=b"{}" if method == "POST" else None, headers=named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    @property
    def signed(self):
        """The header of one who knows the token."""
        return {"Authorization": f"token {self.token}"}

    def logged_in(self):
        """Return the cookies of a browser that is logged in."""
        cookies = self.ask(f"/lab?token={self.token}")[1].get_all("Set-Cookie")
        return "; ".join(cookie.split(";")[0] for cookie in cookies)


def environment(folder):
    """Return the variables that give a server folders of its own."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER_")}
    return kept | {name: str(folder / name.lower()) for name in names}


def start(folder, *words, configuration="", old=""):
    """Start `workbench lab` in `folder`; return its process and its log."""
    (folder / "jupyter_config_dir").mkdir(parents=True, exist_ok=True)
    (folder / "jupyter_config_dir" / "jupyter_server_config.py").write_text(configuration)
    (folder / "jupyter_config_dir" / "jupyter_notebook_config.py").write_text(old)
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "lab", "--no-browser", *words],
            cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return process, log


@contextmanager
def running(folder: Path, *words, configuration="", old=""):
    """Give a running `workbench lab`, and stop it with its kernels."""
    process, log = start(folder, *words, configuration=configuration, old=old)
    try:
        yield Lab(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
