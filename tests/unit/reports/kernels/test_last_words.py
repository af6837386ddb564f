"""What a process has written is known as soon as it has ended, whenever the thread that takes it in gets its turn."""

import os

from workbench.reports.kernels.last_words import KEPT, LastWords


def test_the_last_line_is_known_before_the_thread_has_come_to_it():
    words = LastWords()  # its thread is not begun
    os.write(words.end, b"much\n" * 10_000 + b"Bye\n\n")
    assert words.line == "Bye"
    with words:
        pass


def test_what_is_written_is_taken_off_the_writers_hands_and_its_end_is_kept():
    with LastWords() as words:
        for number in range(100):
            os.write(words.end, b"%04d\n" % number * KEPT)  # 2 MB, where a pipe holds 64 KB
        os.write(words.end, b"Bye\n")
        assert words.line == "Bye"
