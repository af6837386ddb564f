"""Weights in HDF5 that are damaged, lie elsewhere or are not there; each cause writes a file of a real one."""

import io
import struct

import h5py
import numpy as np

from tests.faults.models.keras_files import WEIGHTS, members, write


def with_weights(change):
    """Return a cause: `change` edits the HDF5 file of the weights."""

    def cause(real, path):
        if path.suffix != ".keras":
            path.write_bytes(real.read_bytes())
            with h5py.File(path, "r+") as file:
                change(file)
            return
        content = members(real)
        held = io.BytesIO(content[WEIGHTS])
        with h5py.File(held, "r+") as file:
            change(file)
        write(path, content | {WEIGHTS: held.getvalue()})

    return cause


def first_dataset(file):
    """Return the name of a dataset of a file."""
    found = []
    file.visititems(lambda name, each: found.append(name) if isinstance(each, h5py.Dataset) else None)
    return min(found)


def replaced(make):
    """Return a change of an HDF5 file: `make(group, name)` puts something in the place of a dataset."""

    def change(file):
        group, _, name = first_dataset(file).rpartition("/")
        del file[group][name]
        make(file[group], name)

    return change


def virtual(group, name):
    """Put a dataset there that another file holds."""
    layout = h5py.VirtualLayout((8,), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "secret", (8,))
    group.create_virtual_dataset(name, layout)


def zeros(**options):
    """Return what puts a dataset of 40 GB in a place; nothing of it is stored."""
    return lambda group, name: group.create_dataset(name, (10_000, 1_000_000), "f4", **options)


def deflated(group, name):
    """Put 68 MiB of zeros there, deflated to a thousandth."""
    group.create_dataset(name, data=np.zeros((2**20, 17), "f4"), compression="gzip", compression_opts=1)


def shared_bytes(real, path):
    """Two datasets of 1 MiB that point to one place in the file, and the file is cut to what is left."""
    path.write_bytes(real.read_bytes())
    with h5py.File(path, "r+") as file:
        made = [file.create_dataset(name, data=np.ones(2**18, "f4")) for name in ("one", "two")]
        first, second = (dataset.id.get_offset() for dataset in made)
    data = path.read_bytes()
    assert second + 2**20 == len(data)
    data = data[:second].replace(struct.pack("<Q", second), struct.pack("<Q", first))
    path.write_bytes(data[:40] + struct.pack("<Q", len(data)) + data[48:])  # HDF5 superblock 0: end of file address


def crashing(real, path):
    """One byte of a group's names is another; HDF5 1.14 frees what it has not allocated (a fractal heap's block)."""
    with h5py.File(path, "w", libver="latest") as file:
        group = file.create_group("model_weights")
        for index in range(20):
            group.create_group(f"layer{index}")
    data = bytearray(path.read_bytes())
    data[data.find(b"FHDB") + 40] ^= 0xFF
    path.write_bytes(data)


def hanging(real, path):
    """One byte of a table of texts is another; HDF5 1.14 looks for its end for ever (a global heap)."""
    with h5py.File(path, "w") as file:
        file["names"] = ["kernel"] * 10
    data = bytearray(path.read_bytes())
    ninth = data.find(b"GCOL") + 16 + 8 * 24  # objects of 24 bytes: index, references, padding, length (8), text
    assert data[ninth] == 9
    data[ninth + 9] = 4  # its length is 1,030 now
    path.write_bytes(data)


def own_parent(file):
    """A group that is also its own child: who walks it naively never comes to an end."""
    file["again"] = file["/"]
