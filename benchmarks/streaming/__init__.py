"""The parts of `benchmarks/stream.py`: one case a process, their sources, their rounds and their tables."""
