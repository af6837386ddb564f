"""Tests hold what happens, not how fast: a build machine may be five times slower, and do other work as well."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time"}


def is_reading(node):
    """Tell a call of a clock, as in `time.monotonic()`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS


def stopwatches(code):
    """Return the lines that assert that less than some time has gone by, as `clock() - begun < 5` does."""
    return [
        node.lineno
        for asserted in ast.walk(ast.parse(code))
        if isinstance(asserted, ast.Assert)
        for node in ast.walk(asserted.test)
        if isinstance(node, ast.Compare)
        for left, sign in zip([node.left, *node.comparators], node.ops, strict=False)
        if isinstance(sign, ast.Lt | ast.LtE) and isinstance(left, ast.BinOp) and is_reading(left.left)
    ]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param("assert time.monotonic() - begun < 5", [1], id="a stopwatch"),
        pytest.param("x = 1\nassert 0.1 <= time.process_time() - begun <= 5", [2], id="a stopwatch with two bounds"),
        pytest.param("assert time.monotonic() - begun >= 0.2", [], id="at least so long"),
        pytest.param("assert time.monotonic() < end", [], id="the limit of a wait"),
    ],
)
def test_a_stopwatch_is_known(code, lines):
    assert stopwatches(code) == lines


def test_no_test_holds_a_stopwatch():
    found = {
        str(path.relative_to(TESTS)): lines
        for path in TESTS.rglob("*.py")
        if (lines := stopwatches(path.read_text(encoding="utf-8")))
    }
    assert found == {}
