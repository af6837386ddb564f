"""Keep Dask from writing to the terminal: importing it sets up loggers of its own, and of Tornado and Bokeh."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.cluster.late import distributed

OTHERS = ("tornado", "tornado.application", "bokeh")
DASK = ("distributed", "distributed.client", "distributed.gc")


@contextmanager
def quiet_dask() -> Iterator[None]:
    """Import Dask without a change to the loggers of others; its own say nothing in the block.

    They stay silent where nobody else in this process had imported Dask: a connection ends in a thread of its own, and
    would be told of after the block.
    """
    mine = "distributed" not in sys.modules
    before = {name: _state(name) for name in (*OTHERS, *DASK)}
    distributed()
    for name in OTHERS:
        _restore(name, *before[name])
    for name in DASK:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        if not mine:
            for name in DASK:
                _restore(name, *before[name])


State = tuple[int, list[logging.Handler], bool]


def _state(name: str) -> State:
    logger = logging.getLogger(name)
    return logger.level, logger.handlers[:], logger.propagate


def _restore(name: str, level: int, handlers: list[logging.Handler], propagate: bool) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(level)
    logger.handlers[:] = handlers
    logger.propagate = propagate
