from .diagnose import (
    BoxComparison,
    BoxIdentification,
    Comparison,
    Drift,
    ModelComparison,
    Variants,
    compare,
    compare_models,
    compare_variants,
    drift,
    identify_boxes,
)
from .diagnose.cascade_costs import CascadeCosts, cascade_costs
from .errors import PreprocessingWarning, WorkbenchError
from .frames import Frame, FrameSequence, FrameStream, open_frames, read_labels, read_picture, take
from .inference import classify_regions, detect_then_classify, predict, predict_many
from .models import Model, load_model
from .models.contract import Contract, contract
from .models.conversion import convert
from .models.tensorflow.network import cut_network
from .recipes import Recipe, affine, choices, load_recipe, preset, presets, to_picture
from .reports import record, run_scenario, scenarios
from .results import BoxFormat, Classification, Prediction, box_format, box_formats, decode
from .results.cascade import Cascade
from .samples import sample_path
from .views import DetectionViewer, FrameViewer

__version__: str
__all__ = [
    "BoxComparison",
    "BoxFormat",
    "BoxIdentification",
    "Cascade",
    "CascadeCosts",
    "Classification",
    "Comparison",
    "Contract",
    "DetectionViewer",
    "Drift",
    "Frame",
    "FrameSequence",
    "FrameStream",
    "FrameViewer",
    "Model",
    "ModelComparison",
    "Prediction",
    "PreprocessingWarning",
    "Recipe",
    "Variants",
    "WorkbenchError",
    "affine",
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
    "drift",
    "identify_boxes",
    "load_model",
    "load_recipe",
    "open_frames",
    "predict",
    "predict_many",
    "preset",
    "presets",
    "read_labels",
    "read_picture",
    "record",
    "run_scenario",
    "sample_path",
    "scenarios",
    "take",
    "to_picture",
]
