"""TensorFlow imported quietly: for the `tf.*` decoders and resizers, and for the models. Imports nothing else."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

STANDARD_ERROR = 2
_LOCK = threading.Lock()
_looked: list[bool] = []  # not empty once TensorFlow has looked for devices; who imports it need not have had it look
_inside: list[int] = []  # the threads that want it quiet
_taken: list[tuple[int, IO[bytes]]] = []  # the descriptor that standard error is kept in, and what is written meanwhile


def import_tensorflow() -> Any:
    """Import TensorFlow with oneDNN on and its start-up chatter off, unless the user has set them."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules and _looked:
        return sys.modules["tensorflow"]
    with quiet_standard_error():
        import tensorflow as tf

        tf.config.list_physical_devices()  # looks for GPUs now, and says here that there are none
    _looked.append(True)
    return tf


@contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Hold back what C++ writes to standard error; shown after all if the block raises.

    TensorFlow 2.21 logs before it reads TF_CPP_MIN_LOG_LEVEL, and a notebook shows that as a cell's output. Standard
    error belongs to the whole process: of several threads the first takes it away, and the last gives it back.
    """
    with _LOCK:
        if not _inside:
            _begin()
        _inside.append(threading.get_ident())
    try:
        yield
    except BaseException:
        with _LOCK:
            _show()
        raise
    finally:
        with _LOCK:
            _inside.pop()
            if not _inside:
                _end()


def _begin() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
    with suppress(OSError):  # a process without standard error has nothing to hold back
        kept = os.dup(STANDARD_ERROR)
        held = tempfile.TemporaryFile(buffering=0)
        os.dup2(held.fileno(), STANDARD_ERROR)
        _taken.append((kept, held))


def _show() -> None:
    for kept, held in _taken:
        held.seek(0)
        os.write(kept, held.read())
        held.seek(0)
        held.truncate()


def _end() -> None:
    while _taken:
        kept, held = _taken.pop()
        os.dup2(kept, STANDARD_ERROR)
        os.close(kept)
        held.close()
