import csv
import json
import os
import signal

import numpy as np
import pytest

from workbench.errors import SampleError
from workbench.samples.build import BUILDERS, build, class_names
from workbench.samples.catalogue import Entry
from workbench.samples.conversions import Conversions


@pytest.fixture
def members(tmp_path):
    (tmp_path / "members").mkdir()
    return tmp_path / "members"


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def entry(build, **fields):
    facts = {"kind": "photos", "description": "", "licence": "", "provenance": "", "size_mb": 0.1, "members": ()}
    return Entry(name="a", build=build, **(facts | fields))


def imagenet(members, *synonyms):
    names = {str(index): text for index, text in enumerate(synonyms)}
    (members / "imagenet1k_label_to_names.json").write_text(json.dumps(names))


def test_an_imagenet_class_is_called_by_its_first_synonym(members):
    imagenet(members, "tench, Tinca tinca", "hen")
    assert class_names(members, entry("copy")) == ("tench", "hen")


def test_classes_that_share_a_name_are_told_apart_by_number(members):
    imagenet(members, "crane", "Cardigan, Cardigan Welsh corgi", "crane", "cardigan")
    assert class_names(members, entry("copy")) == ("crane (0)", "Cardigan (1)", "crane (2)", "cardigan (3)")


def test_the_label_of_a_photo_is_the_last_number_of_its_name(members, out):
    imagenet(members, *(f"class {number}" for number in range(1000)))
    (members / "imagenet_15_99.jpg").write_bytes(b"a photo")
    BUILDERS["labelled_photos"](members, out, entry("labelled_photos"))
    with (out / "labels.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"file": "imagenet_15_99.jpg", "label": "99", "name": "class 99"}]
    assert sorted(path.name for path in out.iterdir()) == ["imagenet_15_99.jpg", "labels.csv"]


LOADER = """loadPackage = function(metadata) { };
    loadPackage({"files": [{"filename": "/labels.txt", "start": 0, "end": 8},
                           {"filename": "/net.tflite", "start": 8, "end": 15}], "remote_package_size": 15});"""


def test_a_model_is_cut_out_of_its_pack_with_its_labels(members, out):
    (members / "assets.data").write_bytes(b"cat\ndog\nweights")
    (members / "assets_loader.js").write_text(LOADER.replace("\n", ""))
    BUILDERS["packed_model"](members, out, entry("packed_model", main="model.tflite"))
    assert (out / "model.tflite").read_bytes() == b"weights"
    assert (out / "model.labels.txt").read_text() == "cat\ndog\n"


def test_labels_are_read_off_a_pickle_without_running_it(members, out):
    names = np.array(["n02085620-Chihuahua", "n02099267-flat-coated_retriever"], "<U40")
    runs_code = b"cos\nsystem\n(S'touch ran'\ntR."
    (members / "encoder.pkl").write_bytes(b"\x80\x04numpy ub\x03\xff\xff\xff" + names.tobytes() + runs_code)
    (members / "model.h5").write_bytes(b"weights")
    BUILDERS["pickled_labels"](members, out, entry("pickled_labels", main="model.h5"))
    assert (out / "model.labels.txt").read_text() == "Chihuahua\nflat-coated retriever\n"
    assert sorted(path.name for path in out.iterdir()) == ["model.h5", "model.labels.txt"]


def die(source, target):
    os.kill(os.getpid(), signal.SIGKILL)  # as the out-of-memory killer does


@pytest.fixture
def keras(tmp_path, monkeypatch):
    """Return a function: text -> the module that is imported for Keras, which no conversion here uses."""

    def stand_in(text):
        (tmp_path / "keras.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))

    return stand_in


def test_a_conversion_that_fails_or_is_killed_says_so_and_the_next_one_is_done(keras, tmp_path, members, out):
    keras("")
    (members / "weights.pth").write_bytes(b"no checkpoint")
    with Conversions(tmp_path) as convert:
        with pytest.raises(SampleError, match=r"converting weights.pth failed: .*no PyTorch state dict"):
            build(members, out, entry("efficientnet_lite0", main="model.keras"), convert)
        assert list(out.iterdir()) == []
        with pytest.raises(SampleError, match="failed: it ended with -9 and said nothing"):
            convert(f"{__name__}:die", members / "weights.pth", out)
        convert("shutil:copyfile", members / "weights.pth", out / "copied")
    assert (out / "copied").read_bytes() == b"no checkpoint"


def test_a_keras_that_does_not_import_is_told(keras, tmp_path, members, out):
    keras("raise ImportError('no such Keras')")
    with Conversions(tmp_path) as convert, pytest.raises(SampleError, match="failed: ImportError: no such Keras"):
        convert("shutil:copyfile", members, out)
