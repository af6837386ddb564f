"""What lay around the two runs: packages, codecs, our own code, variables, machine, commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.reports.diff.change import Change, differing, leaves, shown
from workbench.reports.diff.stored import StoredRun

CODECS_OF = {"cv2": "opencv-", "pyav": "av"}  # which packages bring which codecs: the beginning of their names
DIGITS = 8


def version_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the packages of other versions, then our own code where it differs and its version does not."""
    one, other = (_versions(run, both=bool(a.details and b.details)) for run in (a, b))
    for name, before, after in differing(one, other):
        yield Change("version", name, shown(before), shown(after))
    codes = [str(run.details.get("code", "")) for run in (a, b)]
    if all(codes) and codes[0] != codes[1] and one.get("workbench") == other.get("workbench"):
        note = "Workbench's own modules were edited; its version was not"
        yield Change("code", "workbench", codes[0][:DIGITS], codes[1][:DIGITS], note)


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
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name, before, after in differing(one, other):
            yield Change("environment", name, shown(before), shown(after))
    for name, before, after in differing(a.manifest["machine"], b.manifest["machine"]):
        yield Change("machine", name.replace("_", " "), shown(before), shown(after))


def commit_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the commits of the notebook's folder where they differ and may have changed what ran.

    Of one of our own notebooks that, and our code, is known by its content.
    """
    if a.manifest["notebook"].get("shipped") and b.manifest["notebook"].get("shipped"):
        return
    one, other = (_commit(run.manifest.get("git")) for run in (a, b))
    if one != other:
        yield Change("commit", "git commit", one, other, "of the folder that the notebook lies in")


def _versions(run: StoredRun, *, both: bool) -> dict[str, Any]:
    """Return the versions of all packages where both runs have kept them, else of those that every manifest names."""
    known = dict(run.manifest["versions"])
    packages = run.details.get("packages")
    return {"python": known.get("python"), **packages} if both and isinstance(packages, dict) else known


def _commit(git: object) -> str:
    if not isinstance(git, Mapping):
        return shown("none")
    return f"{str(git.get('commit'))[:DIGITS]}{', with edits' if git.get('dirty') else ''}"
