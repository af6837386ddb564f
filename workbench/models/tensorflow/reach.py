"""What running some nodes of a GraphDef leads to: their inputs, and every function called on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Reach:
    """The dependencies of a GraphDef; places are `node` and `node in function NAME`."""

    def __init__(self, graph: Any) -> None:
        self._nodes = {node.name: node for node in graph.node}
        self._functions = {function.signature.name: function for function in graph.library.function}

    def of(self, nodes: Iterable[str], functions: Iterable[str]) -> set[str]:
        """Return the places that are run with these nodes of the main graph and these functions."""
        places: set[str] = set()
        called = set(functions)
        pending = [name for name in nodes if name in self._nodes]
        while pending:
            name = pending.pop()
            if name in places:
                continue
            places.add(name)
            node = self._nodes[name]
            called |= self._calls(node)
            sources = (source.lstrip("^").partition(":")[0] for source in node.input)
            pending.extend(source for source in sources if source in self._nodes)
        return places | self._inside(called)

    def _inside(self, called: set[str]) -> set[str]:
        """Return the places of all nodes of functions, and of the functions that those call."""
        places: set[str] = set()
        seen: set[str] = set()
        pending = list(called)
        while pending:
            name = pending.pop()
            if name in seen or name not in self._functions:
                continue
            seen.add(name)
            for node in self._functions[name].node_def:
                places.add(f"{node.name} in function {name}")
                pending.extend(self._calls(node))
        return places

    def _calls(self, node: Any) -> set[str]:
        """Return the functions a node calls: those its attributes name, and its operation where that is one."""
        named = {attribute.func.name for attribute in node.attr.values() if attribute.HasField("func")}
        listed = {function.name for attribute in node.attr.values() for function in attribute.list.func}
        return (named | listed | {node.op}) & self._functions.keys()
