"""Live sources: a camera, a network stream, a clip played in real time, a folder that fills, a browser's webcam.

Names load on first use; they are listed in `__init__.pyi`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
