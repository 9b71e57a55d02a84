"""What Chalice can not set: that a queue's consumer may fail single messages of a batch.

Without it, a batch in which one message fails is delivered again as a whole. The order matters: a function that reports
failures to a mapping which does not listen would have its failed messages deleted. So the mapping is told first, and
the function, which until then raises instead, only after that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from devkit.errors import DevkitError

SETTING = "CONNECT_PARTIAL_BATCHES"
REPORTS = "ReportBatchItemFailures"

SETTLE_SECONDS = 120
"""How long a change of a mapping may take; AWS speaks of up to a minute."""

PAUSE_SECONDS = 1.0


def report_partial_batches(functions: Any, deployed: Iterable[Mapping[str, Any]]) -> None:
    """Turns partial batches on for every queue consumer among the `deployed` resources; `functions` is Lambda's client.

    `chalice deploy` leaves the mapping's setting alone, and resets the function's: this must follow every deploy.
    """
    for resource in deployed:
        if resource["resource_type"] == "sqs_event":
            mapping = _settled(functions, resource["event_uuid"])
            if REPORTS not in mapping.get("FunctionResponseTypes", []):
                functions.update_event_source_mapping(UUID=resource["event_uuid"], FunctionResponseTypes=[REPORTS])
                mapping = _settled(functions, resource["event_uuid"])
            if REPORTS in mapping.get("FunctionResponseTypes", []):
                _tell(functions, mapping["FunctionArn"])


def _settled(functions: Any, uuid: str) -> Mapping[str, Any]:
    """The mapping, once no change of it is under way: AWS refuses another one before that, and does not heed it yet."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        mapping: Mapping[str, Any] = functions.get_event_source_mapping(UUID=uuid)
        if mapping.get("State") in ("Enabled", "Disabled"):
            return mapping
        if time.monotonic() > deadline:
            raise DevkitError(f"The queue's consumer is still {mapping.get('State')}: run the deploy again.")
        time.sleep(PAUSE_SECONDS)


def _tell(functions: Any, arn: str) -> None:
    functions.get_waiter("function_updated_v2").wait(FunctionName=arn)
    variables = functions.get_function_configuration(FunctionName=arn).get("Environment", {}).get("Variables", {})
    functions.update_function_configuration(FunctionName=arn, Environment={"Variables": {**variables, SETTING: "on"}})
    functions.get_waiter("function_updated_v2").wait(FunctionName=arn)
