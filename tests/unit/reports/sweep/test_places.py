"""Where runs are kept: on a disk and on a bucket, a run is there when it is whole, unaltered and went well."""

import uuid
from pathlib import Path

import pytest

from workbench.errors import InvalidValue, RunError
from workbench.reports.sweep.bucket import Bucket
from workbench.reports.sweep.places import Folder, expect_shared, place_of

RUN = "0123456789ab"


def nothing():
    """Return that no run is there to be taken."""


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    return Folder(tmp_path / "out") if request.param == "folder" else Bucket(f"memory://{uuid.uuid4().hex}/out")


def damage(place, name, data=None):
    """Write to a file of the run, or remove it."""
    if isinstance(place, Folder):
        path = place.path / "count" / RUN / name
        path.unlink() if data is None else path.write_bytes(data)
        return
    system, root = place.open()
    path = f"{root}/count/{RUN}/{name}"
    system.rm_file(path) if data is None else system.pipe_file(path, data)


def test_a_run_that_was_put_there_is_found_again(place, lay_run):
    assert place.kept("count", RUN, partial=False) is None
    ended = place.publish(RUN, lambda out: lay_run(out, RUN), there=nothing)
    assert (ended.folder, ended.state, ended.metrics, ended.files) == (RUN, "ok", {"total": 3}, ("report.html",))
    assert place.kept("count", RUN, partial=False) == ended


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("manifest.json", None, id="no manifest"),
        pytest.param("manifest.json", b"{", id="a torn manifest"),
        pytest.param("metrics.json", b"{}", id="other metrics"),
        pytest.param("report.html", None, id="no report"),
        pytest.param("SHA256SUMS", None, id="no seal"),
        pytest.param("SHA256SUMS", b"", id="an empty seal"),
    ],
)
def test_a_run_that_is_not_as_it_was_counts_as_none(place, lay_run, name, data):
    place.publish(RUN, lambda out: lay_run(out, RUN), there=nothing)
    damage(place, name, data)
    assert place.kept("count", RUN, partial=False) is None


def test_a_partial_run_counts_where_damage_is_allowed(place, lay_run):
    place.publish(RUN, lambda out: lay_run(out, RUN, partial=["half a clip"]), there=nothing)
    assert place.kept("count", RUN, partial=False) is None
    assert place.kept("count", RUN, partial=True).state == "partial"


def test_a_failed_run_lies_beside_and_a_good_one_takes_it_away(lay_run):
    bucket = Bucket(f"memory://{uuid.uuid4().hex}")
    ended = bucket.publish(RUN, lambda out: lay_run(out, RUN, status="failed", error="no 3"), there=nothing)
    assert (ended.folder, ended.state, ended.error) == (f"{RUN}-failed", "failed", "no 3")
    assert bucket.kept("count", RUN, partial=False) is None
    bucket.publish(RUN, lambda out: lay_run(out, RUN), there=nothing)
    system, root = bucket.open()
    assert [Path(path).name for path in system.ls(f"{root}/count", detail=False)] == [RUN]


def test_a_run_that_another_has_put_into_a_bucket_meanwhile_stays(lay_run):
    bucket = Bucket(f"memory://{uuid.uuid4().hex}")

    def meanwhile(out):
        bucket.publish(RUN, lambda other: lay_run(other, RUN, metrics={"total": 4}), there=nothing)
        return lay_run(out, RUN)

    ended = bucket.publish(RUN, meanwhile, there=lambda: bucket.kept("count", RUN, partial=False))
    assert (ended.taken, ended.metrics) == (True, {"total": 4})


def test_an_upload_that_breaks_off_leaves_no_manifest_and_is_told_in_one_line(lay_run, monkeypatch):
    bucket = Bucket(f"memory://{uuid.uuid4().hex}")
    bucket.publish(RUN, lambda out: lay_run(out, RUN), there=nothing)
    system, root = bucket.open()
    put = type(system).put_file

    def breaks(self, here, there, **options):
        if there.endswith("report.html"):
            raise ConnectionError("the line went dead")
        return put(self, here, there, **options)

    monkeypatch.setattr(type(system), "put_file", breaks)
    with pytest.raises(RunError, match="cannot write reports to memory://.*: the line went dead"):
        bucket.publish(RUN, lambda out: lay_run(out, RUN), there=nothing)
    assert not system.exists(f"{root}/count/{RUN}/manifest.json")
    assert bucket.kept("count", RUN, partial=False) is None


def test_the_table_of_a_sweep_is_copied_when_it_is_written(place):
    with place.results("abc") as folder:
        (folder / "sweep.csv").write_text("state\nok\n")
    if isinstance(place, Folder):
        assert Path(place.link("sweeps", "abc", "sweep.csv")).read_text() == "state\nok\n"
    else:
        system, root = place.open()
        assert system.cat_file(f"{root}/sweeps/abc/sweep.csv") == b"state\nok\n"


@pytest.mark.parametrize(
    ("out", "message"),
    [
        pytest.param("nope://bucket/x", "cannot write to nope://bucket/x: Protocol not known", id="no such kind"),
        pytest.param("memory://x", "memory of one process", id="what no worker sees"),
    ],
)
def test_a_place_that_cannot_be_is_refused(out, message):
    with pytest.raises(InvalidValue, match=message):
        expect_shared(out)
        place_of(out)


def test_a_file_url_is_a_folder_and_a_password_is_not_shown(tmp_path):
    assert place_of(f"file://{tmp_path}") == Folder(tmp_path)
    assert place_of("relative") == Folder(Path("relative"))
    assert "secret" not in Bucket("sftp://me:secret@host/x").link("sweeps")


def test_a_sweep_that_another_process_is_at_is_refused(tmp_path):
    place = Folder(tmp_path)
    with place.alone("abc"), pytest.raises(RunError, match="another process runs this very sweep"), place.alone("abc"):
        pass
    with place.alone("abc"):
        pass
