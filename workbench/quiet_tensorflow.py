"""TensorFlow imported quietly: for the `tf.*` decoders and resizers, and for the models. Imports nothing else."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def import_tensorflow() -> Any:
    """Import TensorFlow with oneDNN on and its start-up chatter off, unless the user has set them."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    with quiet_standard_error():
        import tensorflow as tf

        tf.config.list_physical_devices()  # looks for GPUs now, and says here that there are none
    return tf


@contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Hold back what C++ writes to standard error; shown after all if the block raises.

    TensorFlow 2.21 logs before it reads TF_CPP_MIN_LOG_LEVEL, and a notebook shows that as a cell's output.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
