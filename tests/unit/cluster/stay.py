"""A client whose jobs stay until it is killed: `stay.py FOLDER`."""

import sys
from pathlib import Path

from tests.unit.cluster.jobs import start_and_stay
from workbench.cluster import open_cluster

if __name__ == "__main__":
    with open_cluster(workers=1) as cluster:
        list(cluster.run(start_and_stay, {"stays": Path(sys.argv[1])}))
