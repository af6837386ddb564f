"""Paths that lead to no video."""


def test_a_path_that_is_not_there(refused):
    refused("stream", "nowhere.mp4", message="nowhere.mp4 does not exist")
