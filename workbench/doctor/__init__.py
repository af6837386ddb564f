"""Examine the environment that Workbench runs in, and say what to type where it is not as it should be.

Every check looks and changes nothing. TensorFlow is not loaded unless asked for: that alone takes seconds.
"""

from workbench.doctor.examine import examine
from workbench.doctor.finding import Finding, render

__all__ = ["Finding", "examine", "render"]
