"""A run lies in its place whole or not at all, and never outside the folder of reports."""

import pytest

from workbench.errors import InvalidValue, RunError
from workbench.reports import store

RUN = "0123456789ab"


def publish(out, text, *, ok=True, run=RUN):
    with store.hold(out, "count", run) as target:
        (target.draft / "manifest.json").write_text(text)
        return target.publish(ok=ok)


def left(out):
    return sorted(path.name for path in (out / "count").iterdir())


def test_a_run_moves_into_its_place(tmp_path):
    folder = publish(tmp_path / "out", "one")
    assert folder == tmp_path / "out" / "count" / RUN
    assert (folder / "manifest.json").read_text() == "one"
    assert left(tmp_path / "out") == [RUN]


def test_the_folder_is_for_others_to_read_too(tmp_path):
    assert publish(tmp_path, "one").stat().st_mode & 0o777 == 0o755


def test_a_new_run_takes_the_place_of_the_old(tmp_path):
    publish(tmp_path, "one")
    assert (publish(tmp_path, "two") / "manifest.json").read_text() == "two"
    assert left(tmp_path) == [RUN]


def test_a_failed_run_lies_beside_the_good_one(tmp_path):
    good = publish(tmp_path, "good")
    failed = publish(tmp_path, "failed", ok=False)
    assert failed.name == RUN + "-failed"
    assert (good / "manifest.json").read_text() == "good"


def test_a_good_run_replaces_the_failed_one(tmp_path):
    publish(tmp_path, "failed", ok=False)
    publish(tmp_path, "good")
    assert left(tmp_path) == [RUN]


def test_an_error_in_between_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), store.hold(tmp_path, "count", RUN) as target:
        (target.draft / "half").write_text("a")
        raise ZeroDivisionError
    assert left(tmp_path) == []


def test_leftovers_of_killed_runs_are_removed_but_not_those_of_living_ones(tmp_path):
    publish(tmp_path, "one")
    dead = tmp_path / "count" / f".draft-{RUN}-dead"
    dead.mkdir()
    with store.hold(tmp_path, "count", "aaaaaaaaaaaa") as living:
        store.tidy(tmp_path)
        assert living.draft.exists()
    assert not dead.exists()


def test_a_report_that_was_just_being_replaced_comes_back(tmp_path):
    final = publish(tmp_path, "good")
    old = tmp_path / "count" / f".old-{RUN}-dead"
    old.mkdir()
    final.rename(old / "run")
    store.tidy(tmp_path)
    assert (final / "manifest.json").read_text() == "good"
    assert left(tmp_path) == [RUN]


def test_foreign_files_are_left_alone(tmp_path):
    publish(tmp_path, "one")
    (tmp_path / "count" / ".draft-mine").mkdir()
    (tmp_path / "count" / "notes").mkdir()
    store.tidy(tmp_path)
    assert left(tmp_path) == [".draft-mine", RUN, "notes"]
    assert store.run_folders(tmp_path) == [tmp_path / "count" / RUN]


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "count").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidValue, match="leads out of"):
        publish(tmp_path / "out", "one")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(RunError, match="give another folder with --out"):
        publish(tmp_path / "out", "one")


@pytest.mark.parametrize("ok", [pytest.param(True, id="went well"), pytest.param(False, id="failed")])
def test_the_second_of_two_waits_says_so_and_learns_whether_there_is_a_new_run(tmp_path, ok):
    import threading

    publish(tmp_path, "old")
    order, waiting = [], threading.Event()

    def second():
        with store.hold(tmp_path, "count", RUN, on_wait=waiting.set) as target:
            order.append(("second", target.renewed))

    with store.hold(tmp_path, "count", RUN) as target:
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(300)
        target.publish(ok=ok)
        order.append(("first", target.renewed))
    thread.join()
    assert order == [("first", False), ("second", ok)]


def test_a_torn_write_keeps_the_old_file(tmp_path):
    store.write_whole(tmp_path / "a", "old")
    with pytest.raises(UnicodeEncodeError):
        store.write_whole(tmp_path / "a", "\ud800")
    assert (tmp_path / "a").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1
