"""A Jupyter kernel provisioner whose kernels are forks, where they can be, and fresh processes where not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance

from workbench.reports.kernels.forking.fork_server import ForkServer
from workbench.reports.kernels.forking.process import ForkedProcess, Refused

NAME = "workbench-fork"  # of its entry point
ANSWER_S = 120  # for a server to import TensorFlow on a busy machine, and to fork
INHERIT = -1  # PIPE and DEVNULL of `subprocess` are below
OURS = {"cmd", "env", "cwd", "stdout", "stderr", "extra_arguments", "kernel_id"}  # what a fork knows how to honour


class ForkProvisioner(LocalProvisioner):
    """Starts kernels from the fork server that it is configured with; without one it is Jupyter's own provisioner.

    A kernelspec asks for it in its metadata: `{"kernel_provisioner": {"provisioner_name": "workbench-fork",
    "config": {"server": server}}}`.
    """

    server = Instance(ForkServer, allow_none=True)
    process: Any  # a ForkedProcess or a Popen

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel: a fork if that is what a fresh start would be, else by starting `cmd`."""
        process = self._forked(cmd, kwargs)
        if process is not None:
            try:
                await process.begun(ANSWER_S)
            except Refused as reason:
                self.log.debug("A kernel is started afresh: %s", reason)
            else:
                self.process, self.pid, self.pgid = process, process.pid, process.pid
                self.cwd = kwargs.get("cwd") or Path.cwd()
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def wait(self) -> int | None:
        """Wait for the kernel to end; a fork's end is told at once, that of others looked for each 100 ms."""
        if not isinstance(self.process, ForkedProcess):
            return await super().wait()
        code = await self.process.wait()
        self.process.close()
        self.process = None
        return code

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of what is left of a fork."""
        if isinstance(self.process, ForkedProcess):
            self.process.close()
        await super().cleanup(restart=restart)

    def _forked(self, command: list[str], options: dict[str, Any]) -> ForkedProcess | None:
        streams = options.get("stdout", INHERIT), options.get("stderr", INHERIT)
        if self.server is None or options.keys() - OURS or not all(map(_is_descriptor, streams)):
            return None
        folder = Path(options.get("cwd") or Path.cwd()).absolute()
        return self.server.fork(command, options.get("env", os.environ), folder=folder, streams=streams)


def _is_descriptor(stream: object) -> bool:
    return isinstance(stream, int) and stream > INHERIT
