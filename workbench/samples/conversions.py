"""Samples that Keras and TensorFlow make, each in a process of its own, out of reach of this one's settings.

One process imports the two, without a GPU, and uses nothing of them; each conversion is a copy of it. So a fetch of
all samples imports TensorFlow once, and every model is made as in a process that has just begun.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from workbench.errors import SampleError

SERVE = f"from {__name__} import serve; serve()"
# A GPU, and settings of Keras that are the user's own, would make other files.
SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}


class Conversions:
    """The conversions of one fetch: `with Conversions(folder) as convert:`, and `convert(...)` in it."""

    def __init__(self, folder: Path) -> None:
        """Note the folder in which Keras keeps its settings meanwhile; nothing is started yet."""
        self._folder = folder
        self._open = ExitStack()
        self._server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Conversions:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __call__(self, converter: str, source: Path, target: Path, *more: Any) -> None:
        """Have `converter`, "MODULE:FUNCTION", make `target` of `source`; `more` is plain values.

        Raises:
            SampleError: it failed.
        """
        server = self._server = self._server or self._start()
        assert server.stdin is not None and server.stdout is not None
        try:
            print(json.dumps([converter, str(source), str(target), *more]), file=server.stdin, flush=True)
            answer = server.stdout.readline()
        except BrokenPipeError:
            answer = ""
        said = json.loads(answer) if answer else self._last_words()
        if said:
            raise SampleError(f"converting {source.name} failed: {said}")

    def _start(self) -> subprocess.Popen[str]:
        self._errors = self._open.enter_context(tempfile.TemporaryFile("w+", errors="replace"))
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE], env=os.environ | SETTINGS | {"KERAS_HOME": str(self._folder)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        self._open.enter_context(server)  # closes its pipes and waits for it
        self._open.callback(server.terminate)
        return server

    def _last_words(self) -> str:
        assert self._server is not None
        code = self._server.wait()
        self._errors.seek(0)
        return ([f"it ended with {code} and said nothing", *self._errors.read().strip().splitlines()])[-1]


def serve() -> None:
    """Do the conversions that are asked for on standard input, and write what failed, or "", to standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a converter prints is no answer
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # which ends the conversion, too
    importlib.import_module("keras")
    # Only Linux copies a process whose libraries may have begun something.
    context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
    for line in sys.stdin:
        ours, theirs = context.Pipe(duplex=False)
        with ours:
            process = context.Process(target=_convert, args=(theirs, *json.loads(line)), daemon=True)
            process.start()
            theirs.close()
            try:
                said = ours.recv()
            except EOFError:
                process.join()
                said = f"it ended with {process.exitcode} and said nothing"
            process.join()
        print(json.dumps(said), file=answers, flush=True)


def _convert(tell: Connection, converter: str, source: str, target: str, *more: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    module, _, function = converter.partition(":")
    try:
        getattr(importlib.import_module(module), function)(Path(source), Path(target), *more)
    except Exception as error:
        tell.send(f"{type(error).__name__}: {error}")
    else:
        tell.send("")
