"""Folders of processes that are no more."""

from filelock import FileLock

from workbench.cluster.own_folder import LOCK, own_folder


def test_a_folder_is_removed_with_its_block_and_that_of_a_killed_process_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("mine-killed", "mine-alive", "mine-unlocked", "other-killed"):
        (tmp_path / name).mkdir()
    for name in ("mine-killed", "mine-alive", "other-killed"):
        (tmp_path / name / LOCK).touch()
    ended = []
    with FileLock(tmp_path / "mine-alive" / LOCK), own_folder("mine-", end_left=ended.append) as folder:
        assert ended == [tmp_path / "mine-killed"]
        with own_folder("mine-", end_left=ended.append) as second:
            assert second != folder
        assert len(ended) == 1
        assert folder.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine-alive", "mine-unlocked", "other-killed"]
