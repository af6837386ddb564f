"""Read the state dict of a PyTorch checkpoint without PyTorch, and without running what a pickle could carry.

Reads the format that `torch.save` wrote before PyTorch 1.6 (torch/serialization.py, `_legacy_save`): five pickles -
magic number, protocol, facts of the machine, the state dict, the storage keys - and then the bytes of each storage.
Only the names in `SAFE` are ever looked up; any other name in the file is refused.
"""

from __future__ import annotations

import pickle  # nosec B403  # for an Unpickler that finds storages and OrderedDict alone
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.stride_tricks import as_strided

from workbench.errors import ModelLoadError

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read_state_dict(path: Path) -> dict[str, np.ndarray]:
    """Return the tensors of the checkpoint by name.

    Raises:
        ModelLoadError: the file is another format, damaged, or names anything but tensors.
    """
    with path.open("rb") as file:
        try:
            return _read(file, path.stat().st_size)
        except (pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise ModelLoadError(f"{path.name} is no PyTorch state dict that is safe to read: {error}") from error


def _read(file: BinaryIO, size: int) -> dict[str, np.ndarray]:
    if _TensorUnpickler(file, size).load() != MAGIC:
        raise ValueError("it does not begin as a checkpoint of PyTorch before 1.6")
    for _ in ("protocol", "machine"):
        _TensorUnpickler(file, size).load()
    states = _TensorUnpickler(file, size)
    tensors = states.load()
    for key in _TensorUnpickler(file, size).load():
        _fill(states.storages[key], file)
    if not all(isinstance(tensor, np.ndarray) for tensor in tensors.values()):
        raise ValueError("it holds more than tensors")
    return dict(tensors)


class _TensorUnpickler(pickle.Unpickler):
    """Unpickles tensors as views on storages, whose bytes follow later in the file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__(file)
        self.size = size  # of the file in bytes; no storage can be larger
        self.storages: dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Return the few things a state dict is made of."""
        if f"{module}.{name}" in SAFE:
            return SAFE[f"{module}.{name}"]
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, pid: tuple[Any, ...]) -> np.ndarray:
        """Return the array of a storage; `pid` is (kind, dtype, key, location, length, view)."""
        _, dtype, key, _, length, view = pid
        if view is not None or not 0 <= length * dtype.itemsize <= self.size:
            raise pickle.UnpicklingError("a storage does not fit the file")
        return self.storages.setdefault(key, np.zeros(length, dtype))


def _tensor(
    storage: np.ndarray, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> np.ndarray:
    """Stand in for torch._utils._rebuild_tensor_v2: a view on `storage`; offset and stride count elements."""
    last = offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
    if min(offset, *shape, *stride, 0) < 0 or last >= len(storage):
        raise ValueError("a tensor reaches beyond its storage")
    return as_strided(storage[offset:], shape, [step * storage.itemsize for step in stride], writeable=False)


def _fill(storage: np.ndarray, file: BinaryIO) -> None:
    """Read one storage: its length as a 64-bit integer, then its elements."""
    length = int.from_bytes(file.read(8), "little", signed=True)
    content = file.read(storage.nbytes)
    if length != len(storage) or len(content) != storage.nbytes:
        raise ValueError("it ends too early")
    storage[:] = np.frombuffer(content, storage.dtype)


SAFE: dict[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor_v2": _tensor,
    **{f"torch.{name}": dtype for name, dtype in STORAGES.items()},
}
