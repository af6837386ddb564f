"""Wait for what other processes do."""

import time


def wait_for(condition, seconds=300):
    """Return when the condition holds; fail when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
