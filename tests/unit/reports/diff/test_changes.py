"""What went in and differs is named, as a cause or as what follows from one."""

from dataclasses import replace

import pytest

from tests.unit.reports.diff.conftest import answer
from workbench.cluster.share import environment as share
from workbench.reports.diff import diff_runs

ENGINES = [("keras", 0.1), ("onnx, fast engine", 0.11), ("", 0.1)]  # and how sure it is of the last class
FILES = {"a.jpg": ["1" * 64, 10], "b.jpg": ["2" * 64, 20]}


def given(files, *, sha256="s", origin="photos", **more):
    """Return an input as the manifest has it, and as the details have it."""
    told = {"parameter": "source", "origin": origin}
    return [told | {"sha256": sha256, "bytes": 30, "files": len(files)}], [told | {"files": files, **more}]


def input_of(files, **more):
    inputs, details = given(files, **more)
    return {"inputs": inputs, "details": {"inputs": details}}


PAIRS = [
    pytest.param({}, {"parameters": {"number": 4, "name": "a"}, "given": ["number"]},
                 "parameter number: 3 → 4 (given in B; the notebook's default in A)", id="parameter"),
    pytest.param(
        {"parameters": {"slips": {"x": {"range": "unit"}}}}, {"parameters": {"slips": {"x": {"range": "raw"}}}},
        "parameter slips.x.range: unit → raw (the notebook's default)", id="inside of a parameter",
    ),
    pytest.param(
        {"parameters": {"recipe": {"color": "rgb"}}}, {"parameters": {"recipe": {"color": "bgr"}}},
        "recipe recipe: color: rgb → bgr", id="slot",
    ),
    pytest.param(
        {"parameters": {"recipe": "keras.vgg16"}}, {"parameters": {"recipe": "keras.xception"}},
        "recipe recipe: color: bgr → rgb (keras.vgg16 → keras.xception)", id="slots of two presets",
    ),
    pytest.param({"recipes": {"recipe": {"color": "rgb"}}}, {"recipes": {"recipe": {"color": "bgr"}}},
                 "recipe recipe: color: rgb → bgr", id="a recorded slot that nothing explains"),
    pytest.param({"recipes": {"recipe": {"color": "rgb", "size": 9}}}, {"recipes": {}},
                 "recipe recipe: recorded → –", id="a recipe that one run alone recorded"),
    pytest.param({}, {"allow_damaged": True}, "option allow_damaged: null → true", id="option"),
    pytest.param(input_of(FILES), input_of({**FILES, "b.jpg": ["3" * 64, 20]}, sha256="t"),
                 "input source: b.jpg: 20 bytes, 22222222 → 20 bytes, 33333333 (changed: other bytes, as many)",
                 id="file"),
    pytest.param(input_of(FILES), input_of({"a.jpg": FILES["b.jpg"], "b.jpg": FILES["a.jpg"]}, sha256="t"),
                 "input source: a.jpg: 10 bytes, 11111111 → 20 bytes, 22222222 "
                 "(changed: it has the bytes that b.jpg had)",
                 id="files that trade names"),
    pytest.param(input_of(FILES), input_of({"a.jpg": FILES["a.jpg"], "c.jpg": FILES["b.jpg"]}, sha256="t"),
                 "input source: c.jpg: b.jpg → c.jpg (renamed, the same bytes)", id="name of a file"),
    pytest.param(input_of(FILES), input_of({"a.jpg": FILES["a.jpg"]}, sha256="t"),
                 "input source: b.jpg: 20 bytes, 22222222 → – (gone)", id="file gone"),
    pytest.param(
        input_of({"m.tflite": ["1" * 64, 9]}, weights={"w": "1", "b": "2"}, graph="g"),
        input_of({"m.tflite": ["2" * 64, 9]}, weights={"w": "3", "b": "2"}, graph="g", sha256="t"),
        "weights source: m.tflite: 9 bytes, 11111111 → 9 bytes, 22222222 "
        "(1 of 2 weights changed (w), the architecture is the same)", id="weight",
    ),
    pytest.param(
        input_of({"m.tflite": ["1" * 64, 9], "m.labels.txt": ["4" * 64, 3]}, weights={"w": "1"}, graph="g"),
        input_of({"m.tflite": ["1" * 64, 9], "m.labels.txt": ["5" * 64, 4]}, weights={"w": "1"}, graph="g", sha256="t"),
        "labels source: m.labels.txt: 3 bytes, 44444444 → 4 bytes, 55555555 (changed)", id="names of classes",
    ),
    pytest.param({}, {"details": {"packages": {"numpy": "2.5"}}}, "version numpy: 2.4.6 → 2.5", id="package"),
    pytest.param({}, {"details": {"code": "ab" * 32}},
                 "code workbench: 0f0f0f0f → abababab (Workbench's own modules were edited; its version was not)",
                 id="own code"),
    pytest.param({"codecs": {"cv2": {"PNG": "1.6"}}}, {"codecs": {"cv2": {"PNG": "1.7"}}},
                 "codec cv2.PNG: 1.6 → 1.7", id="codec"),
    pytest.param({}, {"environment": {"cores": 2, "OMP_NUM_THREADS": "1"}},
                 "environment OMP_NUM_THREADS: – → 1", id="variable"),
    pytest.param({"environment": {"cores": 2} | share(1)}, {},
                 "environment threads: 1 → 2, one for each core "
                 "(WORKBENCH_THREADS and the like, as a worker of a sweep has them)", id="share of a worker"),
    pytest.param({}, {"details": {"packages": {"numpy": "2.4.6"} | {f"p{place}": "1" for place in range(9)}}},
                 "version 9 other packages (p0, p1, p2, p3, p4, ...)", id="another environment"),
    pytest.param({"machine": {"cores": 2}}, {"machine": {"cores": 4}, "environment": {"cores": 4}},
                 "machine cores: 2 → 4", id="more cores"),
    pytest.param({"machine": {"cpu": "x"}}, {"machine": {"cpu": "y"}}, "machine cpu: x → y", id="machine"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "named"), PAIRS)
def test_what_changed_is_named(write_run, before, after, named):
    found = diff_runs(write_run("a", **before), write_run("b", **after))
    assert f"{found.causes[0].kind} {found.causes[0]}" == named
    assert {each.kind for each in found.causes} == {found.causes[0].kind}
    assert found.causes[0].kind not in {"environment", "version"} or len(found.causes) == 1


CELLS = ("# Count", "number: int = 3", "print(number)")


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        pytest.param(("# Count", "number: int = 3", "print(2)"), "cell 3: print(number) → print(2) (code)", id="code"),
        pytest.param(
            ("# Add", "number: int = 3", "print(number)"), "cell 1: # Count → # Add (text, no code)", id="text"
        ),
        pytest.param((*CELLS, "1 + 1"), "cell 4: – → 1 + 1 (added)", id="a cell more"),
        pytest.param(CELLS[:2], "cell 3: print(number) → – (taken away)", id="a cell less"),
    ],
)
def test_the_cell_that_changed_is_named(write_run, cells, named):
    notebook = {"file": "count.ipynb", "shipped": True, "sha256": "ff"}
    found = diff_runs(write_run("a", cells=CELLS), write_run("b", cells=cells, notebook=notebook))
    assert [str(each) for each in found.causes] == [named]


def test_another_scenario_is_one_change_and_not_all_its_cells(write_run):
    notebook = {"file": "add.ipynb", "shipped": True, "sha256": "ff"}
    cells = ("# Add", "first: int = 3", "print(first + 1)")
    found = diff_runs(write_run("a", cells=CELLS), write_run("b", cells=cells, notebook=notebook, scenario="add"))
    assert [str(each) for each in found.changes] == [
        "scenario: count → add", "notebook: count.ipynb → add.ipynb (another notebook)"
    ]  # fmt: skip


def test_what_another_change_explains_follows_it(write_run):
    cells = ("# Count", "number: int = 4", "print(number)")
    notebook = {"file": "count.ipynb", "shipped": True, "sha256": "ff"}
    more = {"versions": {"workbench": "0.1.0"}, "codecs": {"cv2": {"PNG": "1.7"}}}
    after = {
        "details": {"packages": {"numpy": "2.4.6", "opencv-python": "5.1"}},
        "recipes": {"recipe": {"color": "bgr"}},
    }
    before = write_run("a", cells=CELLS, codecs={"cv2": {"PNG": "1.6"}})
    found = diff_runs(
        before, write_run("b", cells=cells, notebook=notebook, parameters={"number": 4, "name": "a"}, **more, **after)
    )
    assert [each.name for each in found.causes] == ["cell 2", "opencv-python"]
    assert {each.name: each.follows for each in found.changes if each.follows} == {
        "number": "cell 2", "cv2.PNG": "opencv-python", "recipe": "cell 2"
    }  # fmt: skip


def test_another_engine_is_named_alone_and_follows_what_was_asked_for_otherwise(write_run):
    sides = [{"x": replace(answer([[0.8, 0.1, share]]), engine=engine)} for engine, share in ENGINES]
    a, b, c = (write_run(engine, predictions=each) for (engine, _), each in zip(ENGINES, sides, strict=True))
    asked = write_run("asked", predictions=sides[1], parameters={"number": 4, "name": "a"})
    assert [str(each) for each in diff_runs(a, b).causes] == [
        "x: keras → onnx, fast engine (what ran the model; load_model(engine=...) chooses it)"
    ]
    assert [(each.kind, each.follows) for each in diff_runs(a, asked).changes] == [
        ("parameter", ""), ("engine", "number")
    ]  # fmt: skip
    assert not diff_runs(b, c).changes  # a run that was made before this was kept


def test_a_parameter_that_names_other_files_is_the_cause_of_them(write_run):
    before, after = input_of(FILES), input_of({"c.jpg": ["3" * 64, 5]}, sha256="t", origin="others")
    found = diff_runs(
        write_run("a", parameters={"source": "photos"}, **before),
        write_run("b", parameters={"source": "others"}, **after),
    )
    assert [each.name for each in found.causes] == ["source"]
    assert {each.follows for each in found.changes if not each.is_cause} == {"source"}


def test_of_many_files_the_first_are_named_and_all_counted(write_run):
    files = {f"{place:02}.jpg": [f"{place:064}", 9] for place in range(30)}
    others = {name: ["f" * 64, 9] for name in files}
    found = diff_runs(write_run("a", **input_of(files)), write_run("b", **input_of(others, sha256="t")))
    assert [each.note for each in found.causes] == ["30 changed: 00.jpg, 01.jpg, 02.jpg, 03.jpg, 04.jpg, ..."]


def test_the_same_twice_is_nothing(write_run):
    found = diff_runs(write_run("a", **input_of(FILES)), write_run("b", **input_of(FILES)))
    assert (found.same, found.verdict) == (True, "Nothing changed.")
    assert found.compared.startswith("2 parameters, 3 cells, 2 input files, 1 package, 0 answers, 1 recorded value")
