"""jsonschema without two seconds of grammars that no notebook asks for.

nbformat, papermill and JupyterLab import jsonschema, which imports `rfc3987_syntax` for its format "iri" where that is
installed, as JupyterLab has it. Version 1.1.0 builds 40 parsers at its import: 2.1 s of CPU in each process.
"""

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType

NAME = "rfc3987_syntax"


def postpone() -> None:
    """Have that module imported when it is first asked something; to be called before jsonschema is imported."""
    spec = None if NAME in sys.modules else find_spec(NAME)
    if spec is None or spec.loader is None:
        return
    module, loader = module_from_spec(spec), spec.loader

    def real() -> ModuleType:
        vars(module).pop("__getattr__", None)
        loader.exec_module(module)  # puts its own is_valid_syntax into the place of this one, which jsonschema keeps
        return module

    def is_valid_syntax(term: str, value: str) -> bool:
        return bool(real().is_valid_syntax(term, value))

    def __getattr__(name: str) -> object:
        if name.startswith("__"):  # who looks at all modules asks for these
            raise AttributeError(name)
        return getattr(real(), name)

    vars(module).update(is_valid_syntax=is_valid_syntax, __getattr__=__getattr__)
    sys.modules[NAME] = module
