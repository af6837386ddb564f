"""How sure searches were of networks whose preprocessing is known, and whether they were right: measured, and kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TABLE = Path(__file__).with_name("measured.csv")


def measured() -> pd.DataFrame:
    """Return one row a search: `stated` (the best candidate's probability, 0..1) and `right` (bool).

    `benchmarks/mismatch_search.py --keep` asks and writes them, of networks that no constant was set on: without
    labels on frames of their own domain and of another, and with 16 labels. Right is the colour and the range.
    """
    import pandas as pd

    return pd.read_csv(TABLE)
