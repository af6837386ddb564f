"""What libjpeg prints while it decodes is heard, and what others print is not lost."""

import ctypes
import os
import random
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

from workbench.errors import DamageWarning, UnreadableSource
from workbench.frames import open_frames, read_picture
from workbench.frames.overheard import Heard, listening
from workbench.samples import sample_path

PHOTOS = ["faces-6/sample1.jpg", "skimage/rocket.jpg", "imagenet-20/imagenet_00_243.jpg"]
IMAGE = np.zeros((1, 1, 3), np.uint8)


LIBC = ctypes.CDLL(None)


def print_in_c(text):
    LIBC.fputs(text.encode(), ctypes.c_void_p.in_dll(LIBC, "stderr"))  # what fprintf(stderr) of libjpeg does


def printing(text):
    def decode():
        print_in_c(text)
        return IMAGE

    return decode


@pytest.mark.parametrize(
    ("text", "heard", "printed"),
    [
        pytest.param("", Heard(), "", id="nothing"),
        pytest.param(
            "Corrupt JPEG data: premature end of data segment\n",
            Heard(broken="premature end of data segment"),
            "",
            id="data that is broken",
        ),
        pytest.param(
            "Corrupt JPEG data: 8 extraneous bytes before marker 0xd9\n",
            Heard(odd="8 extraneous bytes before marker 0xd9"),
            "",
            id="data too much",
        ),
        pytest.param(
            "epoch 1\nCorrupt JPEG data: bad Huffman code\nepoch 2\n",
            Heard(broken="bad Huffman code"),
            "epoch 1\nepoch 2\n",
            id="among what another thread prints",
        ),
        pytest.param(
            "\r 10%|# |Corrupt JPEG data: found marker 0xd9 instead of RST2\n\r 20%|##|",
            Heard(broken="found marker 0xd9 instead of RST2"),
            "\r 10%|# |\r 20%|##|",
            id="within another thread's progress bar",
        ),
        pytest.param("libpng warning: eXIf: invalid\n", Heard(), "libpng warning: eXIf: invalid\n", id="other words"),
    ],
)
def test_what_is_printed_is_heard_or_printed_after_all(capfd, text, heard, printed):
    assert listening(printing(text)) == (IMAGE, heard)
    assert capfd.readouterr().err == printed


def test_nothing_of_one_picture_is_heard_of_the_next(capfd):
    assert listening(printing("Corrupt JPEG data: bad Huffman code\n" * 3))[1].broken
    assert listening(printing(""))[1] == Heard()
    assert capfd.readouterr().err == ""


def test_standard_error_is_given_back_also_after_an_error(capfd):
    def fail():
        print_in_c("said before\n")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        listening(fail)
    print_in_c("here again\n")
    assert capfd.readouterr().err == "said before\nhere again\n"


def test_many_threads_hear_each_their_own(capfd):
    found = {}

    def run(number):
        said = "Corrupt JPEG data: bad Huffman code\n" if number % 2 else ""
        found[number] = [bool(listening(printing(said))[1].broken) for _ in range(50)]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [bool(number % 2)] * 50 for number in range(8)}


def test_what_is_no_library_of_c_prints_at_once_as_ever(capfd):
    """Python, a process that is started meanwhile and lives on, and whoever reports a crash."""

    def decode():
        os.write(2, b"Corrupt JPEG data: bad Huffman code, says Python\n")
        subprocess.run(["/bin/sh", "-c", "echo from a child >&2"], check=True)
        assert capfd.readouterr().err == "Corrupt JPEG data: bad Huffman code, says Python\nfrom a child\n"
        return IMAGE

    assert listening(decode)[1] == Heard()


def test_a_process_that_is_forked_while_another_thread_decodes_reads_and_hears_on_its_own():
    started, go_on = threading.Event(), threading.Event()

    def decode():
        started.set()
        go_on.wait(0.2)
        return IMAGE

    thread = threading.Thread(target=listening, args=(decode,))
    thread.start()
    started.wait()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of fork and threads
        child = os.fork()  # waits for the decoder
    if not child:
        heard = listening(printing("Corrupt JPEG data: bad Huffman code\n"))[1]
        os._exit(0 if heard.broken == "bad Huffman code" else 1)
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.slow
def test_a_process_without_standard_error_reads_pictures(tmp_path):
    code = (
        "import os, sys; os.close(2)\n"
        "from workbench.frames import read_picture\n"
        f"print(read_picture({str(sample_path(PHOTOS[0]))!r}).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "(1280, 1920, 3)\n"


@pytest.mark.parametrize("name", [*PHOTOS, "skimage/hubble_deep_field.jpg", "skimage/retina.jpg"])
def test_a_whole_photo_is_read_without_a_word(name, recwarn, capfd):
    read_picture(sample_path(name))
    assert not recwarn.list
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", PHOTOS)
def test_much_corruption_in_the_middle_of_a_photo_is_told(name):
    """32 bytes replaced; where libjpeg notices nothing, other pixels come without a word."""
    data, chance = sample_path(name).read_bytes(), random.Random(name)
    told = sum(_told(data, chance) for _ in range(20))
    assert told >= 6


def _told(data, chance):
    place = chance.randrange(data.index(b"\xff\xda") + 20, len(data) - 40)
    changed = data[:place] + chance.randbytes(32) + data[place + 32 :]
    try:
        with warnings.catch_warnings(action="error", category=DamageWarning):
            read_picture(changed)
    except (UnreadableSource, DamageWarning):
        return True
    return False


def test_odd_data_is_warned_of_and_read(tmp_path):
    data = sample_path("skimage/rocket.jpg").read_bytes()
    (tmp_path / "odd.jpg").write_bytes(data[:-2] + bytes(9) + data[-2:])
    with pytest.warns(DamageWarning, match=r"odd\.jpg may be damaged: .* extraneous bytes before marker 0xd9"):
        image = open_frames(tmp_path / "odd.jpg")[0].image
    assert (image == read_picture(data)).all()
