"""What Chalice can not set: that a queue's consumer may fail single messages of a batch.

Without it, a batch in which one message fails is delivered again as a whole. The order matters: a function that reports
failures to a mapping which does not listen would have its failed messages deleted. So the mapping is told first, and
the function, which until then raises instead, only after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SETTING = "CONNECT_PARTIAL_BATCHES"
REPORTS = "ReportBatchItemFailures"


def report_partial_batches(functions: Any, deployed: Iterable[Mapping[str, Any]]) -> None:
    """Turns partial batches on for every queue consumer among the `deployed` resources; `functions` is Lambda's client.

    `chalice deploy` leaves the mapping's setting alone, and resets the function's: this must follow every deploy.
    """
    for resource in deployed:
        if resource["resource_type"] == "sqs_event":
            mapping = functions.get_event_source_mapping(UUID=resource["event_uuid"])
            if REPORTS not in mapping.get("FunctionResponseTypes", []):
                mapping = functions.update_event_source_mapping(
                    UUID=resource["event_uuid"], FunctionResponseTypes=[REPORTS]
                )
            if REPORTS in mapping.get("FunctionResponseTypes", []):
                _tell(functions, mapping["FunctionArn"])


def _tell(functions: Any, arn: str) -> None:
    functions.get_waiter("function_updated_v2").wait(FunctionName=arn)
    variables = functions.get_function_configuration(FunctionName=arn).get("Environment", {}).get("Variables", {})
    functions.update_function_configuration(FunctionName=arn, Environment={"Variables": {**variables, SETTING: "on"}})
    functions.get_waiter("function_updated_v2").wait(FunctionName=arn)
