"""What a model said about the newest frame, in a few words."""

from __future__ import annotations

from collections import Counter

from workbench.inference.live.result import StreamResult
from workbench.results.boxes.columns import labels_of, scores_of


def answer(result: StreamResult | None, *, threshold: float, top: int) -> str:
    """Return the best classes, "mountain bike 0.83, tandem 0.09", or the boxes by class, "2 person, 1 bicycle".

    Of a label such as "mountain bike, all-terrain bike" the first name is said; of other outputs, those of one number:
    "score 0.934". Boxes of an output that holds NaN or Inf, some of which may be missing, end with "NaN".

    Args:
        result: the newest; nothing is said of none, or where there is no model.
        threshold: the score from which on a box counts.
        top: classes, or kinds of boxes, at most.
    """
    prediction = result.prediction if result else None
    if prediction is None:
        return ""
    if prediction.classification:
        best = prediction.classification.top(top)[0]
        return ", ".join(f"{label.split(',')[0]} {share:.2f}" for label, share in best) or "NaN"
    if prediction.detections is None:
        values = ((name, values[0]) for name, values in prediction.outputs.items())
        return ", ".join(f"{name} {value.item():.4g}" for name, value in values if value.size == 1)
    found = prediction.detections[0]
    named = zip(labels_of(found), scores_of(found).tolist(), strict=True)
    counted = Counter(label for label, score in named if score >= threshold).most_common(top)
    told = ", ".join(f"{count} {label}" for label, count in counted) or "no box"
    return f"{told}, NaN" if prediction.not_finite[0] else told
