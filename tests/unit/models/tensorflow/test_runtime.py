import threading

import numpy as np
import pytest

from workbench.models.tensorflow.runtime import CheckedRunner, import_tensorflow
from workbench.models.tensorflow.runtime import _without_fusing as without_fusing

BATCH = [np.ones((1, 2), np.float32)]


@pytest.mark.slow
def test_threads_that_run_without_fusing_leave_the_options_as_they_were():
    options = import_tensorflow().config.optimizer.get_experimental_options
    before, seen = options(), []
    both = threading.Barrier(2, timeout=0.2)

    def run(arrays):
        seen.append(options()["remapping"])
        try:
            both.wait()  # would let the other in between, if it could come
        except threading.BrokenBarrierError:
            both.reset()
        seen.append(options()["remapping"])
        return arrays

    threads = [threading.Thread(target=without_fusing(run), args=(BATCH,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [False] * 4
    assert options().get("remapping", True) == before.get("remapping", True)


@pytest.mark.slow
def test_two_threads_choose_how_to_run_once():
    made = []
    runner = CheckedRunner("net", lambda arrays: arrays, quick=lambda: made.append(1) or (lambda arrays: arrays))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(runner(BATCH))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert len(answers) == 4
