"""Tests hold what happens, not how fast: a build machine may be five times slower, and do other work as well."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time"}


def is_reading(node):
    """Tell a call of a clock, as in `time.monotonic()`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS


def is_duration(node, names):
    """Tell what holds a time that has gone by: `clock() - begun`, or a name that was given one."""
    return any(
        (isinstance(part, ast.Name) and part.id in names)
        or (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) and is_reading(part.left))
        for part in ast.walk(node)
    )


def durations(scope):
    """Return the names that are given a duration in a function or module."""
    return {
        target.id
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and is_duration(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def smaller(compared):
    """Yield what has to be the smaller one, of each two that are compared."""
    sides = [compared.left, *compared.comparators]
    for left, sign, right in zip(sides, compared.ops, sides[1:], strict=False):
        if isinstance(sign, ast.Lt | ast.LtE):
            yield left
        elif isinstance(sign, ast.Gt | ast.GtE):
            yield right


def stopwatches(code):
    """Return the lines that assert that less than some time has gone by, as `clock() - begun < 5` does."""
    if not any(f".{clock}()" in code for clock in CLOCKS):
        return []  # most files, at once
    tree = ast.parse(code)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return sorted(
        {
            asserted.lineno
            for scope in scopes or [tree]
            for asserted in ast.walk(scope)
            if isinstance(asserted, ast.Assert)
            for node in ast.walk(asserted.test)
            if isinstance(node, ast.Compare) and any(is_duration(side, durations(scope)) for side in smaller(node))
        }
    )


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param("assert time.monotonic() - begun < 5", [1], id="a stopwatch"),
        pytest.param("x = 1\nassert 0.1 <= time.process_time() - begun <= 5", [2], id="a stopwatch with two bounds"),
        pytest.param("took = time.time() - begun\nassert took < 5", [2], id="a stopwatch with a name"),
        pytest.param("assert 5 > max(1, time.monotonic() - begun)", [1], id="a stopwatch the other way round"),
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
