import ast
from collections import defaultdict
from fnmatch import fnmatch

import pytest

WINDOWS = {"imshow", "waitKey", "waitKeyEx", "namedWindow", "destroyAllWindows", "selectROI"}
READERS = {"imread", "imdecode", "imreadmulti", "imdecodemulti", "VideoCapture"}
TENSORFLOW = {"tensorflow", "keras", "tf_keras"}
USES_TENSORFLOW = (
    "workbench/models/*",
    "workbench/samples/efficientnet_lite.py",  # ports weights to a Keras model, once
    "workbench/samples/caffe_input.py",  # adds a layer before it
    "workbench/samples/dog_score.py",  # adds a layer to it
    "workbench/samples/keras_file.py",  # saves such a model
    "workbench/samples/mtcnn.py",  # ports weights to Keras models, once
    "workbench/samples/tfjs_graph.py",  # turns TensorFlow.js graph models into SavedModels, once
    "workbench/quiet_tensorflow.py",  # for the decoders tf and tf.accurate, the resizers tf.*, and the models
)
LATE = TENSORFLOW | {
    "papermill", "matplotlib", "ipywidgets", "nbconvert", "nbclient", "supervision", "onnx", "onnxruntime"
}  # fmt: skip
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools", "stuff", "base"}
LONGEST_MODULE, LONGEST_FUNCTION = 300, 60  # lines; most are far below
SAME_BODY = 4  # statements from which on two equal bodies are a copy


def test_pictures_and_video_are_read_in_frames_only(modules):
    found = [
        f"{module.path}:{line} cv2.{name}"
        for module in modules
        for name, line in module.attributes("cv2")
        if name in READERS and not module.path.startswith("workbench/frames/")
    ]
    assert found == []


def test_no_window_is_opened(sources):
    found = [
        f"{source.path}:{line} cv2.{name}"
        for source in sources
        for name, line in source.attributes("cv2")
        if name in WINDOWS
    ]
    assert found == []


def test_tensorflow_is_imported_where_models_are_and_where_its_pixels_are_wanted(modules):
    found = [
        f"{module.path}:{line} {name}"
        for module in modules
        for name, line in module.imports()
        if name in TENSORFLOW and not any(fnmatch(module.path, pattern) for pattern in USES_TENSORFLOW)
    ]
    assert found == []


@pytest.mark.parametrize("pattern", USES_TENSORFLOW)
def test_each_exception_for_tensorflow_is_still_needed(modules, pattern):
    used = [name for module in modules if fnmatch(module.path, pattern) for name, _ in module.imports()]
    assert TENSORFLOW & set(used)


def test_no_package_loads_a_heavy_framework_when_it_is_imported(modules):
    """What an `__init__` imports loads with the first use of any module below it."""
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules
        if module.path.endswith("__init__.py")
        for node in module.tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if name.split(".")[0] in LATE
    ]
    assert found == []


def test_modules_are_short(sources):
    found = {source.path: source.text.count("\n") for source in sources}
    assert {path: lines for path, lines in found.items() if lines >= LONGEST_MODULE} == {}


def test_functions_are_short(modules):
    found = {
        f"{module.path}:{function.name}": lines
        for module in modules
        for function in module.functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert found == {}


def test_modules_are_named_by_what_they_hold(sources):
    parts = {source.path: set(source.path.removesuffix(".py").split("/")) for source in sources}
    assert {path: names & VAGUE for path, names in parts.items() if names & VAGUE} == {}


def test_the_import_path_is_left_alone(sources):
    changed = [
        f"{source.path}:{line}" for source in sources for name, line in source.attributes("sys") if name == "path"
    ]
    assert changed == []


def test_no_handler_swallows_every_error(sources):
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and all(isinstance(statement, ast.Pass | ast.Continue) for statement in node.body)
    ]
    assert found == []


def test_no_function_is_a_copy_of_another(modules):
    bodies = defaultdict(list)
    for module in modules:
        for function in module.functions():
            body = [node for node in function.body if not _is_text(node)]
            if len(body) >= SAME_BODY:
                bodies["\n".join(ast.dump(node) for node in body)].append(f"{module.path}:{function.name}")
    assert [places for places in bodies.values() if len(places) > 1] == []


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
