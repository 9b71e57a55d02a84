"""Which dead letters are meant."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.deliveries.filters import Filter, age, seconds
from devkit.deliveries.letters import dead_letter
from tests.unit.devkit.deliveries.fake_aws import NOW, message

LETTER = dead_letter(
    {
        "MessageId": "message-1",
        "ReceiptHandle": "receipt-1",
        "Body": "",
        "Attributes": {"SentTimestamp": "1"},
        "MessageAttributes": {"Reason": {"StringValue": "Tried 8 times; the last time: OSError in app.first."}},
    },
    message("a"),
    None,
)
"""A delivery of two hours ago."""


@pytest.mark.parametrize(
    ("given", "admitted"),
    [
        ({}, True),
        ({"ids": ["a"]}, True),
        ({"ids": ["b", "message-1"]}, True),
        ({"ids": ["b"]}, False),
        ({"tenant": "tenant-1"}, True),
        ({"tenant": "tenant"}, False),
        ({"event": "jira:issue_updated"}, True),
        ({"event": "jira:issue_*"}, True),
        ({"event": "issue_updated"}, False),
        ({"error": "oserror"}, True),
        ({"error": "app.second"}, False),
        ({"older_than": 7_200}, True),
        ({"older_than": 7_201}, False),
        ({"newer_than": 7_200}, True),
        ({"newer_than": 7_199}, False),
        ({"tenant": "tenant-1", "event": "comment_created"}, False),
    ],
)
def test_a_letter_is_meant_when_all_that_is_asked_holds(given: dict[str, Any], admitted: bool) -> None:
    assert Filter(**given).admits(LETTER, NOW) is admitted


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("15m", 900), ("2h", 7_200), ("3d", 259_200)])
def test_an_age_is_a_number_with_its_unit(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "h", "2 h", "-1h", "1.5h", "2w", "9999999d", "٣d"])
def test_what_is_no_age_is_refused_with_a_word_on_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="write 90s, 15m, 2h or 3d"):
        seconds(text)


@pytest.mark.parametrize(
    ("given", "shown"), [(-5, "0s"), (0.4, "0s"), (59, "59s"), (60, "1m"), (7_199, "1h"), (86_400, "1d"), (1e7, "115d")]
)
def test_an_age_is_shown_in_its_largest_unit(given: float, shown: str) -> None:
    assert age(given) == shown
