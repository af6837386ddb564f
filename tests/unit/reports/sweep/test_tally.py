"""The counts of a sweep that runs."""

from workbench.reports.sweep.tally import Tally


def test_the_line_tells_what_is_done_and_how_long_the_rest_will_take():
    now = [0.0]
    tally = Tally("count", 10, clock=lambda: now[0])
    tally.kept = 2
    now[0] = 8.0  # until the workers are there
    tally.begin(lambda: 2)
    assert str(tally) == "count 2 of 10 done (2 from before), 2 running, 0 failed"
    now[0] = 18.0
    tally.add(well=True)
    tally.add(well=False)
    assert tally.eta_s == 30.0  # six more at 5 s each
    assert str(tally) == "count 4 of 10 done (2 from before), 2 running, 1 failed, eta 30 s"
    now[0] = 28.0
    assert tally.eta_s == 20.0  # it counts down
    now[0] = 98.0
    assert tally.eta_s == 5.0  # and not below what one job takes
    assert tally.summary == "count: 10 jobs, 1 ok, 2 from before, 1 failed, 6 not run, in 1 min 38 s"


def test_nothing_is_left_to_wait_for_at_the_end():
    tally = Tally("count", 1)
    tally.add(well=True)
    assert str(tally) == "count 1 of 1 done, 0 running, 0 failed"
