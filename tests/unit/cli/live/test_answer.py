import numpy as np
import pytest
import supervision as sv

from workbench.cli.live.answer import answer
from workbench.frames import Frame
from workbench.inference.live.result import StreamResult
from workbench.results import Classification, Prediction

FRAME = Frame(np.zeros((4, 4, 3), np.uint8), 0)
BIKES = Classification(np.float32([[0.83, 0.09, 0.08]]), ("mountain bike, all-terrain bike", "tandem", "dog"))
UNDECIDED = Classification(np.float32([[np.nan] * 3]), BIKES.labels)
BOXES = sv.Detections(
    xyxy=np.zeros((4, 4), np.float32),
    confidence=np.float32([0.9, 0.8, 0.7, 0.2]),
    class_id=np.array([0, 1, 0, 1]),
    data={"class_name": np.array(["person", "bicycle", "person", "bicycle"])},
)


def said(top=2, threshold=0.5, **of):
    given = {"outputs": {}, "classification": None, "indices": np.array([0]), "origins": ("",), "times_s": (None,)}
    prediction = Prediction(**(given | of))
    return answer(StreamResult(FRAME, prediction, 0.0, 0.0), threshold=threshold, top=top)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        pytest.param(
            {"classification": BIKES}, "mountain bike 0.83, tandem 0.09", id="classes, the first of each name"
        ),
        pytest.param({"classification": BIKES, "top": 1}, "mountain bike 0.83", id="the best class"),
        pytest.param({"classification": UNDECIDED}, "NaN", id="no number"),
        pytest.param({"detections": (BOXES,)}, "2 person, 1 bicycle", id="boxes by class, most first"),
        pytest.param({"detections": (BOXES,), "threshold": 0.95}, "no box", id="none sure enough"),
        pytest.param({"outputs": {"score": np.float32([[0.934]])}}, "score 0.934", id="one number"),
        pytest.param({"outputs": {"map": np.zeros((1, 8, 8))}}, "", id="a map"),
    ],
)
def test_the_newest_answer_in_a_few_words(of, text):
    assert said(**of) == text


def test_without_a_result_or_a_model_nothing_is_said():
    assert answer(None, threshold=0.5, top=1) == ""
    assert answer(StreamResult(FRAME, None, 0.0, 0.0), threshold=0.5, top=1) == ""
