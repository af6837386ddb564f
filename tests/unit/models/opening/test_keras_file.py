"""A Keras file is read whole without Keras: what lies in it is seen, what does not is refused."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from workbench.errors import ModelLoadError
from workbench.models.opening.keras_file import expect_sound

CONFIG = json.dumps({"class_name": "Sequential", "config": {"layers": []}})


def hdf5(change=None, **options):
    """Return the bytes of a small file of weights."""
    held = io.BytesIO()
    with h5py.File(held, "w", **options) as file:
        file.attrs["model_config"] = CONFIG
        group = file.create_group("model_weights/dense")
        group["kernel"] = np.ones((3, 4), np.float32)
        if change:
            change(file)
    return held.getvalue()


def archive(path, config=CONFIG, weights=None, **more):
    with zipfile.ZipFile(path, "w") as file:
        for name, data in ({"config.json": config, "model.weights.h5": weights or hdf5()} | more).items():
            file.writestr(name, data)
    return path


def table(size):
    """Return a change: a dataset of this many bytes, of which nothing is stored."""
    return lambda file: file.create_dataset("table", (size,), "u1", chunks=(1024,))


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param(hdf5(), id="as Keras writes them"),
        pytest.param(hdf5(libver="latest"), id="in the newest format"),
        pytest.param(hdf5(lambda file: file.__setitem__("same", file["model_weights"])), id="a group by two names"),
        pytest.param(hdf5(lambda file: file.__setitem__("again", file["/"])), id="a group in itself"),
        pytest.param(hdf5(lambda file: file.create_dataset("none", (0,), "f4")), id="an empty dataset"),
        pytest.param(hdf5(lambda file: file.create_dataset("nothing", data=h5py.Empty("f4"))), id="no values at all"),
        pytest.param(hdf5(lambda file: file.create_dataset("texts", data=["a", "b"])), id="texts"),
        pytest.param(hdf5(table(2**26)), id="64 MiB that are not stored"),
        pytest.param(
            hdf5(lambda file: file.create_dataset("packed", data=np.ones(9999), compression="gzip")), id="compressed"
        ),
    ],
)
def test_weights_that_lie_in_the_file_pass(tmp_path, weights):
    expect_sound(archive(tmp_path / "model.keras", weights=weights))
    (tmp_path / "model.h5").write_bytes(weights)
    expect_sound(tmp_path / "model.h5")


def test_a_folder_of_tables_passes(tmp_path):
    expect_sound(archive(tmp_path / "model.keras", **{"assets/": "", "assets/layers/words/vocabulary.txt": "cat"}))


def test_weights_without_a_configuration_are_for_keras_to_explain(tmp_path):
    (tmp_path / "model.h5").write_bytes(hdf5(lambda file: file.attrs.__delitem__("model_config")))
    expect_sound(tmp_path / "model.h5")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(table(2**26 + 1), "'/table' claims 64 MB and stores 0 MB", id="more than 64 MiB of nothing"),
        pytest.param(
            lambda file: file.create_dataset("one", (1,), "u1", chunks=(2**27,), maxshape=(None,)),
            "claims 128 MB",
            id="one value in a chunk of 128 MiB",
        ),
        pytest.param(
            lambda file: file.__setitem__("away", h5py.ExternalLink("other.h5", "/")),
            "another file, 'other.h5'",
            id="a",
        ),
        pytest.param(
            lambda file: file.__setitem__("soft\n", h5py.SoftLink("/nowhere")), r"'/soft\\n' is a soft", id="b"
        ),
        pytest.param(
            lambda file: file.attrs.__setitem__("model_config", "{"), "it is no JSON", id="half a configuration"
        ),
        pytest.param(
            lambda file: file.attrs.__setitem__("model_config", "[1, 2]"), "describes no model", id="a list of numbers"
        ),
        pytest.param(
            lambda file: file.attrs.__setitem__("model_config", np.bytes_(b"\xff\xfe")), "no JSON", id="other letters"
        ),
        pytest.param(
            lambda file: file.attrs.__setitem__("model_config", json.dumps({"class_name": "Lambda"})),
            "Lambda",
            id="code",
        ),
    ],
)
def test_what_is_wrong_with_an_hdf5_file_is_named(tmp_path, change, message):
    (tmp_path / "model.h5").write_bytes(hdf5(change))
    with pytest.raises(ModelLoadError, match=message) as caught:
        expect_sound(tmp_path / "model.h5")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        pytest.param({"c:\\evil": ""}, "zip slip", id="a drive"),
        pytest.param({"assets/../../evil": ""}, "zip slip", id="a way out behind a way in"),
        pytest.param({"weights": b"none"}, "cut off or damaged", id="weights that are none"),
        pytest.param({"config": "{"}, "no JSON", id="half a configuration"),
        pytest.param({"config": "[" * 100_000}, "nested deeper", id="nothing but brackets"),
    ],
)
def test_what_is_wrong_with_an_archive_is_named(tmp_path, members, message):
    with pytest.raises(ModelLoadError, match=message):
        expect_sound(archive(tmp_path / "model.keras", **members))


def test_a_flipped_bit_of_the_weights_is_seen(tmp_path):
    path = archive(tmp_path / "model.keras")
    data = path.read_bytes()
    start = data.find(b"\x89HDF")
    for place in range(start, start + 2000, 97):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(ModelLoadError, match="CRC-32"):
            expect_sound(path)
