"""Open thousands of damaged files in a user's process, and keep what came of each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.long.mutations import CUT
from tests.faults.long.originals import Original
from tests.faults.long.user import Answer, Asked, UserProcess

SUMS = "SHA256SUMS"
ENDED = ("raised", "died", "hung", "filled the memory")  # what no file may bring about
READ = {
    "same": "read as the original, bit for bit",
    "printed": "read otherwise, with no more than the decoder's own warning on standard error",
    "other": "read otherwise, without a word",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one damaged file."""

    original: str
    number: int  # of the mutation: `original.damage(its bytes, its name, number)` makes it again
    kind: str
    plain: Answer
    recorded: Answer  # with the SHA-256 of the original in a SHA256SUMS beside it
    same: bool  # what was read is what the original holds

    @property
    def came(self) -> str:
        """The outcome without a record: refused, flagged, same, printed, other, or one of ENDED."""
        if self.plain.outcome != "read":
            return self.plain.outcome
        if self.same:
            return "same"
        return "printed" if self.plain.printed else "other"

    def __str__(self) -> str:
        return f"{self.original} {self.number} ({self.kind}): {self.plain} recorded: {self.recorded}"


def open_damaged(originals: Sequence[Original], count: int, user: UserProcess, folder: Path) -> Iterable[Outcome]:
    """Damage the originals in turn, `count` times in all, and open each damaged file: alone, and with a record."""
    whole = {original: _open_whole(original, user, folder) for original in originals}
    for number in range(count):
        original = originals[number % len(originals)]
        kind, data = original.damage(original.path.read_bytes(), original.path.name, number)
        plain = _open(user, original, _place(folder / "plain", original), data)
        recorded = _open(user, original, _place(folder / "recorded", original), data)
        yield Outcome(original.path.name, number, kind, plain, recorded, plain.digest == whole[original])


def _open_whole(original: Original, user: UserProcess, folder: Path) -> str:
    """Record the digest of a file, and return that of what is read from it, with and without that record."""
    data = original.path.read_bytes()
    recorded = _place(folder / "recorded", original)
    (recorded.parent / SUMS).write_text(f"{hashlib.sha256(data).hexdigest()}  {recorded.name}\n", encoding="utf-8")
    answers = [_open(user, original, place, data) for place in (_place(folder / "plain", original), recorded)]
    assert [answer.outcome for answer in answers] == ["read", "read"], answers
    assert answers[0].digest == answers[1].digest
    return answers[0].digest


def cut_short(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return those of files that were cut short."""
    return [outcome for outcome in outcomes if outcome.kind == CUT]


def counted(outcomes: Iterable[Outcome]) -> str:
    """Say how many came how."""
    counts = Counter(outcome.came for outcome in outcomes)
    known = ("refused", "flagged", *READ, *ENDED)
    words = ", ".join(f"{counts[came]:,} {READ.get(came, came)}" for came in known if counts[came])
    return f"of {counts.total():,}: {words}"


def _place(folder: Path, original: Original) -> Path:
    place = folder / original.path.stem / original.path.name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _open(user: UserProcess, original: Original, place: Path, data: bytes) -> Answer:
    place.write_bytes(data)
    try:
        return user.open(Asked(str(place), original.decode, original.photo, original.recipe or ""))
    finally:
        place.unlink()
