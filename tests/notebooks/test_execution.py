"""What the reports of `make report` found is checked, not only that they ran."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from workbench.reports import normalised, run_scenario, scenarios

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3300)]  # the first test waits for `make report`

Metrics = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A scenario on its default data, and what must hold of its metrics."""

    scenario: str
    holds: dict[str, Callable[[Metrics], bool]]  # a sentence: a test of the metrics
    twice: bool = False  # run again and compared: one row for each kind of thing a report can hold


FIRST_TIME = re.compile(r"looking for its quickest engine, once on this machine$")  # said where nothing is cached yet

# One row a scenario at least; `test_every_scenario_is_executed` asks for it.
CASES = [
    Case(
        "classify_video",
        {
            "fifty frames of the clip": lambda m: m["frames"] == 50 and m["not_finite"] == 0,
            "EfficientNet-Lite0 is right on 17 of 20": lambda m: m["accuracy"]["sample:imagenet-20 reference"] >= 0.85,
            "the CIFAR network is right on 20 of 20": lambda m: m["accuracy"]["sample:cifar-20 reference"] == 1,
            "divided by 255 it is right on 2 at most": lambda m: m["accuracy"]["sample:cifar-20 / 255"] <= 0.1,
            "BGR costs both": lambda m: all(
                m["accuracy"][f"{photos} BGR"] < m["accuracy"][f"{photos} reference"] for photos in m["costs"]
            ),
            "swapped means are one slot": lambda m: (
                m["costs"]["sample:imagenet-20"]["means swapped"]["slots"] == {"range": ["centered", "caffe_swapped"]}
            ),
            "swapped means flip answers": lambda m: m["swapped_means_flip"] >= 5,
        },
        twice=True,
    ),
    Case(
        "explore_mismatch",
        {
            "the slots that differ are named": lambda m: (
                set(m["slots"]) == set(m["steps"]) == {"color", "resize", "range"}
            ),
            "the answers flip": lambda m: 1 <= m["flips"] <= m["frames"] == 20,
            "the verdict says so": lambda m: f"flips {m['flips']} of 20" in m["verdict"],
            "each step is priced alone": lambda m: all(step["mean_change"] > 0 for step in m["steps"].values()),
            "the colour takes most of the loss": lambda m: max(m["shares"], key=m["shares"].get) == "color",
            "training is at least as right as serving": lambda m: m["accuracy"][0] >= m["accuracy"][1],
        },
    ),
    Case(
        "custom_model",
        {
            "the dogs are the highest": lambda m: m["highest"] >= 0.9,
            "a batch gives what one by one gives": lambda m: m["batch_difference"] <= 1e-6,
            "every slip moves the number": lambda m: all(
                moved >= 0.05 for slip, moved in m["largest_change"].items() if slip != "as trained"
            ),
            "boxes by lists are the model's": lambda m: 15 <= m["boxes"] <= 25,
        },
    ),
    Case(
        "ssd_savedmodel",
        {
            "faces are found": lambda m: m["boxes"] >= 15,
            "0..1 cast to uint8 loses every box": lambda m: m["slips"]["0..1 cast to uint8"]["lost"] == m["boxes"],
            "OpenCV finds the same boxes": lambda m: m["opencv"]["lost"] == m["opencv"]["new"] == 0,
            "and in the same place": lambda m: m["opencv"]["mean_iou"] >= 0.99,
            "today's bilinear moves them": lambda m: m["network_slips"]["today's bilinear"]["mean_iou"] <= 0.97,
        },
    ),
    Case(
        "detect_then_classify",
        {
            "seventeen faces, each with an answer": lambda m: m["boxes"] == m["classified"] == 17,
            "swapped axes cost answers": lambda m: int(m["mistakes"]["swapped axes"]["flips"].split()[0]) >= 10,
            "all six mistakes are priced": lambda m: len(m["mistakes"]) == 6,
            "the classifier runs in a fast engine": lambda m: "fast engine" in m["engines"][1],
        },
        twice=True,
    ),
    Case(
        "compare_models",
        {
            "all answer alike": lambda m: m["agreement"] >= 0.95 and m["models"] == 5,
            "no layer parts": lambda m: all(each["agrees"] for each in m["drift"].values()),
            "OpenCV's order of boxes is named": lambda m: "another order" in m["misread"]["verdict"],
        },
    ),
    Case(
        "find_preprocessing",
        {
            "colour and range are named, and nothing else": lambda m: m["faults"] == ["color", "range"],
            "the search decides with labels": lambda m: m["decided"],
            "answers flip": lambda m: 2 <= m["flips"] <= 8 and m["kept"] == 1 - m["flips"] / m["frames"],
            "the colour costs most": lambda m: max(m["shares"], key=m["shares"].get) == "color",
            "the right function converts to RGB": lambda m: "cv2.COLOR_BGR2RGB" in m["code"],
        },
    ),
    Case(
        "stream_live",
        {
            "every frame of every run is accounted for": lambda m: m["adds_up"] and m["runs_add_up"],
            "five designs as the tutorial calls the model, three in a quick engine": lambda m: (
                len(m["designs_ms"]) == 8
            ),
            "block gives predict's answers, in order": lambda m: (
                m["in_order"] and m["same_answers"] == m["answered"] == 60
            ),
            "the half picture alone is lost": lambda m: (
                m["fault"] == {"captured": 7, "shown": 6, "dropped": {"broken": 1}, "adds_up": True}
            ),
            "a queue keeps frames waiting, a stream one at most": lambda m: (
                m["designs_ms"]["process queue, model.predict"]["queue_max"]
                > 1
                >= m["designs_ms"]["workbench stream, model.predict"]["queue_max"]
            ),
            "two tasks block their loop": lambda m: (
                m["designs_ms"]["asyncio queue, model.predict"]["loop_blocked"] > 0.8
            ),
            "ours leaves it freer, on a machine however busy": lambda m: (
                m["designs_ms"]["workbench async, model.predict"]["loop_blocked"]
                < m["designs_ms"]["asyncio queue, model.predict"]["loop_blocked"]
            ),
        },
    ),
    Case(
        "train_serve_matrix",
        {
            "bilinear is two families": lambda m: (
                {"pil.bilinear", "tf.bilinear_aa"} <= set(m["groups"]["antialiased"])
                and {"cv2.linear", "tf.bilinear"} <= set(m["groups"]["not antialiased"])
            ),
            "each network is better at home than in the other family": lambda m: all(
                row[home] > row[other] + 0.03
                for home, other in (("cv2.linear", "pil.bilinear"), ("pil.bilinear", "cv2.linear"))
                for row in [m["matrix"][home]]
            ),
            "a mixture is at home in both": lambda m: (
                m["matrix"]["mixed"]["pil.bilinear"] > m["matrix"]["cv2.linear"]["pil.bilinear"]
                and m["matrix"]["mixed"]["cv2.linear"] > m["matrix"]["pil.bilinear"]["cv2.linear"]
            ),
            "BGR costs every network most of its answers": lambda m: all(
                row["color=bgr"] < 0.3 for row in m["matrix"].values()
            ),
            "the divided CIFAR network is right on 2 of 20 at most": lambda m: (
                m["exray"]["cifar10-cnn"]["wrong range"] >= 0.9
            ),
            "a rotation flips most of EfficientNet": lambda m: (
                max(m["exray"]["efficientnet-lite0"], key=m["exray"]["efficientnet-lite0"].get) == "rotated by 90°"
            ),
        },
    ),
    Case(
        "replay_stream",
        {
            "a clip played as a camera, and 75 of its frames shown, or fewer of all 250 on a busy machine": lambda m: (
                m["frames"] == 75 <= m["captured"] or 0 < m["frames"] < 75 < m["captured"] == 250
            ),
            "every frame is accounted for": lambda m: m["balanced"] and not m["errors"],
            "the same frames are answered the same, bit for bit": lambda m: (
                m["replay"]["same"] and m["replay"]["identical"] == m["replay"]["frames"] == m["frames"]
            ),
        },
    ),
    Case(
        "tutorial_mistakes",
        {
            "every mistake of every tutorial is named": lambda m: m["named"] == m["mistakes"] >= 16,
            "there are five tutorials": lambda m: m["tutorials"] == 5,
            "dividing by 255 costs the small network nearly all": lambda m: m["kept"]["score_picture"] <= 0.15,
            "a cast to uint8 loses every box": lambda m: m["kept"]["cast_to_fit"] == 0,
            "a refused tensor leaves nothing": lambda m: m["kept"]["float_for_uint8"] == 0,
            "BGR costs answers": lambda m: 0.5 <= m["kept"]["classify_stream"] <= 0.9,
        },
    ),
]


def ids(case):
    return case.scenario


def test_every_scenario_is_executed():
    assert {case.scenario for case in CASES} == {scenario.name for scenario in scenarios()}


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_scenario_finds_what_it_should(report_of, case):
    metrics = report_of(case.scenario).metrics
    assert [sentence for sentence, holds in case.holds.items() if not holds(metrics)] == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_its_report_is_one_quiet_file(report_of, case):
    """No script, nothing fetched, no repr of a widget, no log of a package, no picture missing."""
    html = report_of(case.scenario).html.read_text(encoding="utf-8")
    assert "<script" not in html
    assert not re.search(r"""<(img|link|source|iframe)\b[^>]*\b(src|href)=(?!["']?data:)""", html)
    assert "Viewer(" not in re.sub(r'<details class="input">.*?</details>', "", html, flags=re.DOTALL)
    logs = re.findall(r'<details class="log">.*?<pre>(.*?)</pre>', html, flags=re.DOTALL)
    assert [line for log in logs for line in log.splitlines() if not FIRST_TIME.search(line)] == []
    assert html.count("<img") >= 2


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_comes_with_a_thumbnail_and_stands_in_the_index(report_of, case):
    made = report_of(case.scenario)
    assert (made.folder / "thumbnail.png").is_file()
    index = (made.folder.parents[1] / "index.html").read_text(encoding="utf-8")
    assert f'href="{case.scenario}/{made.run_id}/report.html"' in index


@pytest.mark.parametrize("case", [case for case in CASES if case.twice], ids=ids)
def test_the_same_inputs_give_the_same_report(report_of, case, tmp_path):
    first = report_of(case.scenario)
    again = run_scenario(case.scenario, out=tmp_path, progress=False).check()
    assert again.run_id == first.run_id
    for name in ("metrics.json", "report.ipynb", "report.html"):
        assert normalised(again.folder / name) == normalised(first.folder / name), name
