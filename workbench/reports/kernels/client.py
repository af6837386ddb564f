"""papermill's client for one kernel: cells in turn, and an end to those that would never come to one.

A cell whose outputs would fill the memory, and a kernel that has lost its connection, are given up; papermill and
nbclient wait for both as long as the kernel lives. This module loads papermill: import it where a run starts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from jupyter_core.utils import ensure_async, ensure_event_loop
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager

OnCell = Callable[[int, int], None]  # (cells done, cells in all)

MOST_OUTPUT = 50_000_000  # bytes of outputs in a notebook; a browser has trouble with a page of as much
LEAST_TEXT, LEAST_SHOWN = 200, 5_000  # bytes that a line, and a display with its frame in the page, count for
KEPT_OUTPUTS = 20  # of a cell that was given up for its outputs
SILENCE_S = 20  # between the last output of a cell and the reply that it has ended, which come at once


class GivenUp(RuntimeError):
    """A cell that is not waited for any longer, though its kernel lives; the text says why."""


class Ledger(NotebookExecutionManager):  # type: ignore[misc]
    """papermill's record of the cells, which does not call a cell completed that never ran."""

    def notebook_complete(self, **_: object) -> None:
        """Note the time."""
        self.end_time = self.now()
        meta = self.nb.metadata.papermill
        meta["end_time"] = self.end_time.isoformat()
        meta["duration"] = (self.end_time - self.start_time).total_seconds()


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, which stops at the first cell that fails and lets the reason through."""

    on_cell: OnCell
    _size = 0  # bytes of outputs so far
    _idle_since: float | None = None  # when the kernel said that the cell under way is done
    _given_up = ""

    def papermill_execute_cells(self) -> None:
        """Run the cells in turn.

        Raises:
            GivenUp: a cell whose outputs are too many, or whose kernel lives and does not answer.
        """
        for index, cell in enumerate(self.nb.cells):
            self._idle_since = None
            try:
                self.nb_man.cell_start(cell, index)
                self.execute_cell(cell, index)
                if self._given_up:  # when the cell's reply was there already
                    raise DeadKernelError(self._given_up)
            except DeadKernelError:
                self.nb_man.cell_exception(cell, cell_index=index)
                if self._given_up:
                    cell.outputs = cell.outputs[:KEPT_OUTPUTS]
                    raise GivenUp(self._given_up) from None
                raise
            except BaseException as error:
                self.nb_man.cell_exception(cell, cell_index=index)
                if isinstance(error, KeyboardInterrupt):
                    _let_go()
                raise
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)
            self.on_cell(index + 1, len(self.nb.cells))

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take in one message of the kernel, as long as there is room for what it brings."""
        self._size += _size(msg["content"])
        if self._size > MOST_OUTPUT:
            self._give_up(f"its outputs are above {MOST_OUTPUT // 10**6} MB; print less, or write it to a file")
            return None
        try:
            output: NotebookNode | None = super().process_message(msg, cell, cell_index)
            return output
        except CellExecutionComplete:
            self._idle_since = time.monotonic()
            raise
        except Exception as error:  # the kernel can send anything, and nbformat raises as it pleases
            self._give_up(f"a cell shows what no notebook can hold: {str(error).partition(chr(10))[0]:.200}")
            return None

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        """Take in the messages of one cell, and let go in between: nbclient's own does not while they keep coming.

        With it neither a time limit nor the watch over the kernel would get their turn.
        """
        while not self._given_up:
            msg = await ensure_async(self.kc.iopub_channel.get_msg(timeout=None))
            await asyncio.sleep(0)
            if msg["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(msg, cell, cell_index)
                except CellExecutionComplete:
                    return

    async def _async_poll_kernel_alive(self) -> None:
        """Watch a cell under way: for a kernel that has died, or has ended the cell and does not say how."""
        while True:
            await asyncio.sleep(1)
            if self._idle_since is not None and time.monotonic() - self._idle_since > SILENCE_S:
                self._give_up("the kernel lives and does not answer; a cell closed its connection")
            try:
                await self._async_check_alive()
            except DeadKernelError:
                self.task_poll_for_reply.cancel()
                return

    def _give_up(self, reason: str) -> None:
        self._given_up = self._given_up or reason
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()


def _let_go() -> None:
    """End what an interrupted cell has left waiting in the event loop, which would complain of it later."""
    loop = ensure_event_loop()
    if not loop.is_running():
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


def _size(content: dict[str, Any]) -> int:
    """Return about how many bytes a message adds to a notebook."""
    if "text" in content:
        return LEAST_TEXT + len(content["text"])
    return sum(LEAST_SHOWN + len(str(value)) for value in content.get("data", {}).values())
