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
    """Counts recipes; `total` is the most that will be run, and may turn out to be more than are."""

    def __init__(self, progress: bool | Told, total: int) -> None:
        self._told: Told | None = progress if callable(progress) else None
        self._bar: Any = tqdm(total=total, unit="recipe", disable=self._told is not None or not progress, leave=False)
        self.total, self.done = total, 0

    def stage(self, text: str) -> None:
        """Name what is done next.

        Raises:
            SearchCancelled: the caller's function returned False.
        """
        self._text = text
        self._bar.set_description(text)
        self._tell()

    def step(self) -> None:
        """Count one recipe; raises as `stage`."""
        self.done += 1
        self._bar.update(1)
        self._tell()

    def _tell(self) -> None:
        if self._told is not None and self._told(self.done, max(self.total, self.done), self._text) is False:
            raise SearchCancelled(f"search stopped after {self.done} recipes; call it again to start anew")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bar."""
        self._bar.close()
