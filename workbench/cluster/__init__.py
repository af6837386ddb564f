"""Many jobs at a time, on this machine or on others, with Dask; nothing here knows what a job is.

The names are listed in `__init__.pyi`; each loads on first use, since every model asks for its number of threads here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
