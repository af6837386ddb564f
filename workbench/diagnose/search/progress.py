"""Progress of a search, told to a bar or to a function that may stop it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from tqdm.auto import tqdm

from workbench.errors import WorkbenchError

Told = Callable[[int, int, str], bool | None]


class SearchCancelled(WorkbenchError):
    """The function given as `progress` returned False."""


class Progress(AbstractContextManager["Progress"]):
    """Counts recipes; `total` is 0 until it is known, then the most that will be run, which may be more than are."""

    def __init__(self, progress: bool | Told) -> None:
        self._told: Told | None = progress if callable(progress) else None
        self._bar: Any = tqdm(unit="recipe", disable=self._told is not None or not progress, leave=False)
        self._text = ""
        self.total, self.done = 0, 0

    def expect(self, total: int) -> None:
        """Say how many recipes will be run at most."""
        self.total = self._bar.total = total
        self._bar.refresh()

    def stage(self, text: str) -> None:
        """Name what is done next.

        Raises:
            SearchCancelled: the caller's function returned False.
        """
        self._text = text
        self._bar.set_description(text)
        self.pause()

    def step(self) -> None:
        """Count one recipe; raises as `stage`."""
        self.done += 1
        self._bar.update(1)
        self.pause()

    def pause(self) -> None:
        """Give the caller's function its say, in the middle of something that takes long; raises as `stage`."""
        if self._told is not None and self._told(self.done, max(self.total, self.done), self._text) is False:
            raise SearchCancelled(f"search stopped after {self.done} recipes; call it again to start anew")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bar."""
        self._bar.close()
