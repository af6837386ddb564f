"""Keras files as a careless or hostile person sends them, made of a real one that Keras has saved.

Each cause takes the real file and writes another one beside it, at the same name in another folder.
"""

import base64
import io
import json
import marshal
import stat
import struct
import warnings
import zipfile

import h5py

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
RELU = {"class_name": "ReLU", "module": "keras.layers", "config": {}}
CANARY = "opened_by_the_model"  # what hostile code would write into the current folder


def members(path):
    """Return the members of an archive by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content):
    """Write an archive: bytes by name, or by `ZipInfo`."""
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in content.items():
            archive.writestr(member, data)


def with_config(change):
    """Return a cause: `change` edits or replaces the configuration, in either format."""

    def cause(real, path):
        if path.suffix == ".keras":
            content = members(real)
            config = json.loads(content[CONFIG])
            write(path, content | {CONFIG: json.dumps(change(config) or config)})
            return
        path.write_bytes(real.read_bytes())
        with h5py.File(path, "r+") as file:
            config = json.loads(file.attrs["model_config"])
            file.attrs["model_config"] = json.dumps(change(config) or config)

    return cause


def with_part(class_name, config, module="keras.layers", index=2, **others):
    """Return a cause: a layer is this part."""

    def change(whole):
        entry = whole["config"]["layers"][index]
        entry.update({"class_name": class_name, "config": {"name": entry["name"]} | config, **others})
        entry.pop("build_config", None)
        for node in entry["inbound_nodes"]:
            if "kwargs" in node:
                node["kwargs"] = {}
        if "module" in entry:
            entry["module"] = module
        return whole

    return with_config(change)


def with_setting(index, **settings):
    """Return a cause: one layer has other settings."""
    return with_config(lambda config: config["config"]["layers"][index]["config"].update(settings))


def function(module, name):
    """Return how Keras writes a function down."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def python_code():
    """Return a lambda as Keras stores it: marshalled code, which writes the canary when it runs."""
    function = eval(f"lambda x: (open({CANARY!r}, 'w').close(), x)[1]")
    code = base64.b64encode(marshal.dumps(function.__code__)).decode()  # keras.src.utils.python_utils.func_dump
    return {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}


def calling(target, *arguments):
    """Return a cause: a Lambda layer that calls a function of Keras, without any code of its own (CVE-2025-9906)."""

    def change(whole):
        entry = whole["config"]["layers"][2]
        entry.update({"class_name": "Lambda", "config": {"name": entry["name"], "function": target}})
        entry["inbound_nodes"] = [{"args": [], "kwargs": {"inputs": arguments[0]}}]
        entry.pop("build_config", None)

    return with_config(change)


def branching(target, argument):
    """Return a cause: an operation of keras.ops that calls a function it is given."""

    def change(whole):
        entry = whole["config"]["layers"][2]
        entry.update({"module": "keras.src.ops.core", "class_name": "Switch", "config": {"name": entry["name"]}})
        entry["inbound_nodes"] = [{"args": [0, [target], argument], "kwargs": {}}]
        entry.pop("build_config", None)

    return with_config(change)


def nested(levels):
    """Return a cause: lists in lists."""

    def change(whole):
        value = []
        for _ in range(levels):
            value = [value]
        whole["config"]["layers"][1]["config"]["name"] = value

    return with_config(change)


def deep_text(real, path):
    """A configuration of 100,000 opening brackets."""
    write(path, members(real) | {CONFIG: "[" * 100_000})


def doubling(real, path):
    """Bidirectional layers, thirty in one another: a billion layers."""
    layer = {"class_name": "LSTM", "module": "keras.layers", "config": {"units": 1, "return_sequences": True}}
    for _ in range(30):
        layer = {"class_name": "Bidirectional", "module": "keras.layers", "config": {"layer": layer}}
    with_part("Bidirectional", layer["config"])(real, path)


def cut(real, path):
    """The first half of a file."""
    path.write_bytes(real.read_bytes()[: real.stat().st_size // 2])


def flipped(real, path):
    """One bit of the weights is another; everything else is as it was."""
    data = bytearray(real.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def adding(name, data=b"x"):
    """Return a cause: one more member of this name."""
    return lambda real, path: write(path, members(real) | {name: data})


def linked(real, path):
    """A member is a symbolic link to the user's keys."""
    member = zipfile.ZipInfo("assets/keys")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    write(path, members(real) | {member: "/home/you/.ssh/id_ed25519"})


def encrypted(real, path):
    """The first member says that it is encrypted."""
    write(path, members(real))
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x03\x04") + 6] |= 1  # APPNOTE.TXT 4.3.7, 4.3.12: general purpose bit flag
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


def twice(real, path):
    """Two configurations: a reader that takes the first one sees another model than one that takes the last."""
    content = members(real)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "w") as archive:
            for name in (*content, CONFIG):
                archive.writestr(name, content[name])


def bomb(real, path):
    """300 MiB of zeros in 300 kB, beside the model."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members(real).items():
            archive.writestr(name, data)
        with archive.open("assets/table.txt", "w") as member:
            for _ in range(300):
                member.write(bytes(2**20))


def long_config(real, path):
    """A configuration of 70 MiB of blanks."""
    content = members(real)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in content.items():
            archive.writestr(name, data + b" " * (70 << 20) if name == CONFIG else data)


def overlapping(real, path):
    """Forty members in the table of contents that share one stored one: a bomb without compression."""
    write(path, members(real))
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start, count = archive.start_dir, len(archive.infolist())
        header = archive.getinfo(WEIGHTS).header_offset
    table, end = data[start : data.rfind(b"PK\x05\x06")], data.rfind(b"PK\x05\x06")
    at = next(
        i for i in range(len(table)) if table[i : i + 4] == b"PK\x01\x02" and table[i + 46 :].startswith(b"model")
    )
    entry = bytearray(table[at : at + 46 + len(WEIGHTS)])
    entry[42:46] = struct.pack("<I", header)
    more = [bytes(entry[:46]) + f"assets/table{i:04}".encode() for i in range(40)]
    size = len(table) + sum(map(len, more))
    tail = bytearray(data[end:])
    tail[8:16] = struct.pack("<HHI", count + 40, count + 40, size)  # APPNOTE.TXT 4.3.16
    path.write_bytes(data[:start] + table + b"".join(more) + tail)


def numpy_weights(real, path):
    """The weights are where early Keras 3 could look for them as well."""
    content = members(real)
    content["model.weights.npz"] = content.pop(WEIGHTS)
    write(path, content)


def without(name):
    """Return a cause: a member is missing."""
    return lambda real, path: write(path, {each: data for each, data in members(real).items() if each != name})


def no_json(real, path):
    """The configuration ends in the middle."""
    content = members(real)
    write(path, content | {CONFIG: content[CONFIG][:9000]})


def two_files_in_one(real, path):
    """An HDF5 file with an archive behind it: what it is depends on who looks."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        file["x"] = 1
    path.write_bytes(held.getvalue() + real.read_bytes())
