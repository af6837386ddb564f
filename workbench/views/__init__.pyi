from .charts import figure_costs, figure_strip, figure_topk
from .drawing import difference, fit, side_by_side, tile
from .figures import figure_compare, figure_seen
from .lettering import overlay
from .slider import frame_slider
from .tables import table
from .viewer import FrameViewer

__all__ = [
    "FrameViewer",
    "difference",
    "figure_compare",
    "figure_costs",
    "figure_seen",
    "figure_strip",
    "figure_topk",
    "fit",
    "frame_slider",
    "overlay",
    "side_by_side",
    "table",
    "tile",
]
