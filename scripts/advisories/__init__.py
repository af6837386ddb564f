"""Hold the locked packages against known advisories, without a network: `python -m scripts.advisories all.zip`.

The advisories are an export of the OSV database for the ecosystem PyPI: one zip file with one JSON record an advisory
(OSV schema 1.7), which OSV offers for download under `PyPI/all.zip`. What is locked never leaves this machine.
"""

from scripts.advisories.export import Advisory, Unreadable, read_export
from scripts.advisories.locked import Hit, hits, read_locks

__all__ = ["Advisory", "Hit", "Unreadable", "hits", "read_export", "read_locks"]
