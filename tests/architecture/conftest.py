import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One source file of the package, parsed."""

    path: str  # below the checkout, with slashes
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All that the file is made of."""
        return list(ast.walk(self.tree))

    def imports(self) -> Iterator[tuple[str, int]]:
        """Yield the first part of the name of everything imported anywhere in the file, with its line."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0], node.lineno

    def attributes(self, owner: str) -> Iterator[tuple[str, int]]:
        """Yield `name` of every `owner.name` in the code, with its line."""
        for node in self.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner:
                yield node.attr, node.lineno

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def _read(folder: str) -> list[Module]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return [
        Module(file.relative_to(ROOT).as_posix(), text, ast.parse(text))
        for file, text in ((file, file.read_text(encoding="utf-8")) for file in files)
    ]


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    """Return every module of the package."""
    found = _read("workbench")
    assert len(found) > 50, "the package was not found"
    return found


@pytest.fixture(scope="session")
def sources(modules) -> list[Module]:
    """Return every module of the package and of what stands around it."""
    return [*modules, *_read("scripts"), *_read("benchmarks")]
