"""`--allow-damaged` says in one line what damaged source is taken."""

import warnings

from workbench.cli.damaged import damage_told
from workbench.errors import DamageWarning


def test_a_damaged_source_is_told_in_one_line_and_other_warnings_as_always(capsys):
    with warnings.catch_warnings(record=True) as others, damage_told():
        warnings.simplefilter("always")
        warnings.warn("half.avi is damaged: cut short\x1b[31m", DamageWarning, stacklevel=2)
        warnings.warn("something else", UserWarning, stacklevel=2)
    assert capsys.readouterr().err == "workbench: careful: half.avi is damaged: cut short\\u001b[31m\n"
    assert [str(each.message) for each in others] == ["something else"]
