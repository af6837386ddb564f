"""A choice is kept as JSON and believed only while all of it is true."""

import json
import shutil
from dataclasses import replace

import pytest

from workbench.cache import file_digest
from workbench.models.engines import store
from workbench.models.engines.machine import machine, versions
from workbench.models.engines.record import Choice, Trial, quickest
from workbench.models.engines.table import table
from workbench.models.model import TensorSpec

ORIGINAL = Trial("tensorflow", difference=0.0, ms=25.0, best_ms=20.0, load_ms=9000.0, memory_mb=800.0)
LITERT = Trial(
    "litert",
    difference=4e-7,
    ms=7.0,
    best_ms=5.0,
    load_ms=20.0,
    memory_mb=90.0,
    rows=1,
    file="model.tflite",
)


@pytest.fixture
def kept(tmp_path):
    """Return the folder of a choice as `put` leaves it, and the choice."""
    folder, work = tmp_path / "key", tmp_path / "work"
    work.mkdir()
    (work / "model.tflite").write_bytes(b"weights")
    choice = Choice(
        key="key",
        model="net",
        chosen="litert",
        trials=(ORIGINAL, replace(LITERT, sha256=file_digest(work / "model.tflite"))),
        inputs=(TensorSpec("image", (None, 8, 8, 3), "uint8", None, (0.5, 3)),),
        outputs=(TensorSpec("classes", (None, 3), "float32", "softmax"),),
        labels=("cat", "dog", "bird"),
        machine=machine(),
        versions=versions(),
    )
    store.put(choice, work, folder)
    return folder, choice


def test_a_choice_is_read_as_it_was_kept(kept):
    folder, choice = kept
    assert store.read(folder) == choice
    assert sorted(path.name for path in folder.iterdir()) == ["choice.json", "model.tflite"]


def change(folder, **fields):
    path = folder / store.RECORD
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda folder: (folder / "model.tflite").write_bytes(b"weightz"), id="other bytes"),
        pytest.param(lambda folder: (folder / "model.tflite").unlink(), id="file gone"),
        pytest.param(lambda folder: (folder / store.RECORD).write_text('{"format": 3, "mod'), id="half a record"),
        pytest.param(lambda folder: (folder / store.RECORD).write_text("[]"), id="a record of another kind"),
        pytest.param(lambda folder: change(folder, format=2), id="an older format"),
        pytest.param(lambda folder: change(folder, chosen="tpu"), id="an engine that was not tried"),
        pytest.param(lambda folder: change(folder, machine={"cpu": "Z80", "cores": 1}), id="another machine"),
        pytest.param(lambda folder: change(folder, versions={**versions(), "keras": "0"}), id="another version"),
        pytest.param(shutil.rmtree, id="nothing there"),
    ],
)
def test_a_choice_that_is_no_longer_true_is_not_read(kept, damage):
    damage(kept[0])
    assert store.read(kept[0]) is None


def test_a_new_choice_replaces_the_old_one_as_a_whole(kept, tmp_path):
    folder, choice = kept
    again = tmp_path / "again"
    again.mkdir()
    store.put(replace(choice, chosen="tensorflow"), again, folder)
    assert [path.name for path in folder.iterdir()] == ["choice.json"]
    assert store.read(folder).chosen == "tensorflow"


def test_what_a_killed_process_left_is_removed(tmp_path):
    leftover = tmp_path / f"{store.WORK}key-dead"
    leftover.mkdir()
    with store.workplace(tmp_path / "key") as work:
        assert not leftover.exists()
        assert list(work.iterdir()) == []
    assert not work.exists()


@pytest.mark.parametrize(
    ("trials", "chosen"),
    [
        pytest.param([ORIGINAL, LITERT], "litert", id="the quickest"),
        pytest.param(
            [ORIGINAL, replace(LITERT, reason="NaN")], "tensorflow", id="the quickest of those that are right"
        ),
        pytest.param([replace(ORIGINAL, best_ms=4.9), LITERT], "litert", id="as quick, with less memory"),
        pytest.param([replace(ORIGINAL, best_ms=4.0), LITERT], "tensorflow", id="quicker, with more memory"),
        pytest.param([replace(ORIGINAL, ms=1.0), LITERT], "litert", id="on a busy machine the best call counts"),
        pytest.param([ORIGINAL, Trial("litert", reason="Flex ops: Foo")], "tensorflow", id="one that was not made"),
    ],
)
def test_the_quickest_engine_that_is_right_is_taken(trials, chosen):
    assert quickest(tuple(trials)) == chosen


def test_the_table_shows_every_engine_and_why_one_was_rejected(kept):
    _, choice = kept
    rejected = Trial("onnxruntime", reason="output 'classes' is NaN")
    first, *rows = table(replace(choice, trials=(*choice.trials, rejected))).splitlines()
    assert first.startswith("net on ")
    assert [row.split()[0] for row in rows] == ["engine", "tensorflow", "litert", "onnxruntime"]
    assert rows[2].split() == ["litert", "7.00", "5.00", "20", "90", "4.0e-07", "chosen"]
    assert rows[3].endswith("rejected: output 'classes' is NaN")


def test_the_frame_has_a_row_an_engine(kept):
    frame = kept[1].to_frame()
    assert list(frame.index) == ["tensorflow", "litert"]
    assert list(frame["accepted"]) == [True, True]
