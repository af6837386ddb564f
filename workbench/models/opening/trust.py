"""Which model file is run although it may carry code: what its caller says of it, or the command line to its child.

A file named by its SHA-256 is trusted as long as it is that very file.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from workbench.cache import file_digest
from workbench.errors import InvalidValue, ModelLoadError

TRUSTED = "WORKBENCH_TRUSTED"  # environment: a JSON object, absolute path -> SHA-256; see `--trust-model`
CURE = "give trust=True (--trust-model at the command line)"
DIGEST = re.compile(r"[0-9a-f]{64}")


def is_trusted(path: Path, trust: bool | str) -> bool:
    """Tell whether a file is run as it is: `trust` says so, or the command line that started this process.

    Raises:
        InvalidValue: `trust` is text, but no SHA-256.
        ModelLoadError: another file than the one that is trusted lies there now.
    """
    if trust is True:
        return True
    expected = check_trust(trust) or trusted_files().get(str(path.absolute()))
    if not expected:
        return False
    found = file_digest(path)
    if found != expected:
        raise ModelLoadError(
            f"{path}: this is not the file that is trusted (its sha256 is {found}, trusted is {expected}); find out "
            "who changed it, then trust the new one or put the old one back"
        )
    return True


def check_trust(trust: bool | str) -> str:
    """Return the SHA-256 that a caller trusts, in small letters; empty where none is named.

    Raises:
        InvalidValue: it is no SHA-256.
    """
    if isinstance(trust, bool):
        return ""
    if not isinstance(trust, str) or not DIGEST.fullmatch(trust.lower()):
        raise InvalidValue(f"trust is True, False or a file's SHA-256 in 64 hex digits; got {trust!r:.80}")
    return trust.lower()


def trusting(files: dict[Path, str]) -> dict[str, str]:
    """Return the environment that makes a child trust these files, by path and SHA-256."""
    return {TRUSTED: json.dumps({str(path.absolute()): digest for path, digest in files.items()})}


def trusted_files() -> dict[str, str]:
    """Return the files that the command line which started this process trusts: absolute path -> SHA-256."""
    given = os.environ.get(TRUSTED)
    return dict(json.loads(given)) if given else {}
