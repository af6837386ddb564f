"""The parts of `sweep_faults.py`."""
