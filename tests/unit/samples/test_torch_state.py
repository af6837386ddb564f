import os
import pickle
import struct
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from workbench.errors import ModelLoadError
from workbench.samples.torch_state import MAGIC, read_state_dict


class Rebuilt:
    """Pickles as PyTorch pickles a tensor: a call of torch._utils._rebuild_tensor_v2."""

    def __init__(self, key, offset, shape, stride):
        self.key, self.arguments = key, (offset, shape, stride, False, OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (Storage(self.key), *self.arguments)


class Storage:
    def __init__(self, key):
        self.key = key


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes a checkpoint as PyTorch before 1.6 did, from tensors and their storages."""
    torch, internals = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for module, name in ((torch, "FloatStorage"), (torch, "LongStorage"), (internals, "_rebuild_tensor_v2")):
        setattr(module, name, type(name, (), {"__module__": module.__name__, "__qualname__": name}))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", internals)

    def write_checkpoint(state, storages, cut=None):
        path = tmp_path / "weights.pth"
        kinds = {"f": torch.FloatStorage, "i": torch.LongStorage}

        class Pickler(pickle.Pickler):
            def persistent_id(self, value):
                if isinstance(value, Storage):
                    array = storages[value.key]
                    return ("storage", kinds[array.dtype.kind], value.key, "cpu", len(array), None)
                return None

        with path.open("wb") as file:
            for value in (MAGIC, 1001, {"little_endian": True}):
                pickle.dump(value, file, protocol=2)
            Pickler(file, protocol=2).dump(state)
            pickle.dump(sorted(storages), file, protocol=2)
            for key in sorted(storages):
                file.write(struct.pack("<q", len(storages[key])) + storages[key].tobytes())
        if cut:
            path.write_bytes(path.read_bytes()[:cut])
        return path

    return write_checkpoint


def test_tensors_are_read_with_offset_and_stride(write):
    numbers = np.arange(12, dtype=np.float32)
    state = OrderedDict(plain=Rebuilt("0", 0, (3, 4), (4, 1)), turned=Rebuilt("0", 2, (2, 3), (1, 3)))
    read = read_state_dict(write(state, {"0": numbers}))
    assert np.array_equal(read["plain"], numbers.reshape(3, 4))
    assert np.array_equal(read["turned"], [[2, 5, 8], [3, 6, 9]])


def test_integers_and_scalars_are_read(write):
    state = OrderedDict(batches=Rebuilt("0", 0, (), ()))
    read = read_state_dict(write(state, {"0": np.array([7], np.int64)}))
    assert (read["batches"].dtype, read["batches"].item()) == (np.int64, 7)


class Runs:
    """What an attacker would put into a pickle: a call that does something."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_would_run_something_is_refused_and_does_not_run(write, tmp_path):
    path = write(OrderedDict(weight=Runs(tmp_path / "ran")), {})
    with pytest.raises(
        ModelLoadError, match=r"weights.pth is no PyTorch state dict that is safe to read: it names posix.mkdir"
    ):
        read_state_dict(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("offset", "shape", "stride"),
    [
        pytest.param(0, (5,), (1,), id="too long"),
        pytest.param(3, (2,), (1,), id="offset too far"),
        pytest.param(-1, (2,), (1,), id="offset before the start"),
        pytest.param(0, (2, 2), (1000, 1), id="stride out of it"),
        pytest.param(3, (2,), (-9,), id="stride backwards"),
    ],
)
def test_a_tensor_that_reaches_beyond_its_storage_is_refused(write, offset, shape, stride):
    path = write(OrderedDict(weight=Rebuilt("0", offset, shape, stride)), {"0": np.zeros(4, np.float32)})
    with pytest.raises(ModelLoadError, match="a tensor reaches beyond its storage"):
        read_state_dict(path)


@pytest.mark.parametrize("cut", [1, 20, 100, 200, -1])
def test_a_file_that_ends_too_early_is_refused(write, cut):
    path = write(OrderedDict(weight=Rebuilt("0", 0, (4,), (1,))), {"0": np.zeros(4, np.float32)}, cut=cut)
    with pytest.raises(ModelLoadError, match="no PyTorch state dict that is safe to read"):
        read_state_dict(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip file, as PyTorch writes since 1.6", pickle.dumps(3)])
def test_what_is_no_such_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(ModelLoadError, match="a.pth is no PyTorch state dict"):
        read_state_dict(tmp_path / "a.pth")
