"""Kernels forked from a process that has imported TensorFlow and has not touched it.

A notebook's kernel spends its first seconds on imports. Here one process makes them once, and each kernel begins as a
copy of it: in a tenth of a second, with the memory of the imports shared, and as much apart from the others as a
process of its own is. Where a copy would not be what a fresh start is, the kernel is started afresh.
"""

from workbench.reports.kernels.forking.fork_server import ForkServer

__all__ = ["ForkServer"]
