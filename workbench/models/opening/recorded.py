"""Hold a model to a `SHA256SUMS` beside it, with the files that it reads its weights from."""

from __future__ import annotations

from pathlib import Path

from workbench.checksums import expect_recorded, recorded_in


def expect_recorded_model(path: Path) -> None:
    """Refuse a model that is not what was recorded of it; do nothing where nobody has recorded anything.

    Args:
        path: a file; or a SavedModel's folder, of which every file that the `SHA256SUMS` in it names is looked at.

    Raises:
        UnreadableSource: other bytes than recorded, or the list is damaged.
    """
    expect_recorded(path)
    if path.suffix.lower() == ".onnx" and path.name in recorded_in(path.parent):
        from workbench.models.onnx.graph import external_files, read_onnx

        try:
            names = external_files(read_onnx(path))
        except Exception:  # recorded as it is, and no ONNX: opening it says so
            return
        for name in names:
            expect_recorded(path.parent / name)
