import re
import tomllib
from pathlib import Path

import pytest

from workbench.errors import UnknownName
from workbench.recipes import Recipe, load_recipe
from workbench.samples.build import BUILDERS, CONVERSIONS
from workbench.samples.catalogue import catalogue
from workbench.samples.download import DOWNLOADERS
from workbench.samples.listing import markdown_table, samples, table

README = Path(__file__).parents[3] / "data" / "README.md"
ENTRIES = [pytest.param(entry, id=name) for name, entry in catalogue().entries.items()]


def test_the_samples_are_those_of_the_guide():
    assert list(catalogue().entries) == [
        "efficientnet-lite0", "dog-score", "efficientnet-lite0-caffe", "cifar10-cnn", "imagenet-20", "cifar-20",
        "skimage", "bikes", "faces-6", "ssd-hands", "centernet-coco", "ssd-mobilenet-oid", "emotion-cnn",
        "dog-breeds", "mtcnn",
    ]  # fmt: skip


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_byte_is_pinned_and_every_step_known(entry):
    members = [member for _, chosen in entry.members for member in chosen]
    hashes = [member.sha256 for member in members] + [package.sha256 for package in entry.packages]
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in hashes)
    assert len({member.name for member in members}) == len(members)
    assert entry.build in BUILDERS | CONVERSIONS
    assert all(package.registry in DOWNLOADERS for package in entry.packages)


@pytest.mark.parametrize("entry", ENTRIES)
def test_licence_and_provenance_are_said(entry):
    assert entry.licence
    assert entry.provenance
    assert entry.description


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.values[0].kind == "model"])
def test_every_model_has_a_recipe(entry):
    assert isinstance(load_recipe(f"sample:{entry.name}"), Recipe)


def test_an_unknown_sample_is_refused_with_the_closest():
    with pytest.raises(UnknownName, match="did you mean 'cifar-20'"):
        catalogue()["cifar20"]


def test_the_table_of_the_readme_is_that_of_the_catalogue():
    assert markdown_table() in README.read_text(encoding="utf-8"), (
        "put into data/README.md what `from workbench.samples.listing import markdown_table` gives"
    )


def test_the_catalogue_holds_no_address():
    text = Path(catalogue.__wrapped__.__code__.co_filename).with_name("catalogue.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)
    assert "://" not in text


def test_the_list_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    (tmp_path / "bikes").mkdir()
    found = {sample.name: sample.status for sample in samples()}
    assert found.pop("bikes") == "damaged"
    assert set(found.values()) == {"missing"}


def test_the_list_shows_package_licence_and_provenance_of_each(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    block = table([sample for sample in samples() if sample.name == "skimage"])
    assert block.splitlines()[0] == "skimage  missing  photos    3.7 MB  scikit-image 0.26.0"
    assert "licence: BSD-3-Clause" in block
    assert "from: scikit-image's sample pictures" in block
