import builtins

import pytest

ALLOWED = {"numpy", "cv2", "math"}


def _import(name, *arguments, **named):
    if name.partition(".")[0] not in ALLOWED:
        raise ImportError(f"exported code imports {name}")
    return builtins.__import__(name, *arguments, **named)


@pytest.fixture(scope="session")
def run_code():
    """Return a function that runs exported text where only NumPy and OpenCV can be imported, and gives its names."""

    def run(text, name="not_main"):
        names = {"__name__": name, "__builtins__": {**vars(builtins), "__import__": _import}}
        exec(compile(text, "exported.py", "exec"), names)
        return names

    return run
