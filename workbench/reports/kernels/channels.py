"""The channels to one kernel, which are ready as soon as the kernel is: a run has only the one to wait for.

This module loads jupyter_client: import it where a run starts, not before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient

REPLY_S, STATUS_S = 1.0, 0.2  # to wait for an answer, and then for its echo, before asking again; as jupyter_client
RECONNECT_MS = 10  # between tries to reach sockets that the kernel has yet to open; ZeroMQ's own 100 is for networks

Message = dict[str, Any]


class Channels(AsyncKernelClient):
    """A client that goes on when the kernel's outputs reach it, without listening first for how long they keep quiet.

    jupyter_client listens for 0.2 s for what an earlier client has left unread. Here there was none, and outputs are
    taken in by the request they belong to.
    """

    def _context_default(self) -> zmq.asyncio.Context:
        context: zmq.asyncio.Context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and its answer is heard on the channel of outputs, too.

        Raises:
            RuntimeError: it has ended, or does not answer within `timeout` seconds.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while not await self._answers():
            if not await self._async_is_alive():
                raise RuntimeError("the kernel ended before it answered")
            if time.monotonic() > end:
                raise RuntimeError(f"no answer within {timeout:g} s")

    async def _answers(self) -> bool:
        """Ask the kernel who it is; tell whether both the reply and the note that it is idle again have come."""
        self.kernel_info()
        try:
            await _until(self.shell_channel, _is_reply, REPLY_S)
            await _until(self.iopub_channel, _is_idle, STATUS_S)
        except TimeoutError:
            return False
        return True


async def _until(channel: Any, wanted: Callable[[Message], bool], timeout: float) -> None:
    async with asyncio.timeout(timeout):
        while not wanted(await channel.get_msg(timeout=None)):
            pass


def _is_reply(message: Message) -> bool:
    return bool(message["msg_type"] == "kernel_info_reply")


def _is_idle(message: Message) -> bool:
    return bool(message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")
