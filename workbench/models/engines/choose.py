"""Choose the engine of a model: convert once, try each in a process of its own, keep the quickest that is right."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.cache import file_digest
from workbench.models.engines.machine import machine, versions
from workbench.models.engines.rechecking import still_right
from workbench.models.engines.record import Choice, Trial, quickest, spec_from
from workbench.models.engines.sources import Source, run_module
from workbench.models.engines.store import folder_of, put, read, workplace
from workbench.readable import one_line

SECONDS = 120  # the longest trial of one engine


def choose(source: Source) -> Choice:
    """Return the choice for a model: the one kept in the cache, or made now.

    Raises:
        WorkbenchError: the model cannot be loaded.
        OSError: the cache folder cannot be written.
    """
    key = source.key()
    folder = folder_of(key)
    kept = read(folder)
    if kept is not None and still_right(kept, source, folder):
        return kept
    with workplace(folder) as work:
        kept = read(folder)  # another process may have made it while this one waited
        if kept is None or not still_right(kept, source, folder):
            print(f"{one_line(source.name)}: looking for its quickest engine, once on this machine", file=sys.stderr)
            source.make(work)
            kept = _chosen(key, source.name, work)
            put(kept, work, folder)
    return kept


def _chosen(key: str, name: str, work: Path) -> Choice:
    from workbench.models.engines.making import MADE, OTHERS

    made: dict[str, Any] = json.loads((work / MADE).read_text(encoding="utf-8"))
    trials = [Trial(**made["own"])]
    for engine, (_, file) in OTHERS.items():
        if engine in made["refused"]:
            trials.append(Trial(engine, reason=made["refused"][engine]))
        elif (work / file).exists():
            trials.append(_tried(engine, work, file))
    return Choice(
        key=key,
        model=name,
        chosen=quickest(tuple(trials)),
        trials=tuple(trials),
        inputs=tuple(map(spec_from, made["inputs"])),
        outputs=tuple(map(spec_from, made["outputs"])),
        labels=None if made["labels"] is None else tuple(made["labels"]),
        machine=machine(),
        versions=versions(),
        code=made["code"],
    )


def _tried(engine: str, work: Path, file: str) -> Trial:
    died = run_module("trying", str(work), engine, seconds=SECONDS)
    if died is not None:
        return Trial(engine, reason=died)
    trial = Trial(**json.loads((work / f"{engine}.json").read_text(encoding="utf-8")))
    return replace(trial, sha256=file_digest(work / file))
