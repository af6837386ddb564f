"""What lay around the two runs: packages, engines, codecs, our own code, variables, machine, commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.cluster.share import READ_BY_LIBRARIES, SHARE
from workbench.reports.diff.answers import Kept
from workbench.reports.diff.change import NONE, Change, differing, leaves, shown
from workbench.reports.diff.stored import StoredRun

CODECS_OF = {"cv2": "opencv-", "pyav": "av"}  # which packages bring which codecs: the beginning of their names
DIGITS = 8
THREADS = (SHARE, *READ_BY_LIBRARIES)
MOST_PACKAGES, NAMED = 8, 5  # of those that no manifest names: told one by one, else named in a sentence


def version_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the packages of other versions, then our own code where it differs and its version does not.

    Many packages that no manifest names, as two environments differ in, are one change.
    """
    one, other = (_versions(run, both=bool(a.details and b.details)) for run in (a, b))
    known = {"workbench", *a.manifest["versions"], *b.manifest["versions"]}
    found = [Change("version", name, shown(before), shown(after)) for name, before, after in differing(one, other)]
    others = [each for each in found if each.name not in known and not each.name.startswith(tuple(CODECS_OF.values()))]
    yield from (each for each in found if len(others) <= MOST_PACKAGES or each not in others)
    if len(others) > MOST_PACKAGES:
        yield _many(others)
    codes = [str(run.details.get("code", "")) for run in (a, b)]
    if all(codes) and codes[0] != codes[1] and one.get("workbench") == other.get("workbench"):
        note = "Workbench's own modules were edited; its version was not"
        yield Change("code", "workbench", codes[0][:DIGITS], codes[1][:DIGITS], note)


def engine_changes(a: Mapping[str, Kept], b: Mapping[str, Kept]) -> Iterator[Change]:
    """Yield what ran the models that gave these answers, where that differs and both runs know it."""
    pairs = {name: (a[name][0].engine, b[name][0].engine) for name in a if name in b}
    for before, after in dict.fromkeys(pairs.values()):
        if before and after and before != after:
            names = ", ".join(name for name, pair in pairs.items() if pair == (before, after))
            yield Change("engine", names, before, after, "what ran the model; load_model(engine=...) chooses it")


def codec_changes(a: StoredRun, b: StoredRun, versions: list[str]) -> Iterator[Change]:
    """Yield the codecs that differ; they follow the package that brings them where that is another version.

    Args:
        a: one run.
        b: the other.
        versions: the packages of other versions.
    """
    one, other = (dict(leaves(run.manifest["codecs"])) for run in (a, b))
    for name, before, after in differing(one, other):
        beginning = CODECS_OF.get(name.partition(".")[0], name)
        follows = next((each for each in versions if each.startswith(beginning)), "")
        yield Change("codec", name, shown(before), shown(after), follows=follows)


def surrounding_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the variables and facts of the machine that differ; none of a run that was made before they were kept."""
    one, other = (run.manifest.get("environment") for run in (a, b))
    machines = list(differing(a.manifest["machine"], b.manifest["machine"]))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        yield from _environment_changes(one, other, machines)
    for name, before, after in machines:
        yield Change("machine", name.replace("_", " "), shown(before), shown(after))


def _environment_changes(
    a: Mapping[str, Any], b: Mapping[str, Any], machines: Sequence[tuple[str, Any, Any]]
) -> Iterator[Change]:
    """Yield the variables that differ: of a worker those of threads at once, cores unless `machines` tells them."""
    shares = [_share(each) for each in (a, b)]
    if any(shares) and shares[0] != shares[1]:
        note = f"{SHARE} and the like, as a worker of a sweep has them"
        yield Change("environment", "threads", _threads(a), _threads(b), note)
    for name, before, after in differing(a, b):
        told = (any(shares) and name in THREADS) or (name == "cores" and (name, before, after) in machines)
        if not told:
            yield Change("environment", name, shown(before), shown(after))


def commit_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the commits of the notebook's folder where they differ and may have changed what ran.

    Of one of our own notebooks that, and our code, is known by its content.
    """
    if a.manifest["notebook"].get("shipped") and b.manifest["notebook"].get("shipped"):
        return
    one, other = (_commit(run.manifest.get("git")) for run in (a, b))
    if one != other:
        yield Change("commit", "git commit", one, other, "of the folder that the notebook lies in")


def _many(packages: Sequence[Change]) -> Change:
    """Return one change for packages of other versions, each with a line of its own."""
    named = ", ".join(each.name for each in packages[:NAMED])
    lines = tuple(str(each) for each in packages)
    return Change("version", f"{len(packages)} other packages", NONE, NONE, f"{named}, ...", lines=lines)


def _share(environment: Mapping[str, Any]) -> str:
    """Return how many threads a worker of a cluster was held to; empty where the run was none of a worker."""
    held = {str(environment.get(name, "")) for name in THREADS}
    return held.pop() if len(held) == 1 else ""


def _threads(environment: Mapping[str, Any]) -> str:
    """Say how many threads a run might use: a worker's share, else what is set one by one, else one for each core."""
    told = ", ".join(f"{name}={environment[name]}" for name in THREADS if name in environment)
    return _share(environment) or told or f"{shown(environment.get('cores'))}, one for each core"


def _versions(run: StoredRun, *, both: bool) -> dict[str, Any]:
    """Return the versions of all packages where both runs have kept them, else of those that every manifest names."""
    known = dict(run.manifest["versions"])
    packages = run.details.get("packages")
    return {"python": known.get("python"), **packages} if both and isinstance(packages, dict) else known


def _commit(git: object) -> str:
    if not isinstance(git, Mapping):
        return shown("none")
    return f"{str(git.get('commit'))[:DIGITS]}{', with edits' if git.get('dirty') else ''}"
