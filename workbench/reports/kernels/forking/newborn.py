"""A kernel's first steps after the fork: from a copy of the server to what a process of its own would be."""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from workbench.reports.kernels.forking.sameness import late

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


@dataclass(frozen=True, slots=True)
class Birth:
    """What a kernel begins with."""

    arguments: Sequence[str]  # of the command line, past the launcher
    environment: Mapping[str, str]  # the variables that it has of its own
    folder: str

    def take(self, streams: Sequence[int], server: int) -> None:
        """Take up a session, a folder, an environment and standard streams; called in the child, before all else.

        Args:
            streams: descriptors of standard output and standard error.
            server: the process number of the server, which the kernel is not to outlive.
        """
        os.setsid()
        ended, other = os.pipe()  # what Jupyter gives a kernel to read
        for number, stream in enumerate((ended, *streams)):
            os.dup2(stream, number)
        os.close(ended)
        os.close(other)
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        os.chdir(self.folder)
        for name in late(os.environ):
            del os.environ[name]
        os.environ.update({**self.environment, "JPY_PARENT_PID": str(server)})


def live(birth: Birth) -> None:
    """Be a kernel until it is shut down, and end the process."""
    _draw_anew()
    arguments = [*birth.arguments, f"--IPKernelApp.parent_handle={os.environ['JPY_PARENT_PID']}"]
    sys.argv = [_launcher(), *birth.arguments]
    code = _run(arguments)
    _end(code)


def _launcher() -> str:
    """Return the file that a fresh kernel is started with."""
    found = importlib.util.find_spec("ipykernel_launcher")
    return str(found.origin) if found else ""


def _draw_anew() -> None:
    """Give this process random numbers of its own; `random`, `uuid`, `ssl` and `tempfile` see to themselves."""
    import numpy as np

    np.random.seed()  # noqa: NPY002 - the generator that notebooks use without one of their own
    multiprocessing.current_process().authkey = os.urandom(32)


def _run(arguments: Sequence[str]) -> int:
    """Run the kernel and return its exit code."""
    from ipykernel.kernelapp import IPKernelApp

    streams = (sys.stdout, sys.stderr)

    class ForkedKernelApp(IPKernelApp):
        """The kernel's application, which a fork server has imported too much for."""

        def init_io(self) -> None:
            super().init_io()  # type: ignore[no-untyped-call]
            _redirect_logs(streams)

        def init_extensions(self) -> None:
            super().init_extensions()  # type: ignore[no-untyped-call]
            if widgets := sys.modules.get("ipywidgets"):
                widgets.load_ipython_extension(self.shell)  # which its import does in a kernel

        def start(self) -> None:
            try:
                super().start()  # type: ignore[no-untyped-call]
            finally:
                # What ipykernel does at exit stops the thread of outputs first; the thread that answers the wish to
                # end, if it is not done with that, then waits for outputs to go out, for 10 s.
                self.control_thread.stop()
                self.control_thread.join()

    try:
        ForkedKernelApp.launch_instance(list(arguments))
    except SystemExit as end:
        return _code(end)
    return 0


def _redirect_logs(before: tuple[TextIO, TextIO]) -> None:
    """Have handlers that were made at an import write where one made in the kernel would: into the cell."""
    now = {id(stream): replacement for stream, replacement in zip(before, (sys.stdout, sys.stderr), strict=True)}
    loggers: list[Any] = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    for handler in {handler for logger in loggers for handler in getattr(logger, "handlers", ())}:
        if isinstance(handler, logging.StreamHandler) and id(handler.stream) in now:
            handler.setStream(now[id(handler.stream)])


def _code(end: SystemExit) -> int:
    return end.code if isinstance(end.code, int) else int(end.code is not None)


def _end(code: int) -> None:
    """End as the interpreter does, but for taking apart thousands of modules; as multiprocessing does with its own."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
