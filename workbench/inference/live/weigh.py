"""The memory and CPU time of this process and its children, cheap enough to look at every second."""

from __future__ import annotations

import psutil

LOOK_FOR_CHILDREN = 10  # looks; listing them reads all processes of the machine, which takes milliseconds


class Weight:
    """What this process and its children use; CPU time counts from the making of this."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self._children: list[psutil.Process] = []
        self._spent: dict[int, float] = {}  # seconds of CPU by process; of those that ended, their last
        self._looks = 0
        self._start_s = 0.0
        self._start_s = self.look()[1]

    def look(self) -> tuple[float, float]:
        """Return the resident memory in MB (2**20 bytes), and the seconds of CPU so far."""
        if self._looks % LOOK_FOR_CHILDREN == 0:
            self._children = self._own.children(recursive=True)
        self._looks += 1
        memory = sum(map(self._weighed, (self._own, *self._children)))
        return memory / 2**20, sum(self._spent.values()) - self._start_s

    def _weighed(self, process: psutil.Process) -> int:
        """Note the CPU time of a process, and return its memory in bytes; 0 where it is gone."""
        try:
            with process.oneshot():
                times = process.cpu_times()
                self._spent[process.pid] = times.user + times.system
                return int(process.memory_info().rss)
        except psutil.Error:
            return 0
