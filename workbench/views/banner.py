"""What goes wrong in a widget's callbacks, for the banner: Jupyter shows no exception of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import WorkbenchError
from workbench.readable import one_line


class Banner:
    """The errors of a widget's parts; each shows until that part succeeds again."""

    def __init__(self, *parts: str) -> None:
        self._errors = dict.fromkeys(parts, "")

    @contextmanager
    def reporting(self, part: str) -> Iterator[None]:
        """Turn an exception into the banner's text, which a success takes away again."""
        try:
            yield
            self._errors[part] = ""
        except WorkbenchError as error:
            self._errors[part] = str(error)
        except Exception as error:
            self._errors[part] = one_line(" ".join(f"{type(error).__name__}: {error}".split()))

    def clear(self, part: str) -> None:
        """Forget the error of one part."""
        self._errors[part] = ""

    def __str__(self) -> str:
        return " · ".join(text for text in self._errors.values() if text)
