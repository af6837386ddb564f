"""Which files the runs read are other ones: changed, added, gone, renamed; of a model whether weights or graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from workbench.reports.details import MODELS
from workbench.reports.diff.change import NONE, Change
from workbench.reports.diff.stored import StoredRun

MOST = 8  # files of one input that are told one by one
NAMED = 5  # files, or tensors, in a sentence
LABELS = ".labels.txt"
Files = dict[str, tuple[str, int]]  # name -> SHA-256, bytes


@dataclass(frozen=True, slots=True)
class Given:
    """One input of a run: what is in the manifest, and what is kept of its files."""

    parameter: str
    origin: str
    sha256: str
    files: Files  # empty where they were not kept
    weights: Mapping[str, str]
    graph: str


def input_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the files that differ; a file that several parameters name once, under the first of them.

    They follow the parameter, where that names another origin.
    """
    told: set[tuple[str, str, str]] = set()
    for one, other in _paired(given(a), given(b)):
        if one.sha256 == other.sha256:
            continue
        for change in _changes(one, other):
            key = (change.name.partition(": ")[2], change.before, change.after)
            if key not in told:
                told.add(key)
                moved = one.origin != other.origin
                yield replace(change, follows=one.parameter) if moved else change


def given(run: StoredRun) -> list[Given]:
    """Return the inputs of a run."""
    kept = run.details.get("inputs")
    details = {(each.get("parameter"), each.get("origin")): each for each in kept} if isinstance(kept, list) else {}
    return [
        _given(each, details.get((each.get("parameter"), each.get("origin")), {})) for each in run.manifest["inputs"]
    ]


def _given(told: Mapping[str, Any], kept: Mapping[str, Any]) -> Given:
    files = {str(name): (str(digest), int(size)) for name, (digest, size) in kept.get("files", {}).items()}
    weights, graph = kept.get("weights", {}), str(kept.get("graph", ""))
    return Given(str(told.get("parameter")), str(told.get("origin")), str(told.get("sha256")), files, weights, graph)


def _paired(a: Sequence[Given], b: Sequence[Given]) -> Iterator[tuple[Given, Given]]:
    """Yield the inputs of A and B that stand for each other: of one parameter the same origin, then those left in turn.

    One that only one side has is told with its parameter.
    """
    for parameter in dict.fromkeys(each.parameter for each in a):
        one = [each for each in a if each.parameter == parameter]
        other = [each for each in b if each.parameter == parameter]
        both = {each.origin for each in one} & {each.origin for each in other}
        for origin in sorted(both):
            yield (
                next(each for each in one if each.origin == origin),
                next(each for each in other if each.origin == origin),
            )
        yield from zip(
            (each for each in one if each.origin not in both),
            (each for each in other if each.origin not in both),
            strict=False,
        )


def _changes(a: Given, b: Given) -> Iterator[Change]:
    if not a.files or not b.files:
        yield Change("input", f"{a.parameter}: {b.origin}", a.sha256[:8], b.sha256[:8], "which files is not known")
        return
    found = list(_files(a, b))
    if len(found) <= MOST:
        yield from found
        return
    kinds = {kind: sum(kind in change.note for change in found) for kind in ("changed", "added", "gone", "renamed")}
    note = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    named = ", ".join(change.name.partition(": ")[2] for change in found[:NAMED])
    yield Change("input", f"{a.parameter}: {b.origin}", _files_of(a), _files_of(b), f"{note}: {named}, ...")


def _files_of(given: Given) -> str:
    return f"{len(given.files)} file{'s' if len(given.files) != 1 else ''}"


def _files(a: Given, b: Given) -> Iterator[Change]:
    """Yield each file that differs; one file alone on both sides is the same file under whatever name."""
    models = [name for each in (a, b) for name in each.files if not name.endswith(LABELS)]
    if len(a.files) == len(b.files) == 1 or (a.weights and b.weights and len(models) == 2 and models[0] != models[1]):
        yield from _alone(a, b, models)
        return
    gone, added = ({name: one[name] for name in one if name not in other} for one, other in _both(a, b))
    for name in sorted(a.files.keys() & b.files.keys()):
        if a.files[name] != b.files[name]:
            yield _changed(a, b, name, name)
    for name, held in sorted(gone.items()):
        now = next((each for each, facts in added.items() if facts == held), None)
        if now is None:
            yield Change("input", f"{a.parameter}: {name}", _size(held), NONE, "gone")
        else:
            del added[now]
            yield Change("input", f"{a.parameter}: {now}", name, now, "renamed, the same bytes")
    for name, held in sorted(added.items()):
        yield Change("input", f"{b.parameter}: {name}", NONE, _size(held), "added")


def _alone(a: Given, b: Given, models: list[str]) -> Iterator[Change]:
    """Yield what differs of one file, or of one model and the labels beside it."""
    one, other = (models[0], models[-1]) if models else (next(iter(a.files)), next(iter(b.files)))
    if a.files[one] != b.files[other]:
        yield _changed(a, b, one, other)
    labels = [next((name for name in each.files if name.endswith(LABELS)), None) for each in (a, b)]
    held = [each.files.get(name or "") for each, name in zip((a, b), labels, strict=True)]
    if held[0] != held[1] and models:
        was, now = (_size(each) if each else NONE for each in held)
        yield Change("labels", f"{a.parameter}: {labels[1] or labels[0]}", was, now, _how(held[0], held[1]))


def _both(a: Given, b: Given) -> tuple[tuple[Files, Files], tuple[Files, Files]]:
    return (a.files, b.files), (b.files, a.files)


def _changed(a: Given, b: Given, one: str, other: str) -> Change:
    was, now = a.files[one], b.files[other]
    name = f"{b.parameter}: {other}"
    if a.weights and b.weights and PurePath(other).suffix.lower() in MODELS:
        return Change("weights", name, _size(was), _size(now), _weights(a, b))
    origin = next((each for each, held in a.files.items() if held == now and each != other), None)
    note = f"changed: it has the bytes that {origin} had" if origin else _how(was, now)
    return Change("labels" if other.endswith(LABELS) else "input", name, _size(was), _size(now), note)


def _weights(a: Given, b: Given) -> str:
    """Say whether weights, graph or neither of a model file changed."""
    names = a.weights.keys() & b.weights.keys()
    changed = [name for name in a.weights if name in names and a.weights[name] != b.weights[name]]
    if (
        a.weights.keys() != b.weights.keys()
        and not changed
        and sorted(a.weights.values()) == sorted(b.weights.values())
    ):
        return "another architecture or other names with the same weights"
    if a.weights.keys() != b.weights.keys():
        return (
            f"another architecture: {len(a.weights)} → {len(b.weights)} stored tensors, {len(names)} of the same name"
        )
    told = ", ".join(changed[:NAMED]) + (", ..." if len(changed) > NAMED else "")
    if not changed:
        return "the architecture changed, no weight did" if a.graph != b.graph else "neither weights nor architecture"
    same = "and the architecture" if a.graph != b.graph else "the architecture is the same"
    return f"{len(changed)} of {len(a.weights)} weights changed ({told}), {same}"


def _how(was: tuple[str, int] | None, now: tuple[str, int] | None) -> str:
    if was is None or now is None:
        return "added" if was is None else "gone"
    return "changed: other bytes, as many" if was[1] == now[1] else "changed"


def _size(held: tuple[str, int]) -> str:
    return f"{held[1]:,} bytes, {held[0][:8]}"


def names_of(run: StoredRun) -> dict[str, str]:
    """Return the SHA-256 of each file that a run read, by the last part of its name, where that is one file's only."""
    found: dict[str, set[str]] = {}
    for each in given(run):
        for name, (digest, _) in each.files.items():
            found.setdefault(PurePath(name).name, set()).add(digest)
    return {name: next(iter(digests)) for name, digests in found.items() if len(digests) == 1}
