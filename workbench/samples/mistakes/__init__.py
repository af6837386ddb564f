"""Preprocessing, drawing and box mistakes that published tutorials teach, each as a small function of our own.

They run without an error message, or with one that leads astray. `mistakes()` lists them with the sample model each is
priced on; a command line or notebook names one as `workbench.samples.mistakes:NAME`.
"""

from workbench.samples.mistakes.around import (
    cut_by_numbers,
    cut_unclipped,
    draw_above,
    read_with_batch_axis,
    read_x_first,
    show_input,
)
from workbench.samples.mistakes.feeding import (
    cast_to_fit,
    classify_frame,
    classify_region,
    classify_stream,
    detect_in_unit,
    fixed_side,
    float_for_uint8,
    score_picture,
    subtract_means,
    unit_for_symmetric,
)
from workbench.samples.mistakes.listing import Mistake, mistakes

__all__ = [
    "Mistake",
    "cast_to_fit",
    "classify_frame",
    "classify_region",
    "classify_stream",
    "cut_by_numbers",
    "cut_unclipped",
    "detect_in_unit",
    "draw_above",
    "fixed_side",
    "float_for_uint8",
    "mistakes",
    "read_with_batch_axis",
    "read_x_first",
    "score_picture",
    "show_input",
    "subtract_means",
    "unit_for_symmetric",
]
