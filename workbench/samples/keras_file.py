"""Save a Keras model so that the same weights give the same bytes, every time."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

SAVED = "1980-01-01@00:00:00"  # instead of today's date
SHARED_ID = re.compile(rb'("shared_object_id": )(\d+)')


def save(model: keras.Model, path: Path) -> None:
    """Write `model` to `path` (.keras) without what differs between two runs: dates, and memory addresses as ids."""
    model.save(path)
    with zipfile.ZipFile(path) as saved:
        parts = {name: saved.read(name) for name in sorted(saved.namelist())}
    metadata = json.loads(parts["metadata.json"]) | {"date_saved": SAVED}
    parts["metadata.json"] = json.dumps(metadata).encode()
    ids: dict[bytes, int] = {}
    parts["config.json"] = SHARED_ID.sub(
        lambda found: found[1] + str(ids.setdefault(found[2], len(ids))).encode(), parts["config.json"]
    )
    with zipfile.ZipFile(path, "w") as plain:
        for name, content in parts.items():
            plain.writestr(zipfile.ZipInfo(name), content)  # dated 1980
