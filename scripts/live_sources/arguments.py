"""The command line that every live server has."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.live_sources.faults import NAMES


def read_arguments(description: str | None) -> argparse.Namespace:
    """Read `clip`, `port`, `fps` and `fault`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free; the first line printed says which")
    parser.add_argument("--fps", type=float, default=25.0)
    parser.add_argument("--fault", default="none", help="; ".join(f"{name} N: {what}" for name, what in NAMES.items()))
    return parser.parse_args()
