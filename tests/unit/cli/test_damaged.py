"""`--allow-damaged` says in one line what damaged source is taken."""

import warnings

from workbench.cli.damaged import damage_told
from workbench.errors import DamageWarning


def test_a_damaged_source_is_told_in_one_line_and_other_warnings_as_always(capsys):
    with damage_told():
        warnings.warn("half.avi is damaged: cut short\x1b[31m", DamageWarning, stacklevel=2)
        warnings.warn("something else", UserWarning, stacklevel=2)
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "workbench: careful: half.avi is damaged: cut short\\u001b[31m"
    assert "UserWarning: something else" in "".join(rest)
