"""Processes of their own for what is to be stopped or killed, forked from one that has loaded what a run needs."""

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["workbench.reports.publish", "workbench.reports.kernels.execute", "workbench.cli", "cv2", "av"]
)
