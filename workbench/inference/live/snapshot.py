"""StreamStats of a running stream: the counts of one moment, taken under the lock."""

from __future__ import annotations

import time

from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.desk import Desk
from workbench.inference.live.meter import STAGES
from workbench.inference.live.plan import Plan
from workbench.inference.live.stats import StreamStats


def snapshot(desk: Desk, plan: Plan, state: CaptureState, *, memory_start_mb: float) -> StreamStats:
    """Return what became of every frame until now."""
    with desk.lock:
        ledger, meter = desk.ledger, desk.meter
        captured, shown, dropped, in_flight = ledger.captured, ledger.shown, dict(ledger.dropped), ledger.in_flight
        queue, queue_max, errors = len(ledger.waiting), ledger.queue_max, dict(desk.errors)
        elapsed_s = (desk.over_s or time.monotonic()) - meter.start_s
        spreads, timeline = meter.spreads.copy(), tuple(meter.moments)
        memory_mb, cpu_s = meter.memory_mb, meter.cpu_s
        weighed_s = meter.weighed_s - meter.start_s
    return StreamStats(
        captured=captured,
        shown=shown,
        dropped=dropped,
        in_flight=in_flight,
        elapsed_s=elapsed_s,
        age=spreads.spread("age"),
        queue=queue,
        queue_max=queue_max,
        stages={stage: spreads.spread(stage) for stage in STAGES},
        workers=plan.workers,
        plan=plan.text,
        cpu=cpu_s / weighed_s if weighed_s > 0 else float("nan"),
        memory_mb=memory_mb,
        memory_start_mb=memory_start_mb,
        state=state,
        errors=errors,
        timeline=timeline,
    )
