"""Faults of live streams, really caused: one module a kind, each of which yields rows of the table."""
