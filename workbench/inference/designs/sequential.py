"""One loop: read, prepare, predict, and only then read again."""

from __future__ import annotations

from workbench.frames.capture.capture import Captured
from workbench.inference.designs.account import Account
from workbench.inference.designs.run import DesignRun
from workbench.inference.designs.setting import Setting
from workbench.inference.designs.told import design_run

PLAN = "one thread reads, prepares and predicts, one after the other"


def sequential_loop(name: str, setting: Setting) -> DesignRun:
    """Run it: while the model looks at a frame, the next ones wait in the camera's buffer, and overrun it."""
    account = Account(setting.seconds)
    with setting.source.open() as capture:
        look = setting.look(capture.order)
        while not account.over and (item := capture.read()) is not None:
            if account.take(item) and isinstance(item, Captured):
                look(item.image)
                account.show(item.captured_s)
        account.close()
    return design_run(name, setting.engine, account, plan=PLAN)
