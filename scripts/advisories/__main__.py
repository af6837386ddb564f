"""`python -m scripts.advisories EXPORT.zip`: exit status 0 without a hit, 1 with one, 2 where it cannot be told."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.advisories import Advisory, Unreadable, hits, read_export, read_locks

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (*sorted(ROOT.glob("requirements*.lock")), ROOT / "workbench" / "samples" / "npm.lock")
USAGE = "give OSV's export of the ecosystem PyPI, a file called all.zip: make audit ADVISORIES=all.zip"


def main(words: list[str]) -> int:
    """Print each hit, and what was looked at."""
    if len(words) != 1:
        sys.stderr.write(f"advisories: {USAGE}\n")
        return 2
    pins = read_locks(LOCKS)
    try:
        advisories: list[Advisory] = list(read_export(Path(words[0])))
    except Unreadable as error:
        sys.stderr.write(f"advisories: {error}\n")
        return 2
    found = hits(pins, advisories)
    for hit in found:
        print(hit)
    newest = max(advisory.modified for advisory in advisories)[:10]
    records = len({advisory.names for advisory in advisories})
    print(f"locked packages: {len(pins)}; advisories: {records:,}, the newest of {newest}; hits: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
