"""Name what a preprocessing does: the recipe behind a black box, and the slots and slips in which it differs."""

from workbench.diagnose.identify.identification import Identification
from workbench.diagnose.identify.identify import identify
from workbench.diagnose.identify.probes import probe_images
from workbench.diagnose.identify.slips import SLIPS, Slip

__all__ = ["SLIPS", "Identification", "Slip", "identify", "probe_images"]
