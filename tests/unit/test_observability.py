"""What the app says of itself: lines of JSON, which know what they are about, and metrics in them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.loaded_app import ROOT


def lines(script: str) -> list[dict[str, Any]]:
    """What `script` writes to standard output through `observability`, in a process of its own."""
    setting_up = "from chalicelib.connect import observability; observability.configure('dev')\n"
    done = subprocess.run(
        [sys.executable, "-c", setting_up + script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_in_a_block_says_what_the_block_is_about_and_no_line_after_it() -> None:
    script = (
        "with observability.about(message_id='m'):\n"
        "    observability.info('first')\n"
        "    observability.add(delivery='d')\n"
        "    observability.warning('second', reason='r')\n"
        "observability.add(delivery='lost')\n"
        "observability.info('third')\n"
    )
    assert lines(script) == [
        {"level": "INFO", "message": "first", "message_id": "m"},
        {"level": "WARNING", "message": "second", "message_id": "m", "delivery": "d", "reason": "r"},
        {"level": "INFO", "message": "third"},
    ]


def test_a_line_of_a_handler_s_own_logger_says_which_delivery_it_is_about() -> None:
    script = (
        "import logging\n"
        "with observability.about(delivery='d'):\n"
        "    logging.getLogger('dormouse.my_app').info('three issues moved')\n"
    )
    assert lines(script) == [{"level": "INFO", "message": "three issues moved", "delivery": "d"}]


def test_metrics_are_in_cloudwatch_s_embedded_format() -> None:
    (line,) = lines(
        "observability.warning('refused', metrics={'Refused': 1, 'DeliveryAge': 7}, by='refusal', refusal='exp')"
    )

    assert line["_aws"].pop("Timestamp") > 1_700_000_000_000
    assert line == {
        "level": "WARNING",
        "message": "refused",
        "refusal": "exp",
        "stage": "dev",
        "Refused": 1,
        "DeliveryAge": 7,
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Dormouse",
                    "Dimensions": [["stage"], ["stage", "refusal"]],
                    "Metrics": [{"Name": "Refused", "Unit": "Count"}, {"Name": "DeliveryAge", "Unit": "Milliseconds"}],
                }
            ]
        },
    }


def test_a_line_is_one_line_of_ascii_whatever_words_an_exception_has() -> None:
    words = "\u2028\x85\x9b2J\r\n{}"
    (line,) = lines(f"try:\n    raise ValueError({words!a})\nexcept ValueError:\n    observability.error('failed')\n")
    assert line["exception"].endswith(words)


def test_a_failure_is_told_with_its_exception() -> None:
    script = "try:\n    {}['missing']\nexcept KeyError:\n    observability.error('failed')\n"
    (line,) = lines(script)

    assert (line["level"], line["message"]) == ("ERROR", "failed")
    assert line["exception"].endswith("KeyError: 'missing'")
