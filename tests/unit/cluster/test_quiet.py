import subprocess
import sys

import pytest

LOOK = """
import logging
from workbench.cluster.quiet import quiet_dask
def state():
    return [(logger.level, logger.handlers, logger.propagate) for logger in map(logging.getLogger, (None, "tornado"))]
before = state()
with quiet_dask():
    logging.getLogger("distributed.client").error("in the block")
logging.getLogger("distributed.comm").error("after it")
assert state() == before, state()
"""


@pytest.mark.slow
def test_dask_is_imported_without_a_word_and_without_a_change_to_the_loggers_of_others():
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
