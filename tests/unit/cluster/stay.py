"""A client whose jobs stay until it is killed: `stay.py FOLDER`."""

import signal
import sys
from pathlib import Path

from tests.unit.cluster.jobs import start_and_stay
from workbench.cluster import open_cluster

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
    with open_cluster(workers=1) as cluster:
        list(cluster.run(start_and_stay, {"stays": Path(sys.argv[1])}))
