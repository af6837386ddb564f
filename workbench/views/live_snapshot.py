"""A live result as a static figure, for reports and pages without a kernel."""

from __future__ import annotations

from workbench.inference.live.result import StreamResult
from workbench.views.answers import answer_in
from workbench.views.boxes import overlay_boxes, shrunk
from workbench.views.charts import bars_height, draw_bars
from workbench.views.figures import LINE
from workbench.views.live_presentation import where
from workbench.views.paper import A_COLOR, SMALL, Paper, row_height, shorten

TALL, WIDE = 720, 1280  # pixels that boxes are drawn on, so that their letters stay readable


def draw_live(result: StreamResult, line: str, *, threshold: float, top: int) -> Paper:
    """Draw one result with its boxes or its answer, and `line` below."""
    image, found, said = result.frame.image, result.prediction, None
    if found is not None and found.detections is not None:
        image, boxes = shrunk(image, found.detections[0], height=TALL, width=WIDE)
        image = overlay_boxes(image, boxes, threshold=threshold)
    elif found is not None:
        said = answer_in(found, k=top)
    height = row_height([image], most=4.4)
    bars = bars_height(said) + LINE if said else 0.0
    page = Paper(height + bars + 2.6 * LINE, spoken=f"{where(result)}; {line}")
    page.words(0, 0, shorten(where(result), 120), weight="bold")
    page.picture(image, 0, 1.3 * LINE, height=height)
    if said:
        draw_bars(page, said, at=(0, height + 1.9 * LINE), width=6, color=A_COLOR)
    page.words(0, height + bars + 1.6 * LINE, shorten(line, 140), size=SMALL)
    return page
