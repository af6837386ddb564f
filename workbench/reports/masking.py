"""What is kept of a run holds none of the passwords it was given, and nothing that a file cannot hold.

The notebook needs the whole address of a camera; its manifest, its report and the index do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.readable import passwords_in, visible, without, without_password
from workbench.reports.plain import Plain, texts_in

BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf", "application/octet-stream", "audio", "video")
_HALVES = re.compile("[\ud800-\udfff]+")  # of surrogate pairs: the bytes of a file name that is no UTF-8
_DATA = re.compile(r"(data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=\s]*)")


def mask_for(parameters: Mapping[str, Plain]) -> Callable[[Any], Any]:
    """Return a function that takes out of a value, however deep, the passwords of every address in it.

    What stood as a password in `parameters` is taken out wherever it stands by itself, too: a library's error may
    name it. Lone surrogates, which no file can hold, are written as escapes. Pictures stay as they are.
    """
    secrets = {secret for text in texts_in(dict(parameters)) for secret in passwords_in(text)}

    def masked_text(text: str) -> str:
        parts = _DATA.split(text)  # every second one is a picture
        parts[::2] = [without(without_password(part), secrets) for part in parts[::2]]
        return _HALVES.sub(lambda found: visible(found[0]), "".join(parts))

    def masked(value: Any, kind: str = "") -> Any:
        match value:
            case str() if not kind.startswith(BINARY):
                return masked_text(value)
            case list():
                return [masked(item) for item in value]
            case Mapping() if value.get("encoding") != "base64":  # pixels of a widget
                kind_of_mapping: Any = type(value)  # a NotebookNode stays one
                return kind_of_mapping({masked_text(key): masked(item, key) for key, item in value.items()})
        return value

    return masked
