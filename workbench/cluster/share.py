"""How many threads this process may use: the one place that says it, for every engine."""

from __future__ import annotations

import os

from workbench.errors import InvalidValue

SHARE = "WORKBENCH_THREADS"  # set for each local worker, so that two workers do not fight for two cores

# Who else reads a number of threads when it starts: OpenMP, OpenBLAS, MKL; TensorFlow (tensorflow/core/common_runtime,
# process_util.cc); OpenCV (modules/core/src/parallel.cpp).
READ_BY_LIBRARIES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)


def threads() -> int:
    """Return the number of threads that one engine of this process may use.

    `WORKBENCH_THREADS` where it is set, otherwise as many as there are cores that this process may run on.

    Raises:
        InvalidValue: `WORKBENCH_THREADS` is no whole number from 1 on.
    """
    given = os.environ.get(SHARE, "")
    if not given:
        return cores()
    if not (given.isascii() and given.isdigit() and int(given)):
        raise InvalidValue(f"{SHARE}={given!r}: expected a whole number of threads from 1 on; set one, or unset it")
    return int(given)


def cores() -> int:
    """Return the number of cores that this process may run on, by its affinity where the system has one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment(share: int) -> dict[str, str]:
    """Return the environment variables that hold a process, and all that it starts, to `share` threads."""
    return dict.fromkeys((SHARE, *READ_BY_LIBRARIES), str(share))
