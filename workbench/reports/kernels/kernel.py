"""One kernel for one run: this interpreter, a private folder for its sockets, and nothing left of it afterwards.

This module loads jupyter_client: import it where a run starts, not before.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from workbench.cluster.own_folder import own_folder
from workbench.errors import RunError
from workbench.reports.kernels.channels import Channels
from workbench.reports.kernels.forking.fork_server import ForkServer
from workbench.reports.kernels.last_words import LastWords
from workbench.reports.signals import undisturbed

NATIVE = "python3"
FORKING = "workbench-fork"  # the entry point of `workbench.reports.kernels.forking.provisioner`
PREFIX = "wb-kernel-"  # of the private folder of a kernel
MARK, HOME = "IPYTHONDIR", "ipython"
POLL_S = 0.005
CRASHES = {
    getattr(signal, name) for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE") if hasattr(signal, name)
}
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "2",  # TensorFlow's start-up notes are no part of a report
    "TQDM_DISABLE": "1",  # nor are progress bars; those made of widgets are dropped afterwards
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # pictures into the notebook, whatever the shell says
}
ONEDNN = (
    "TF_ENABLE_ONEDNN_OPTS"  # on unless the user says otherwise, also where Workbench does not import TensorFlow first
)


@dataclass
class Kernel:
    """A kernel that nbclient starts, and how it ended."""

    manager: AsyncKernelManager
    words: LastWords  # what it writes past the notebook
    mark: str  # of its private folder, which is in the environment of every process that it starts
    pid: int | None = None
    exit_code: int | None = None  # None while it lives; minus the signal that ended it
    graceful: bool = False  # whether it may run its own clean-up before it goes
    heard: list[str] = field(default_factory=list)  # signals to stop that came while it was ended

    def note(self) -> None:
        """Take down the process number and, if it has ended, its exit code."""
        process = getattr(self.manager.provisioner, "process", None)
        if process is not None:
            self.pid, self.exit_code = process.pid, process.poll()

    def death(self) -> str:
        """Say in words how the kernel ended."""
        code = self.exit_code
        if code is None or code >= 0:
            said = f": {self.words.line:.200}" if self.words.line else ""
            return f"the kernel ended by itself with exit code {code}{said}"
        name = signal.Signals(-code).name
        if name == "SIGKILL":
            return "the kernel was killed (SIGKILL), most often because the machine ran out of memory"
        if -code in CRASHES:
            return f"the kernel crashed ({name}) in native code"
        return f"the kernel was ended from outside ({name})"


@contextmanager
def one_kernel(name: str, environment: Mapping[str, str], *, server: ForkServer | None = None) -> Iterator[Kernel]:
    """Yield a kernel that is not started yet; whatever happens, no process of it is left afterwards.

    Args:
        name: `python3` for the running interpreter, whatever kernels are installed, or an installed kernel.
        environment: what the kernel's environment has besides this process's.
        server: what `python3` is forked from where that can be; else it is started.

    Raises:
        RunError: no kernel of this name is installed.
    """
    with own_folder(PREFIX, end_left=_end_left) as folder, LastWords() as words:
        private = {MARK: str(folder / HOME)}  # a user's start-up files would change the report
        spec = _spec(name)
        spec.env = {ONEDNN: os.environ.get(ONEDNN, "1"), **spec.env, **QUIET, **private, **environment}
        if server is not None and name == NATIVE:
            spec.metadata = {"kernel_provisioner": {"provisioner_name": FORKING, "config": {"server": server}}}
        socket = folder / "k"
        manager = AsyncKernelManager(
            kernel_name=name,
            kernel_spec_manager=_OneSpec(spec),
            connection_file=str(folder / "kernel.json"),
            client_factory=Channels,
            **({"transport": "ipc", "ip": str(socket)} if _fits(socket) else {}),
        )
        kernel = Kernel(manager, words, private[MARK])
        try:
            yield kernel
        finally:
            with undisturbed() as kernel.heard:
                _end(kernel)


def _fits(socket: Path) -> bool:
    """Tell whether a path is short enough for sockets: one takes 107 bytes, of which the last few are a number."""
    return os.name == "posix" and len(os.fsencode(socket)) < 100


class _OneSpec(KernelSpecManager):
    """Knows a single kernel, and asks no folder for another of the same name."""

    def __init__(self, spec: KernelSpec) -> None:
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        del kernel_name
        return self._spec


def _spec(name: str) -> KernelSpec:
    if name == NATIVE:
        # a kernel is shut down with an interrupt first, and would log that as an error beside the progress line
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=CRITICAL"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")
    installed = KernelSpecManager()
    try:
        return installed.get_kernel_spec(name)
    except NoSuchKernel:
        known = ", ".join(sorted({NATIVE, *installed.find_kernel_specs()}))
        raise RunError(f"no kernel named {name!r} is installed; known: {known}") from None


def _end(kernel: Kernel) -> None:
    """End the kernel and every process it started; it leads a process group of its own."""
    kernel.note()
    if kernel.pid is None:
        return
    if kernel.graceful:
        run_sync(_shut_down)(kernel.manager)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(kernel.pid, signal.SIGKILL)
    if not kernel.graceful:
        run_sync(kernel.manager.shutdown_kernel)(now=True)
    _end_marked(kernel.mark)


async def _shut_down(manager: AsyncKernelManager) -> None:
    """Have a kernel run its own clean-up and end; as `shutdown_kernel`, which looks each 100 ms whether it has."""
    await manager.request_shutdown()
    await manager.finish_shutdown(pollinterval=POLL_S)
    await manager.cleanup_resources()


def _end_left(folder: Path) -> None:
    """End what a kernel has left running whose runner was killed."""
    _end_marked(str(folder / HOME))


def _end_marked(mark: str) -> None:
    """End the processes that a kernel has left outside its group, known by what is in their environment."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # another user's, or just gone
            if process.environ().get(MARK) == mark:
                process.kill()
