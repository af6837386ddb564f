"""What happens to frames that come faster than the model runs: a Policy, as a value or as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workbench.errors import InvalidValue, unknown

Kind = Literal["latest", "block", "drop_oldest", "sample"]
NUMBERS: dict[str, tuple[str, ...]] = {  # that each kind has, one at a time
    "latest": (), "block": (), "drop_oldest": ("count",), "sample": ("every", "fps")
}  # fmt: skip
FORMS = "latest, block, drop_oldest(n), sample(every=k) or sample(fps=x)"
_TEXT = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*$")
_ARGUMENT = re.compile(r"\s*(?:(\w+)\s*=)?\s*(\d+\.?\d*|\.\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy; made by `latest`, `block`, `drop_oldest` and `sample`, or read from such a text.

    Raises:
        InvalidValue: a number out of its range, or one that this kind has not.
    """

    kind: Kind
    count: int | None = None  # drop_oldest: frames that may wait
    every: int | None = None  # sample: one frame of so many
    fps: float | None = None  # sample: so many frames a second

    def __post_init__(self) -> None:
        """Refuse numbers that make no policy."""
        if self.kind not in NUMBERS:
            raise unknown("policy", self.kind, NUMBERS)
        given = [name for name in ("count", "every", "fps") if getattr(self, name) is not None]
        if self.kind == "sample" and len(given) != 1:
            raise InvalidValue("sample takes one of every=k (one frame of k) and fps=x (x frames a second)")
        if not set(given) <= set(NUMBERS[self.kind]) or (self.kind == "drop_oldest" and not given):
            raise InvalidValue(f"a policy is {FORMS}; got {self.kind!r} with {', '.join(given) or 'no number'}")
        if self.count is not None and not (_whole(self.count) and self.count >= 1):
            raise InvalidValue(f"drop_oldest(n) keeps n frames waiting, a whole number from 1; got {self.count!r}")
        if self.every is not None and not (_whole(self.every) and self.every >= 1):
            raise InvalidValue(f"sample(every=k) takes one frame of k, a whole number from 1; got {self.every!r}")
        if self.fps is not None and not 0 < self.fps < float("inf"):
            raise InvalidValue(f"sample(fps=x) takes x frames a second, above 0; got {self.fps!r}")

    def __str__(self) -> str:
        if self.kind == "drop_oldest":
            return f"drop_oldest({self.count})"
        if self.kind == "sample":
            return f"sample(every={self.every})" if self.every is not None else f"sample(fps={self.fps:g})"
        return self.kind

    @property
    def newest_only(self) -> bool:
        """Whether a newer frame overtakes one that waits, and a newer result one that was not taken."""
        return self.kind in ("latest", "sample")

    @property
    def loses(self) -> bool:
        """Whether frames may be left out, so that the source is never held up."""
        return self.kind != "block"


def latest() -> Policy:
    """Show the newest: a frame that waits is overtaken by a newer one, so the age stays bounded."""
    return Policy("latest")


def block() -> Policy:
    """Lose nothing: a source that can wait is read no faster than the model runs and the results are taken."""
    return Policy("block")


def drop_oldest(count: int = 8) -> Policy:
    """Let `count` frames wait; when one more comes, the oldest of them is dropped."""
    return Policy("drop_oldest", count=count)


def sample(*, every: int | None = None, fps: float | None = None) -> Policy:
    """Take one frame of `every`, or `fps` frames a second, and show the newest of those."""
    return Policy("sample", every=every, fps=fps)


POLICIES: dict[str, Callable[..., Policy]] = {
    "latest": latest, "block": block, "drop_oldest": drop_oldest, "sample": sample
}  # fmt: skip


def parse_policy(policy: Policy | str) -> Policy:
    """Return the policy that a text names, such as "latest", "drop_oldest(8)" or "sample(fps=5)".

    Raises:
        UnknownName: there is no policy of that name.
        InvalidValue: its arguments make no policy.

    Example:
        >>> str(parse_policy("sample( every = 3 )")), parse_policy("drop_oldest").count
        ('sample(every=3)', 8)
    """
    if isinstance(policy, Policy):
        return policy
    found = _TEXT.match(policy) if isinstance(policy, str) else None
    if found is None:
        raise InvalidValue(f"a policy is {FORMS}; got {policy!r}")
    name, arguments = found.groups()
    if name not in POLICIES:
        raise unknown("policy", name, POLICIES)
    given = [_argument(policy, text) for text in (arguments or "").split(",") if text.strip()]
    try:
        return POLICIES[name](*(value for key, value in given if not key), **{key: v for key, v in given if key})
    except TypeError:
        raise InvalidValue(f"a policy is {FORMS}; got {policy!r}") from None


def _argument(policy: str, text: str) -> tuple[str, float]:
    found = _ARGUMENT.match(text)
    if found is None:
        raise InvalidValue(f"a policy is {FORMS}; got {policy!r}")
    number = float(found[2])
    return found[1] or "", int(number) if number.is_integer() else number


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
