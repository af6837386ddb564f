import csv
import json

import pytest

from workbench.errors import SampleError
from workbench.samples.build import BUILDERS, class_names
from workbench.samples.catalogue import Entry


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


def test_a_conversion_that_fails_says_why(members, out):
    (members / "weights.pth").write_bytes(b"no checkpoint")
    with pytest.raises(SampleError, match=r"converting weights.pth failed: .*no PyTorch state dict"):
        BUILDERS["efficientnet_lite0"](members, out, entry("efficientnet_lite0", main="model.keras"))
    assert list(out.iterdir()) == []
