"""The jobs of a sweep that are not done yet, given to a cluster; what becomes of each is taken in as it ends."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from workbench.cluster import Cluster, Outcome
from workbench.reports.ended import Ended
from workbench.reports.live_line import LiveLine
from workbench.reports.manifest import Plan
from workbench.reports.sweep.job import Task, job_of, run_job
from workbench.reports.sweep.results import WELL, Results
from workbench.reports.sweep.tally import Tally

MOST_SAID = 20  # failed jobs that are told one by one; the table has all
Opening = Cluster | AbstractContextManager[Cluster]


@dataclass
class Work:
    """What a sweep has to do."""

    results: Results
    task: Task
    tally: Tally

    def missing(self) -> list[Plan]:
        """Return the plans of runs that are not there, and take in the others."""
        for plan in () if self.task.rerun else self.results.plans:
            if kept := self.results.place.kept(plan.scenario.name, plan.run_id, partial=self.task.allow_damaged):
                self.results.ended[plan.run_id] = kept
        self.tally.kept = len(self.results.ended)
        left = [plan for plan in self.results.plans if plan.run_id not in self.results.ended]
        return sorted(left, key=lambda plan: plan.seed)  # kernels of one seed are forked from one process

    def do(self, plans: Sequence[Plan], opening: Opening, line: LiveLine) -> None:
        """Have runs made, and take in what becomes of them as they end.

        Raises:
            ClusterError: the workers did not start, or the scheduler is gone.
            RunError: the place cannot be written to.
        """
        with nullcontext(opening) if isinstance(opening, Cluster) else opening as cluster:
            self.results.write("running")
            self.tally.begin(lambda: cluster.running)
            if cluster.dashboard:
                line.say(f"dashboard at {cluster.dashboard}")
            task = replace(self.task, fork=len(plans) > cluster.workers)  # else the imports cost more than they save
            for outcome in cluster.run(run_job, {plan.run_id: job_of(plan, task) for plan in plans}):
                ended = _ended(outcome)
                self.results.add(outcome.key, ended)
                self.tally.take() if ended.taken else self.tally.add(well=ended.state in WELL)
                if ended.state not in WELL and self.tally.failed <= MOST_SAID:
                    line.say(f"{self.results.scenario.name} {outcome.key} {ended.state}: {ended.error}")
                self.results.write_if_due()


def _ended(outcome: Outcome) -> Ended:
    """Return how a job ended, also one of which no worker lived to tell."""
    if outcome.error:
        return Ended("", "failed", outcome.error, outcome.seconds or None)
    ended: Ended = outcome.value
    return ended
