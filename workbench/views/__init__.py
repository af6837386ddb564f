"""Views: pictures, figures, tables and the live viewer. Names load on first use; they are listed in `__init__.pyi`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
