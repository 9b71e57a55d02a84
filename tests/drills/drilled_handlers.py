"""The handlers of the drilled app, which is deployed with this module beside its own, as `time_in_status/drill.py`.

Each delivery of `EVENT` runs three of them, in this order:

- `remember` writes a record through `delivery.records`, in a way that comes out the same when it runs again, as a
  handler must.
- `count` adds a line to a file. It would add a second one if it ran again after it had ended, and so it is what shows
  an effect that was applied twice.
- `obey` does what the delivery tells it: it fails, gives up, or kills its own process in the middle of its work.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.connect.errors import GiveUp, RetryLater
from chalicelib.connect.events import Delivery, Events

EVENT = "comment_created"
FOLDER = "DRILL_FOLDER"
"""The environment variable that names the folder of the drill's own notes; this machine is the embedded AWS."""

LEDGER = "ledger"

MARK = "first"
"""What the ledger says about which deploy has handled a delivery."""


def register(events: Events) -> None:
    """Make the handlers of the drill wait for `EVENT`."""
    for handler in (remember, count, obey):
        events.on(EVENT)(handler)


def remember(delivery: Delivery) -> None:
    """Note which comments of an issue have come, and which of them is the latest by its own time."""
    number, latest = delivery.body["comment"]["id"], [delivery.occurred_at, delivery.body["comment"]["id"]]

    def add(record: Mapping[str, Any] | None) -> Mapping[str, Any]:
        before = record or {"seen": [], "latest": [0, ""]}
        return {"seen": sorted({*before["seen"], number}), "latest": max(before["latest"], latest)}

    delivery.records.update(f"drill/{delivery.body['issue']['id']}", add)


def count(delivery: Delivery) -> None:
    """Add the delivery to the ledger: in one write, so that a line is there or is not."""
    line = f"{delivery.tenant.client_key} {delivery.id} {MARK}\n".encode()
    file = os.open(_folder() / LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line)
    finally:
        os.close(file)


def obey(delivery: Delivery) -> None:
    """Do what the comment says."""
    match delivery.body["comment"]["body"]:
        case "give up":
            raise GiveUp("the comment says so")
        case "never succeed":
            raise RetryLater(1, "the comment says so")
        case "stumble once" if _is_first(delivery):
            raise OSError("the comment says so")
        case "die once" if _is_first(delivery):
            os.kill(os.getpid(), signal.SIGKILL)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)


def _is_first(delivery: Delivery) -> bool:
    try:
        (_folder() / delivery.id).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _folder() -> Path:
    return Path(os.environ[FOLDER])
