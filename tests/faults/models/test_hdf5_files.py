"""HDF5 files that are broken or hostile: HDF5 itself crashes on some, so they are read in a process of their own."""

import re

import h5py
import pytest

from tests.faults.models import hdf5_files as hdf5
from tests.faults.models import keras_files as made
from workbench import load_model
from workbench.errors import ModelLoadError
from workbench.models.opening.vetting import vet

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        pytest.param(
            hdf5.with_weights(hdf5.replaced(hdf5.zeros(chunks=(100, 1000)))), "claims", id="weights of 40 GB in an .h5"
        ),
        pytest.param(
            hdf5.with_weights(hdf5.replaced(hdf5.zeros())), "claims", id="weights of 40 GB in an .h5, in one piece"
        ),
        pytest.param(hdf5.with_weights(hdf5.replaced(hdf5.deflated)), "claims", id="weights deflated to a thousandth"),
        pytest.param(hdf5.shared_bytes, "more bytes than the whole file", id="weights that share their bytes"),
        pytest.param(
            hdf5.with_weights(lambda file: file.__setitem__("model_weights/x", h5py.ExternalLink("/etc/passwd", "/"))),
            "another file, '/etc/passwd'",
            id="an .h5 file with a link to another file",
        ),
        pytest.param(
            hdf5.with_weights(lambda file: file.__setitem__("model_weights/x", h5py.SoftLink("/model_weights"))),
            "a soft link",
            id="an .h5 file with a soft link",
        ),
        pytest.param(
            hdf5.with_weights(
                hdf5.replaced(
                    lambda group, name: group.create_dataset(name, (8,), "f4", external=[("/etc/passwd", 0, 32)])
                )
            ),
            "another file, '/etc/passwd'",
            id="weights that lie in another file",
        ),
        pytest.param(
            hdf5.with_weights(hdf5.replaced(hdf5.virtual)), "virtual dataset", id="weights put together of other files"
        ),
        pytest.param(made.cut, "cut off or damaged", id="an .h5 file cut in half"),
        pytest.param(lambda real, path: path.touch(), "empty", id="an .h5 file of no bytes"),
        pytest.param(
            lambda real, path: path.write_text("<!doctype html><title>Sign in</title>"), "web page", id="HTML as .h5"
        ),
        pytest.param(
            lambda real, path: path.write_bytes(real.with_suffix(".keras").read_bytes()),
            "rename it",
            id="a .keras file named .h5",
        ),
    ],
)
def test_hdf5(cause, message, refused_file):
    refused_file(cause, message, suffix="h5")


@pytest.mark.parametrize(
    "suffix", [pytest.param("h5", id="an .h5 file with one byte changed, over which HDF5 crashes")]
)
def test_crashes(folder, told, suffix):
    path = folder / f"model.{suffix}"
    hdf5.crashing(None, path)
    with pytest.raises(ModelLoadError, match="killed a trial process") as caught:
        load_model(path)
    told("refused", re.sub(r"\(SIG.*?\);", "(SIG...);", str(caught.value)))  # which signal is a matter of luck


@pytest.mark.parametrize("suffix", [pytest.param("h5", id="an .h5 file with one byte changed, over which HDF5 hangs")])
def test_hangs(folder, raised, suffix):
    hdf5.hanging(None, folder / f"model.{suffix}")
    raised(lambda: vet(folder / f"model.{suffix}", "keras", seconds=2), message="did not load and run once within 2 s")


def test_a_group_that_is_its_own_child(real, folder, told):
    path = folder / "model.h5"
    hdf5.with_weights(hdf5.own_parent)(real["h5"], path)
    assert load_model(path).outputs[0].shape == (None, 7)
    told("harmless", "loads, each part read once")
