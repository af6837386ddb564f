"""Run one case in this process, and print what it did as the last line: `python -m streaming.case NAME '{...}'`."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

CASES = {
    "alone": "alone:alone",
    "sequential": "tutorial:sequential",
    "process queue": "tutorial:process_queue",
    "design": "designs:design",
    "file reader": "readers:from_file",
    "camera reader": "readers:from_camera",
    "played": "ours:played",
    "enduring": "ours:enduring",
    "remembering": "ours:remembering",
}


def main() -> None:
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    module, function = CASES[name].split(":")
    outcome = getattr(import_module(f"streaming.{module}"), function)(**arguments)
    print(outcome.to_json(), flush=True)


if __name__ == "__main__":
    main()
