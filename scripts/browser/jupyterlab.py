"""A JupyterLab server of its own: a free port, temporary settings, notebooks copied into a temporary folder."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import nbformat

START_S = 300
NOTIFICATIONS = {"fetchNews": "false", "checkForUpdates": False}  # else a popup asks to go online
DARK = {"theme": "JupyterLab Dark"}
NO_BUILD = {"buildCheck": False, "buildAvailable": False}  # else each page has Node.js look whether one is due
PROGRAM = "import workbench, jupyterlab.labapp as lab; lab.main()"  # Workbench first: JupyterLab loads 2 s sooner


class JupyterLab:
    """A running JupyterLab; `with JupyterLab(folder) as lab: lab.url("a.ipynb")`.

    Args:
        folder: an empty folder that becomes the server's, with its notebooks in `folder/root`.
        dark: start in the dark theme.
        environment: variables for the server and its kernels, beside this process's own.
    """

    def __init__(self, folder: Path, *, dark: bool = False, environment: dict[str, str] | None = None) -> None:
        self.folder, self.root = folder, folder / "root"
        self.root.mkdir(parents=True, exist_ok=True)
        self.port, self.token = _free_port(), secrets.token_hex(16)
        self.log = folder / "server.log"
        self._settings(dark)
        self._environment = {**os.environ, **self._own_folders(), **(environment or {})}
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """The address of the server, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, notebook: str) -> str:
        """Return the address that shows one notebook alone, freshly laid out."""
        return f"{self.origin}/doc/tree/{notebook}?reset&token={self.token}"

    def write(self, name: str, *cells: str) -> str:
        """Write a notebook of code cells; return its name for `url`."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        code = [nbformat.v4.new_code_cell(cell.strip()) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=code, metadata={"kernelspec": kernel}), self.root / name)
        return name

    def __enter__(self) -> Self:
        """Start the server and wait until it answers."""
        with self.log.open("wb") as log:
            self._server = subprocess.Popen(
                self._command(), cwd=self.root, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise RuntimeError(f"JupyterLab did not start within {START_S} s:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and its kernels."""
        self._stop()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(60)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()

    def _answers(self) -> bool:
        try:
            asked = f"{self.origin}/api/status?token={self.token}"
            with urllib.request.urlopen(asked, timeout=20) as answer:  # nosec B310  # an address of ours
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _command(self) -> list[str]:
        return [
            sys.executable, "-c", PROGRAM, "--no-browser", "--allow-root", "--ip=127.0.0.1",
            f"--port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.root}",
            f"--IdentityProvider.token={self.token}", "--LabApp.expose_app_in_browser=True",
            f"--LabApp.user_settings_dir={self.folder / 'settings'}",
            f"--LabApp.workspaces_dir={self.folder / 'workspaces'}", "--LabApp.extension_manager=readonly",
        ]  # fmt: skip

    def _own_folders(self) -> dict[str, str]:
        names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        return {name: str(self.folder / name.lower()) for name in names}

    def _settings(self, dark: bool) -> None:
        settings = {"notification": NOTIFICATIONS} | ({"themes": DARK} if dark else {})
        folder = self.folder / "settings" / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        for name, values in settings.items():
            (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(values))
        configuration = self.folder / "jupyter_config_dir" / "labconfig"
        configuration.mkdir(parents=True, exist_ok=True)
        (configuration / "page_config.json").write_text(json.dumps(NO_BUILD))


def _free_port() -> int:
    """Return a port below those that the system hands out itself, one of which could be gone when the server starts."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):  # in use
            probe.bind(("127.0.0.1", port))
            return port
