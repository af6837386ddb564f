"""Many jobs at a time, on this machine or on others, with Dask; nothing here knows what a job is."""
