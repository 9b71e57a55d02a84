"""The rights that a batch of SQS takes: those of the single call, as AWS documents it.

ministack 1.5.33 asks for rights such as ``sqs:DeleteMessageBatch``, which no policy can give on AWS. This changes a
private name of that version; `devkit.cloud.launcher` checks it.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

_ministacks_extract_iam_action = iam_actions.extract_iam_action


def install() -> None:
    """Makes ministack ask for the rights that AWS asks for."""
    iam_actions.extract_iam_action = extract_iam_action


def extract_iam_action(service: str, *rest: Any, **options: Any) -> Any:
    """The right that a call takes."""
    action = _ministacks_extract_iam_action(service, *rest, **options)
    return action.removesuffix("Batch") if service == "sqs" and isinstance(action, str) else action
