from .cluster import Cluster, Tls, open_cluster
from .diagnose import (
    Attribution,
    BoxComparison,
    BoxIdentification,
    Comparison,
    Drift,
    Matrix,
    ModelComparison,
    Variants,
    attribute,
    compare,
    compare_models,
    compare_variants,
    difference_map,
    drift,
    identify_boxes,
    train_serve_matrix,
)
from .diagnose.cascade_costs import CascadeCosts, cascade_costs
from .diagnose.diagnosis import Diagnosis, find_preprocessing
from .diagnose.identify import Identification, identify, probe_images
from .diagnose.search import SearchResult, search
from .diagnose.search.search_clips import ClipSearch, search_clips
from .errors import DamageWarning, PreprocessingWarning, WorkbenchError
from .frames import Frame, FrameSequence, FrameStream, open_frames, read_labels, read_picture, take
from .frames.capture import Capture, PushedFrames, open_capture
from .inference import classify_regions, detect_then_classify, predict, predict_many
from .inference.live import Policy, Stream, StreamResult, StreamStats, stream
from .inference.segments import ClipPredictions, predict_clips
from .models import Model, load_model
from .models.contract import Contract, contract
from .models.conversion import convert
from .models.export import export
from .models.tensorflow.network import cut_network
from .recipes import Recipe, affine, choices, load_recipe, preset, presets, to_picture
from .recording import Recorder, Recording, Replay, open_recording, recorded, replay
from .reports import record, run_scenario, scenarios
from .reports.diff import RunDiff, diff_runs
from .reports.sweep.run import sweep
from .reports.sweep.value import Sweep
from .results import BoxFormat, Classification, Prediction, box_format, box_formats, decode
from .results.cascade import Cascade
from .samples import sample_path
from .views import DetectionViewer, FrameViewer, LiveViewer

__version__: str
__all__ = [
    "Attribution",
    "BoxComparison",
    "BoxFormat",
    "BoxIdentification",
    "Capture",
    "Cascade",
    "CascadeCosts",
    "Classification",
    "ClipPredictions",
    "ClipSearch",
    "Cluster",
    "Comparison",
    "Contract",
    "DamageWarning",
    "DetectionViewer",
    "Diagnosis",
    "Drift",
    "Frame",
    "FrameSequence",
    "FrameStream",
    "FrameViewer",
    "Identification",
    "LiveViewer",
    "Matrix",
    "Model",
    "ModelComparison",
    "Policy",
    "Prediction",
    "PreprocessingWarning",
    "PushedFrames",
    "Recipe",
    "Recorder",
    "Recording",
    "Replay",
    "RunDiff",
    "SearchResult",
    "Stream",
    "StreamResult",
    "StreamStats",
    "Sweep",
    "Tls",
    "Variants",
    "WorkbenchError",
    "affine",
    "attribute",
    "box_format",
    "box_formats",
    "cascade_costs",
    "choices",
    "classify_regions",
    "compare",
    "compare_models",
    "compare_variants",
    "contract",
    "convert",
    "cut_network",
    "decode",
    "detect_then_classify",
    "diff_runs",
    "difference_map",
    "drift",
    "export",
    "find_preprocessing",
    "identify",
    "identify_boxes",
    "load_model",
    "load_recipe",
    "open_capture",
    "open_cluster",
    "open_frames",
    "open_recording",
    "predict",
    "predict_clips",
    "predict_many",
    "preset",
    "presets",
    "probe_images",
    "read_labels",
    "read_picture",
    "record",
    "recorded",
    "replay",
    "run_scenario",
    "sample_path",
    "scenarios",
    "search",
    "search_clips",
    "stream",
    "sweep",
    "take",
    "to_picture",
    "train_serve_matrix",
]
