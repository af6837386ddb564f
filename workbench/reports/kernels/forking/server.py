"""The process that kernels are forked from, started by `ForkServer`.

A request comes over a Unix socket with three descriptors: the kernel's lifeline, its standard output and its error.
Over the lifeline the owner is told the process number, and later the exit code; when it closes its end, or dies, the
kernel is killed with its process group. The server ends when its owner does. It runs in one thread and uses nothing of
what it has imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.reports.kernels.forking.newborn import Birth, live
from workbench.reports.kernels.forking.preload import preload
from workbench.reports.kernels.forking.sameness import shadowed

MOST_BYTES, DESCRIPTORS = 1 << 20, 3


@dataclass
class _Kernel:
    """A process that was forked here."""

    pid: int
    line: socket.socket  # the server's end of the lifeline
    handle: int  # readable when the process has ended


@dataclass
class Server:
    """Forks kernels on request, and tells how they ended."""

    control: socket.socket
    imported: set[str]  # top-level modules that a bare kernel has not
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _kernels: list[_Kernel] = field(default_factory=list)
    _owned: bool = True

    def serve(self, owner: int) -> Birth | None:
        """Serve until the owner is gone and return None; in each kernel return what it is to begin with.

        Args:
            owner: descriptor that is readable when the owner has ended.
        """
        self._listen(self.control, self._answer)
        self._listen(owner, self._leave)
        while self._owned:
            for key, _ in self._selector.select():
                birth: Birth | None = key.data()
                if birth is not None:
                    return birth
        for kernel in list(self._kernels):
            self._release(kernel)
        return None

    def _listen(self, what: int | socket.socket, action: Callable[[], Birth | None]) -> None:
        self._selector.register(what, selectors.EVENT_READ, action)

    def _leave(self) -> None:
        self._owned = False

    def _answer(self) -> Birth | None:
        """Read a request and fork; return in the kernel alone."""
        data, descriptors, flags, _ = socket.recv_fds(self.control, MOST_BYTES, DESCRIPTORS)
        if not data:
            self._leave()
            return None
        line, *streams = descriptors
        lifeline = socket.socket(fileno=line)
        try:
            if flags & socket.MSG_TRUNC or len(streams) != DESCRIPTORS - 1:
                raise ValueError("the request is not whole")
            return self._fork(json.loads(data), lifeline, streams)
        except (OSError, ValueError) as error:
            _tell(lifeline, {"refused": str(error)})
            lifeline.close()
            return None
        finally:
            for stream in streams:
                os.close(stream)

    def _fork(self, request: dict[str, Any], lifeline: socket.socket, streams: list[int]) -> Birth | None:
        if names := shadowed(Path(request["folder"]), sys.modules, self.imported):
            raise ValueError(f"{', '.join(names)} would be imported from {request['folder']}")
        birth = Birth(request["arguments"], request["environment"], request["folder"])
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_born(birth, streams, server)
            lifeline.close()
            return birth
        try:
            kernel = _Kernel(pid, lifeline, os.pidfd_open(pid))
        except OSError:  # no descriptor left
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        self._kernels.append(kernel)
        self._listen(kernel.line, lambda: self._release(kernel))
        self._listen(kernel.handle, lambda: self._bury(kernel))
        _tell(lifeline, {"pid": pid})
        return None

    def _bury(self, kernel: _Kernel) -> None:
        """Tell how a kernel ended; its number stays taken until the owner lets go of it."""
        if kernel not in self._kernels:  # the owner has just done so
            return
        self._selector.unregister(kernel.handle)
        ended = os.waitid(os.P_PIDFD, kernel.handle, os.WEXITED | os.WNOWAIT)
        if ended is not None:
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            _tell(kernel.line, {"exit": code})

    def _release(self, kernel: _Kernel) -> None:
        """End a kernel, and all that is in its process group, whose owner has let go of it."""
        for kill in (os.kill, os.killpg):  # its group is not there yet when it has just begun
            with contextlib.suppress(ProcessLookupError):
                kill(kernel.pid, signal.SIGKILL)
        os.waitpid(kernel.pid, 0)
        self._forget(kernel)

    def _forget(self, kernel: _Kernel) -> None:
        for what in (kernel.line, kernel.handle):
            with contextlib.suppress(KeyError):
                self._selector.unregister(what)
        kernel.line.close()
        os.close(kernel.handle)
        self._kernels.remove(kernel)

    def _be_born(self, birth: Birth, streams: list[int], server: int) -> None:
        """Have the kernel begin, with nothing of what the server has open; what fails here must not go on to serve."""
        try:
            birth.take(streams, server)
            for kernel in self._kernels:
                kernel.line.close()
                os.close(kernel.handle)
            self._selector.close()
            self.control.close()
        except BaseException:
            traceback.print_exc()
            os._exit(1)


def _tell(line: socket.socket, message: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody there any more
        line.send(json.dumps(message).encode())


def main(bare: Collection[str]) -> None:
    """Serve the owner; the command line has the descriptor of a socket to it, its process number, and what to import.

    Args:
        bare: what is imported when nothing but ipykernel is.
    """
    control, owner = socket.socket(fileno=int(sys.argv[1])), os.pidfd_open(int(sys.argv[2]))
    imported = preload(sys.argv[3:], bare)
    os.chdir("/")  # no folder is in use for as long as it waits; each kernel goes to its own
    birth = Server(control, imported).serve(owner)
    if birth is None:
        os._exit(0)  # what is to be done at the end of a process that has made the imports is for the kernels
    os.close(owner)
    live(birth)
