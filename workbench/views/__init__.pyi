from .attribution import figure_attribution
from .box_figures import figure_detections, figure_regions
from .boxes import overlay_boxes, threshold_slider
from .charts import figure_costs, figure_strip, figure_topk
from .comparison_figures import figure_difference_map, figure_flips, figure_per_class
from .design_figures import figure_designs
from .detection_viewer import DetectionViewer
from .drawing import difference, fit, side_by_side, tile
from .drift_figures import figure_drift
from .exray_figure import figure_exray
from .figures import figure_compare, figure_seen
from .lettering import overlay
from .live_viewer import LiveViewer
from .matrix_figure import figure_matrix
from .matrix_files import save_matrix
from .model_figures import figure_agreement, figure_answers, figure_model_costs
from .notices import notice
from .reliability import figure_reliability
from .search_figures import figure_candidates, figure_ranking
from .slider import frame_slider
from .stream_figures import figure_stream
from .tables import table
from .viewer import FrameViewer

__all__ = [
    "DetectionViewer",
    "FrameViewer",
    "LiveViewer",
    "difference",
    "figure_agreement",
    "figure_answers",
    "figure_attribution",
    "figure_candidates",
    "figure_compare",
    "figure_costs",
    "figure_designs",
    "figure_detections",
    "figure_difference_map",
    "figure_drift",
    "figure_exray",
    "figure_flips",
    "figure_matrix",
    "figure_model_costs",
    "figure_per_class",
    "figure_ranking",
    "figure_regions",
    "figure_reliability",
    "figure_seen",
    "figure_stream",
    "figure_strip",
    "figure_topk",
    "fit",
    "frame_slider",
    "notice",
    "overlay",
    "overlay_boxes",
    "save_matrix",
    "side_by_side",
    "table",
    "threshold_slider",
    "tile",
]
