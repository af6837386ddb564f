"""What a library's message means: the first of its known pieces gives the cause and the cure."""

from __future__ import annotations

import re
from collections.abc import Iterable


def cause_of(message: str, causes: Iterable[tuple[str, str]]) -> str | None:
    """Return the cause of an error in one line; None where nothing in the message is known.

    Args:
        message: on one line.
        causes: pattern -> what it means; {name} there is the first group of the pattern that has found something.
    """
    for pattern, cause in causes:
        if match := re.search(pattern, message):
            names = [value for value in match.groupdict().values() if value]
            return cause.format(name=names[0] if names else "?")
    return None
