"""What `workbench stream` writes on standard output: a summary for a person, or lines of JSON for a program."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from workbench.cli.live.summary import summary
from workbench.cli.terminal import say
from workbench.inference.live.result import StreamResult
from workbench.inference.live.stats import StreamStats
from workbench.recording.answers import plain_answer
from workbench.recording.session import plain_stats
from workbench.reports.plain import finite, plain


class Output:
    """Standard output of one stream.

    Attributes:
        json: each answer is a line of JSON, and so is the summary; else the summary is for a person.
        on_terminal: whether a person sees it.
        not_finite: how many answers so far hold NaN or Inf.
    """

    def __init__(self, *, json: bool) -> None:
        self.json, self.on_terminal, self.not_finite = json, sys.stdout.isatty(), 0

    def result(self, result: StreamResult) -> None:
        """Write one answer, where lines of JSON are wanted.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        holes = result.prediction is not None and bool(result.prediction.not_finite[0])
        self.not_finite += holes
        if self.json:
            frame = {"frame": result.frame.index, "time_s": result.frame.time_s, "origin": result.frame.origin}
            said = plain_answer(result.prediction) if result.prediction else {}
            _write(
                "result",
                {**frame, "age_ms": round(1000 * result.age_s, 3), **said, **({"not_finite": True} if holes else {})},
            )

    def end(self, stats: StreamStats, *, ended: str, damaged: Sequence[str] = ()) -> None:
        """Write the summary; `ended` says what ended the stream, `damaged` what of its source was not whole."""
        if self.json:
            _write(
                "end", {"ended": ended, "damaged": list(damaged), "not_finite": self.not_finite, **plain_stats(stats)}
            )
        else:
            say("\n".join(summary(stats, ended=ended, damaged=damaged, not_finite=self.not_finite)))


def drop_output() -> None:
    """Let what is still to be written go nowhere, once nobody reads it: Python's own flush at exit would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(kind: str, fields: dict[str, Any]) -> None:
    line = finite(plain({"kind": kind, **fields}, name=kind))
    say(json.dumps(line, ensure_ascii=False, allow_nan=False))
