from .diagnose import Comparison, Variants, compare, compare_variants
from .errors import WorkbenchError
from .frames import Frame, FrameSequence, FrameStream, open_frames, read_labels, read_picture, take
from .inference import predict
from .models import Model, load_model
from .recipes import Recipe, affine, choices, load_recipe, preset, presets, to_picture
from .reports import record, run_scenario, scenarios
from .results import Classification, Prediction
from .samples import sample_path
from .views import FrameViewer

__version__: str
__all__ = [
    "Classification",
    "Comparison",
    "Frame",
    "FrameSequence",
    "FrameStream",
    "FrameViewer",
    "Model",
    "Prediction",
    "Recipe",
    "Variants",
    "WorkbenchError",
    "affine",
    "choices",
    "compare",
    "compare_variants",
    "load_model",
    "load_recipe",
    "open_frames",
    "predict",
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
