"""Live designs side by side: three that a tutorial on streaming proposes, as systems under test, and `stream`."""

from workbench.inference.designs.compare import DESIGNS, compare_designs
from workbench.inference.designs.comparison import DesignComparison
from workbench.inference.designs.run import Blocked, DesignRun

__all__ = ["DESIGNS", "Blocked", "DesignComparison", "DesignRun", "compare_designs"]
