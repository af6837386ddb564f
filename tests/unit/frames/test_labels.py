"""Labels are found by the name of the picture's file."""

import numpy as np
import pytest

from workbench.errors import InvalidValue, UnreadableSource
from workbench.frames import open_frames, read_labels


@pytest.fixture
def frames(tmp_path, photo_path):
    for name in ("b.png", "a.png"):
        (tmp_path / name).symlink_to(photo_path)
    return open_frames(tmp_path)


def write(frames, text):
    path = frames.paths[0].parent / "labels.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("sample", "first"),
    [("sample:imagenet-20", [243, 559, 438]), ("sample:cifar-20", [3, 8, 8])],
)
def test_the_samples_have_labels_in_the_order_of_their_pictures(sample, first):
    labels = read_labels(sample, open_frames(sample))
    assert labels.dtype == np.int64
    assert labels.shape == (20,)
    assert labels[:3].tolist() == first


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("file,label\nb.png,7\na.png,3\n", id="in another order"),
        pytest.param("name,label,file\ncat,3,a.png\ndog,7,b.png\n", id="with other columns"),
        pytest.param("file,label\nsets/a.png,3\nsets/b.png, 7 \nc.png,1\n", id="with folders and other files"),
        pytest.param("\ufefffile,label\r\na.png,3\r\nb.png,7\r\nb.png,7\r\n", id="from a spreadsheet, one row twice"),
    ],
)
def test_labels_are_matched_by_name(frames, text):
    path = write(frames, text)
    assert read_labels(path, frames).tolist() == [3, 7]
    assert read_labels(path.parent, frames[::-1]).tolist() == [7, 3]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        pytest.param("file,label\na.png,3\n", UnreadableSource, r"no label for 'b\.png' \(1 of 2", id="one missing"),
        pytest.param("path,class\na.png,3\n", InvalidValue, "file and label missing, got path, class", id="columns"),
        pytest.param("", InvalidValue, "file and label missing, got nothing", id="an empty file"),
        pytest.param("file,label\na.png,cat\n", InvalidValue, "line 2: the label 'cat' is no class index", id="a name"),
        pytest.param("file,label\na.png,-1\n", InvalidValue, "line 2: the label '-1'", id="a negative index"),
        pytest.param("file,label\na.png\n", InvalidValue, "line 2: the label None", id="half a row"),
        pytest.param(
            "file,label\na.png,3\na.png,4\n", InvalidValue, "line 3: 'a.png' has two labels, 3 and 4", id="two"
        ),
    ],
)
def test_a_table_that_does_not_fit_says_what_is_wrong(frames, text, error, says):
    with pytest.raises(error, match=says):
        read_labels(write(frames, text), frames)


def test_a_folder_without_a_table_says_so(frames):
    with pytest.raises(UnreadableSource, match=r"labels\.csv does not exist"):
        read_labels(frames.paths[0].parent, frames)


def test_a_table_that_is_no_text_is_refused(frames):
    path = write(frames, "")
    path.write_bytes(b"file,label\n\xd1\xff.png,3\n")
    with pytest.raises(UnreadableSource, match="no CSV file in UTF-8"):
        read_labels(path, frames)
