"""A graph as every format's reader shows it: operations with the tensors they take and make."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One operation of a graph; `inputs` are the graph's own names of tensors."""

    name: str
    kind: str
    inputs: tuple[Any, ...]
    output: Any
    epsilon: float = 1e-3
    ellipsis: bool = False  # a strided slice that begins with `...`, so its last stride is the channels'
    quantization: tuple[float, int] | None = None  # of the output of a QUANTIZE: scale, zero point


class Graph(Protocol):
    """What a format's reader has to answer."""

    channels: int | None  # of the pictures

    def users(self, tensor: Hashable) -> Sequence[tuple[Node, int]]:
        """Return the operations that take a tensor, each with the place among its inputs."""
        ...

    def maker(self, tensor: Hashable) -> Node | None:
        """Return the operation a tensor comes from; None for an input or a stored constant."""
        ...

    def stored(self, tensor: Hashable) -> np.ndarray | None:
        """Return the real values of a stored constant; None where it is none."""
        ...

    def names(self) -> frozenset[str]:
        """Return the names of all layers or scopes."""
        ...
