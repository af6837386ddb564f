"""One notebook over many parameters: its jobs, and one table of what they found."""
