"""Pairs of real runs that differ in one seeded thing, for `benchmarks/run_diffs.py`."""
