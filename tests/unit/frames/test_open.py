"""What `open_frames` makes of each kind of origin."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.errors import InvalidValue, SampleError, UnknownName, UnreadableSource, WorkbenchError
from workbench.frames import Frame, FrameSequence, open_frames, read_picture
from workbench.frames.arrays import ArraySequence
from workbench.samples import sample_path


@pytest.fixture
def folder(tmp_path, photo):
    """Pictures whose names do not sort as text, and things that are no pictures."""
    for number in (10, 2, 1):
        Image.fromarray(photo // number).save(tmp_path / f"shot_{number}.png")
    Image.fromarray(photo).save(tmp_path / "Shot_3.JPG")
    (tmp_path / "labels.csv").write_text("file,label\nshot_1.png,4\nshot_2.png,0\nShot_3.JPG,9\nshot_10.png,7\n")
    (tmp_path / "._shot_1.png").write_bytes(b"\0\5\26\7")
    (tmp_path / "clip.mp4").write_bytes(b"")
    (tmp_path / "below.png").mkdir()
    return tmp_path


NATURAL = ["shot_1.png", "shot_2.png", "Shot_3.JPG", "shot_10.png"]


def names(frames):
    return [Path(frames.origin_of(index)).name for index in range(len(frames))]


@pytest.mark.parametrize("kind", [str, Path])
def test_a_folder_is_its_pictures_in_natural_order(folder, kind):
    frames = open_frames(kind(folder))
    assert names(frames) == NATURAL
    assert frames[3].origin == str(folder / "shot_10.png")
    assert [frame.time_s for frame in frames] == [None] * 4
    assert frames.decoders == ("cv2", "pil", "tf", "tf.accurate")


def test_a_glob_is_its_pictures_in_natural_order(folder):
    assert names(open_frames(folder / "shot_*")) == ["shot_1.png", "shot_2.png", "shot_10.png"]
    assert names(open_frames(f"{folder}/*")) == NATURAL
    (folder / "down").mkdir()
    (folder / "shot_2.png").rename(folder / "down" / "shot_2.png")
    assert names(open_frames(f"{folder}/**/shot_[12].png")) == ["shot_2.png", "shot_1.png"]


def test_a_relative_glob_counts_from_the_working_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert names(open_frames("shot_?.png")) == ["shot_1.png", "shot_2.png"]


def test_a_glob_of_one_video_is_that_video(clip, tmp_path):
    shutil.copy(clip("b-frames.mp4"), tmp_path / "take.mp4")
    assert len(open_frames(f"{tmp_path}/*.mp4")) == 60


def test_a_file_whose_name_looks_like_a_glob_is_that_file(folder, photo):
    Image.fromarray(photo).save(folder / "shot_[1].png")
    np.testing.assert_array_equal(open_frames(folder / "shot_[1].png")[0].image, photo)


def test_a_list_of_paths_keeps_its_order(folder):
    frames = open_frames([folder / "shot_10.png", str(folder / "shot_1.png")])
    assert names(frames) == ["shot_10.png", "shot_1.png"]


def test_one_picture_is_a_sequence_of_one(folder, photo):
    frames = open_frames(folder / "shot_1.png")
    assert len(frames) == 1
    np.testing.assert_array_equal(frames[0].image, photo)


@pytest.mark.parametrize(
    ("name", "count"),
    [("sample:imagenet-20", 20), ("sample:cifar-20", 20), ("sample:bikes", 250), ("sample:skimage/c*.png", 5)],
)
def test_samples_are_opened_by_name(name, count):
    frames = open_frames(name)
    assert len(frames) == count
    assert frames.origin == name
    assert frames[count // 2].image.dtype == np.uint8


@pytest.mark.parametrize("decode", ["cv2", "pil", pytest.param("tf", marks=pytest.mark.slow)])
def test_arrays_come_in_the_order_of_the_decoder_and_frames_in_rgb(folder, decode):
    frames = open_frames(folder, decode=decode)
    expected = read_picture(folder / "shot_2.png", decode=decode)
    array = frames.array(1)
    np.testing.assert_array_equal(array[:, :, ::-1] if frames.order == "bgr" else array, expected)
    np.testing.assert_array_equal(frames[1].image, expected)
    assert (frames.order == "bgr") == (decode == "cv2")
    assert all(np.array_equal(one, frames.array(index)) for index, one in enumerate(frames.arrays()))


def test_the_same_pictures_by_another_decoder(folder):
    other = open_frames(folder, alpha="white").decoded_by("pil", "ignore")
    assert other.reading.decode, other.reading.exif == ("pil", "ignore")
    assert other.reading.alpha == "white"
    assert names(other[1:3]) == NATURAL[1:3]
    assert other[1:3].decoded_by("cv2").source.order == "bgr"


def test_pictures_held_are_read_only_and_forgotten_at_the_end(folder):
    frames = open_frames(folder)
    assert frames.array(0) is frames.array(0)
    with pytest.raises(ValueError, match="read-only"):
        frames.array(0)[:] = 0
    frames.close()
    assert frames._cache.held == 0


def test_a_damaged_picture_of_a_folder_is_named_when_its_turn_comes(folder):
    data = (folder / "shot_2.png").read_bytes()
    (folder / "shot_2.png").write_bytes(data[: len(data) // 2])
    frames = open_frames(folder)
    assert frames.array(0).shape == (64, 96, 3)
    with pytest.raises(UnreadableSource, match=r"shot_2\.png is damaged"):
        frames.array(1)


def test_what_is_open_already_is_handed_through(folder):
    frames = open_frames(folder)
    assert open_frames(frames) is frames
    assert open_frames(frames[::2]).source is frames


def test_frames_can_be_opened_again(folder):
    frames = open_frames(folder)
    again = open_frames([frames[2], frames[0]])
    np.testing.assert_array_equal(again[0].image, frames[2].image)


def test_a_selection_keeps_numbers_origins_and_order(folder):
    chosen = open_frames(folder)[::-2]
    assert [frame.index for frame in chosen] == [3, 1]
    assert names(chosen) == ["shot_10.png", "shot_2.png"]
    assert isinstance(chosen, FrameSequence)
    assert chosen[1].origin == str(folder / "shot_2.png")


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param("nothing.png", r"nothing\.png does not exist; check the path", id="no file"),
        pytest.param("labels.cvs", r"does not exist; did you mean '.*labels\.csv'", id="a slip of the pen"),
        pytest.param("LABELS.CSV", r"does not exist; did you mean '.*labels\.csv'", id="in capitals"),
        pytest.param("nowhere/a.png", r"there is no folder .*nowhere", id="no folder"),
        pytest.param("*.tiff", r"no file matches .*\*\.tiff", id="no match"),
        pytest.param("empty", r"empty has no pictures in it", id="an empty folder"),
        pytest.param("deep", r"pictures only in folders below it; pass a glob: .*\*\*/\*\.png", id="pictures below"),
        pytest.param("labels.csv", r"neither a picture nor a video", id="a table"),
        pytest.param("weights.keras", r"neither a picture nor a video", id="a model"),
        pytest.param("clip.mp4", r"clip\.mp4 is empty \(0 bytes\)", id="an empty video"),
    ],
)
def test_what_cannot_be_opened_says_why_in_one_line(folder, origin, says):
    (folder / "empty").mkdir()
    (folder / "deep" / "down").mkdir(parents=True)
    shutil.copy(folder / "shot_1.png", folder / "deep" / "down")
    (folder / "weights.keras").write_bytes(b"PK\3\4" + bytes(300))
    with pytest.raises(UnreadableSource, match=says) as caught:
        open_frames(folder / origin)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param([], "the list is empty", id="an empty list"),
        pytest.param(None, "got a NoneType", id="nothing"),
        pytest.param(True, "got a bool", id="a bool"),
        pytest.param([[1, 2], [3, 4]], "0 is a list, not a picture", id="nested lists"),
        pytest.param([0.5, 0.7], "0 is a float, not a picture", id="floats"),
        pytest.param(["a.png", np.zeros((2, 2, 3), np.uint8)], "0 is a str, not a picture", id="paths and arrays"),
        pytest.param({"a.png"}, "got a set", id="a set"),
        pytest.param(b"\xff\xd8\xff", "read_picture reads encoded bytes", id="bytes"),
    ],
)
def test_what_are_no_frames_is_refused(origin, says):
    with pytest.raises(InvalidValue, match=says):
        open_frames(origin)


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param("", "the path is empty", id="no name"),
        pytest.param("/dev/null", "/dev/null is a device or pipe, not a file", id="a device"),
    ],
)
def test_what_is_no_file_says_what_it_is(origin, says):
    with pytest.raises(UnreadableSource, match=says):
        open_frames(origin)


def test_an_address_in_a_list_of_paths_is_refused(folder):
    with pytest.raises(UnreadableSource, match="is an address, and a file is needed here; download it"):
        open_frames([folder / "shot_1.png", "http://127.0.0.1/a.png"])


def test_pyav_does_not_read_pictures(folder):
    with pytest.raises(InvalidValue, match="is a picture, and 'pyav' reads videos"):
        open_frames(folder / "shot_1.png", decode="pyav")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"order": "brg"}, "no channel order named 'brg'; did you mean '"),
        ({"decode": "cv"}, "no decoder named 'cv'; did you mean 'cv2'"),
    ],
    ids=str,
)
def test_an_unknown_name_is_answered_with_the_closest(folder, options, says):
    with pytest.raises(UnknownName, match=re.escape(says)):
        open_frames(folder, **options)


@pytest.mark.parametrize("name", ["sample:nope", "sample:imagenet-20/nope.jpg"])
def test_an_unknown_sample_says_so(name):
    with pytest.raises(WorkbenchError, match="nope"):
        open_frames(name)


def test_a_sample_that_is_not_fetched_says_how_to(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    with pytest.raises(SampleError, match="workbench samples fetch bikes"):
        open_frames("sample:bikes")


def test_a_home_folder_is_found(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    assert names(open_frames("~/shot_2.png")) == ["shot_2.png"]


def test_a_gif_is_its_first_picture(tmp_path, photo):
    Image.fromarray(photo).save(tmp_path / "a.gif", save_all=True, append_images=[Image.fromarray(255 - photo)])
    assert len(open_frames(tmp_path / "a.gif")) == 1


def test_a_video_under_a_pictures_name_is_opened_as_what_it_is(clip, tmp_path):
    path = shutil.copy(clip("b-frames.mp4"), tmp_path / "photo.png")
    assert len(open_frames(path)) == 60


def test_a_picture_without_a_suffix_is_opened_as_what_it_is(tmp_path, photo_path):
    path = shutil.copy(photo_path, tmp_path / "upload")
    assert open_frames(path)[0].image.shape == (400, 600, 3)


@pytest.mark.parametrize("origin", ["folder", "arrays"])
def test_a_sequence_names_itself(folder, origin):
    frames = open_frames(folder) if origin == "folder" else open_frames(np.zeros((2, 3, 4, 3), np.uint8))
    assert "4 pictures, decoded by cv2" in repr(frames) or repr(frames) == "<ArraySequence: 2 pictures, rgb>"


def test_a_frame_is_a_value_with_its_place(folder):
    frame = open_frames(folder)[2]
    assert isinstance(frame, Frame)
    assert (frame.index, frame.image.shape, frame.time_s) == (2, (64, 96, 3), None)
    assert not isinstance(open_frames(folder), ArraySequence)
    assert sample_path("imagenet-20").is_dir()
