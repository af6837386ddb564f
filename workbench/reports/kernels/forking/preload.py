"""What a fork server imports for its kernels, and the proof that it has used none of it."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from workbench.quiet_tensorflow import quiet_standard_error

# In this order: what every kernel has, before what only a notebook would have imported.
KERNEL = (
    "ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio", "sqlite3",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect",
    "IPython.extensions.storemagic", "IPython.utils.wildcard",
)  # fmt: skip
HEAVY = (
    "numpy", "cv2", "tensorflow", "keras", "matplotlib.pyplot", "pandas", "av", "supervision", "ipywidgets",
    "ai_edge_litert.interpreter", "onnxruntime",
    "workbench.models", "workbench.inference", "workbench.diagnose", "workbench.views", "workbench.reports.recording",
)  # fmt: skip
# They ask at their import whether they are in a kernel; a notebook imports them anew.
ASKING = ("tqdm.auto", "tqdm.autonotebook", "matplotlib_inline.backend_inline")


def preload(modules: Sequence[str], bare: Collection[str]) -> set[str]:
    """Import what kernels need, and return the top-level modules that a bare kernel would not have imported.

    Args:
        modules: what notebooks would import.
        bare: all that was imported when nothing but ipykernel was.

    Raises:
        ImportError: one of them is not there.
        RuntimeError: an import has done what a copy of the process could not stand for.
    """
    before, others = dict(os.environ), sys.modules.keys() - bare
    _import(KERNEL)
    kernels = sys.modules.keys() - others
    with quiet_standard_error():
        _import(modules)
        _look_at_modules()
    _expect_untouched(before)
    for name in ASKING:
        sys.modules.pop(name, None)
    gc.collect()
    gc.freeze()  # what is there for good is not looked through, and so not copied, in each kernel
    return _top_level(sys.modules) - _top_level(kernels)


def _import(names: Iterable[str]) -> None:
    for name in names:
        importlib.import_module(name)


def _look_at_modules() -> None:
    """Ask each module what a kernel asks it for when it begins: some of them are made to load more then."""
    for module in list(sys.modules.values()):
        getattr(module, "__file__", None)


def _top_level(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def _expect_untouched(before: Mapping[str, str]) -> None:
    """Refuse a process whose TensorFlow has begun, with threads and devices of its own, or that has made files."""
    context: Any = sys.modules.get("tensorflow.python.eager.context")
    if context is not None and context.context_safe() is not None:
        raise RuntimeError("TensorFlow has been used")
    if os.environ.get("MPLCONFIGDIR") != before.get("MPLCONFIGDIR"):
        raise RuntimeError("matplotlib has made a folder that goes with the first process to end")
