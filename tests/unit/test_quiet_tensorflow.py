"""What is written to standard error is held back, shown after an error, and comes through afterwards as before."""

import os
import threading

import pytest

from workbench.quiet_tensorflow import quiet_standard_error


def test_what_is_written_inside_is_not_shown(capfd):
    with quiet_standard_error():
        os.write(2, b"chatter\n")
    os.write(2, b"news\n")
    assert capfd.readouterr().err == "news\n"


def test_what_is_written_before_an_error_is_shown(capfd):
    with pytest.raises(ZeroDivisionError), quiet_standard_error():
        os.write(2, b"why\n")
        raise ZeroDivisionError
    assert capfd.readouterr().err == "why\n"


def test_standard_error_is_back_when_two_threads_leave_in_the_order_they_came(capfd):
    inside, leave = threading.Event(), threading.Event()

    def first():
        with quiet_standard_error():
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(60)
    with quiet_standard_error():
        leave.set()
        thread.join()
        os.write(2, b"chatter\n")
    os.write(2, b"news\n")
    assert capfd.readouterr().err == "news\n"


def test_one_within_another_is_quiet_to_the_end(capfd):
    with quiet_standard_error():
        with quiet_standard_error():
            os.write(2, b"inner\n")
        os.write(2, b"outer\n")
    assert capfd.readouterr().err == ""
