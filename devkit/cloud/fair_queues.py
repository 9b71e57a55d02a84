"""Fair queues: SQS hands out the messages of quiet tenants before those of one that holds most of the workers.

ministack 1.5.33 hands out a standard queue's messages in the order in which they came. This is the first of the two
rules that AWS documents: a message group is noisy while it has thirty messages in flight and more than a tenth of all.
The second, by a group's share of the time that consumers take, is not followed. It changes a private name of
ministack; `devkit.cloud.launcher` checks the version.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ministack.services import sqs

NOISY_MESSAGES = 30
NOISY_SHARE = 0.1

_ministacks_collect = sqs._collect_msgs


def install() -> None:
    """Makes ministack hand out messages as fair queues do."""
    sqs._collect_msgs = collect


def collect(queue: Mapping[str, Any], most: int, seconds: int) -> Any:
    """The next messages of `queue`, at most `most`, hidden for `seconds` from now on."""
    if not queue["is_fifo"] and (noisy := noisy_groups(queue["messages"], time.time())):
        # Sorting keeps the order of those that are alike; of noisy groups, that with the least in flight comes first.
        ordered = sorted(queue["messages"], key=lambda message: noisy.get(message.get("group_id"), 0))
        queue = {**queue, "messages": ordered}
    return _ministacks_collect(queue, most, seconds)


def noisy_groups(messages: list[Mapping[str, Any]], now: float) -> dict[str, int]:
    """The message groups that hold too much of the workers, each with how many of its messages are in flight."""
    in_flight = [each for each in messages if each.get("receive_count") and each.get("visible_at", 0) > now]
    # A message without a group is a tenant of its own.
    counts = Counter(each["group_id"] for each in in_flight if each.get("group_id"))
    return {
        group: count
        for group, count in counts.items()
        if count >= NOISY_MESSAGES and count > NOISY_SHARE * len(in_flight)
    }
