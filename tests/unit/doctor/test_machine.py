import shutil
from collections import namedtuple

import pytest

from workbench.doctor import machine

Usage = namedtuple("Usage", "total used free")


def test_where_no_sample_is_fetched_one_command_fetches_them(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    finding = machine.samples()
    assert (finding.status, finding.cure) == ("warning", "workbench samples fetch")
    assert str(tmp_path) in finding.found


def test_a_damaged_sample_is_told_from_a_missing_one_and_both_are_named_in_the_cure(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    (tmp_path / "bikes").mkdir()
    finding = machine.samples()
    assert "bikes damaged" in finding.found and "skimage missing" in finding.found
    assert finding.cure.startswith("workbench samples fetch") and "bikes" in finding.cure and "skimage" in finding.cure


@pytest.mark.parametrize(
    ("free", "status"),
    [
        pytest.param(50e9, "ok", id="room"),
        pytest.param(1e9, "warning", id="little room"),
        pytest.param(0.1e9, "problem", id="no room"),
    ],
)
def test_the_room_on_the_disk_is_judged(monkeypatch, tmp_path, free, status):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "not" / "yet"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, free))
    finding = machine.disk()
    assert finding.status == status
    assert str(tmp_path) in finding.found


@pytest.mark.parametrize(
    ("flags", "onednn", "status"),
    [
        pytest.param({"avx", "avx2", "fma"}, None, "ok", id="usual"),
        pytest.param({"avx", "avx2", "fma"}, "0", "warning", id="oneDNN switched off"),
        pytest.param({"sse2"}, None, "problem", id="without AVX"),
        pytest.param(set(), None, "ok", id="unknown flags"),
    ],
)
def test_the_processor_is_judged_by_what_tensorflow_needs(monkeypatch, flags, onednn, status):
    monkeypatch.setattr(machine, "_cpu_flags", lambda: flags)
    monkeypatch.setattr(machine.platform, "machine", lambda: "x86_64")
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    if onednn:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", onednn)
    assert machine.processor().status == status


def test_a_machine_without_chromium_is_told_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert machine.browser().cure == "playwright install chromium"


def test_a_chromium_that_playwright_installed_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".cache" / "ms-playwright" / "chromium-1200").mkdir(parents=True)
    assert "chromium-1200" in machine.browser().found


@pytest.mark.slow
def test_tensorflow_is_loaded_when_asked_for():
    finding = machine.loaded_tensorflow()
    assert finding.status == "ok"
    assert "GPUs:" in finding.found
