"""What imports jsonschema does not wait for the grammars of its format "iri", which is checked all the same."""

import subprocess
import sys

import pytest

ASKED = """
import inspect, sys
import workbench
import {packages}
inspect.getmodule((lambda: 0).__code__)  # looks at all modules, as debuggers do
assert "lark" not in sys.modules
from jsonschema import Draft7Validator
{first}
address = Draft7Validator({{"format": "iri"}}, format_checker=Draft7Validator.FORMAT_CHECKER)
print([address.is_valid(text) for text in ("https://example.org/ü", "no address", "https://example.org/?q")])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("packages", "first"),
    [
        pytest.param("jupyterlab.labapp, nbconvert, nbformat, papermill", "", id="asked by jsonschema"),
        pytest.param("nbformat", "from rfc3987_syntax import make_syntax_validator", id="after another has asked"),
    ],
)
def test_grammars_are_made_when_they_are_asked_for(packages, first):
    code = ASKED.format(packages=packages, first=first)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr) == ("[True, False, True]\n", "")
