import json

import jupyter_core.paths
import pytest

from workbench.doctor import jupyter


def test_widgets_and_kernel_of_these_tests_are_fine():
    assert (jupyter.widgets().status, jupyter.kernel().status) == ("ok", "ok")


@pytest.fixture
def config(monkeypatch, tmp_path):
    """Return the folder of Jupyter's settings that is read first."""
    folder = tmp_path / "labconfig"
    folder.mkdir()
    monkeypatch.setattr(jupyter_core.paths, "jupyter_config_path", lambda: [str(tmp_path)])
    return folder


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        pytest.param({"disabledExtensions": {jupyter.WIDGETS: True}}, "problem", id="disabled"),
        pytest.param({"disabledExtensions": [jupyter.WIDGETS]}, "problem", id="disabled in the old form"),
        pytest.param({"disabledExtensions": {jupyter.WIDGETS: False}}, "ok", id="enabled again"),
        pytest.param({"disabledExtensions": {"another": True}}, "ok", id="another one disabled"),
        pytest.param({}, "ok", id="nothing disabled"),
    ],
)
def test_a_disabled_widget_extension_is_found(config, settings, status):
    (config / "page_config.json").write_text(json.dumps(settings))
    finding = jupyter.widgets()
    assert finding.status == status
    assert (finding.cure == f"jupyter labextension enable --level=user {jupyter.WIDGETS}") == (status == "problem")


def test_a_missing_widget_extension_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *_: [str(tmp_path)])
    finding = jupyter.widgets()
    assert finding.status == "problem"
    assert "jupyterlab-widgets" in finding.cure


@pytest.mark.parametrize(
    ("program", "status"),
    [
        pytest.param("python", "ok", id="Jupyter's own"),
        pytest.param(jupyter.sys.executable, "ok", id="this one by path"),
        pytest.param("/opt/old/bin/python", "warning", id="another environment's"),
    ],
)
def test_the_kernel_of_notebooks_has_to_be_this_python(monkeypatch, tmp_path, program, status):
    (tmp_path / "python3").mkdir()
    (tmp_path / "python3" / "kernel.json").write_text(json.dumps({"argv": [program, "-m", "ipykernel_launcher"]}))
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *_: [str(tmp_path)])
    assert jupyter.kernel().status == status


def test_no_kernel_at_all_is_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *_: [str(tmp_path)])
    assert jupyter.kernel().status == "problem"
