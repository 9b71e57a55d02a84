"""A warm function, driven inside its own process: run as a script in an unpacked package, by the Python of the bench.

It reads what to do as JSON from standard input and writes what it took into the file that it is given. It imports
nothing but the package, since on Lambda nothing else is there.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


class Context:
    """Lambda's context object, as far as the app looks at it."""

    def __init__(self, function: str) -> None:
        self.invoked_function_arn = function

    def get_remaining_time_in_millis(self) -> int:
        """Always the same: nothing here lasts."""
        return 30_000


class Calls:
    """Stands before the way to DynamoDB and SQS, and counts the calls and the processor's time in them."""

    def __init__(self) -> None:
        self.number = 0
        self.cpu = 0.0
        kept: Any = importlib.import_module("chalicelib.connect.storage.connection").Connection
        ask = kept.ask

        def counted(connection: Any, *arguments: Any) -> Any:
            began = time.thread_time()
            try:
                return ask(connection, *arguments)
            finally:
                self.cpu += time.thread_time() - began
                self.number += 1

        kept.ask = counted


def main(target: Path) -> None:
    """Has the handler answer all events; the first ones, which warm it up, are not measured."""
    asked = json.load(sys.stdin)
    sys.path.insert(0, str(Path.cwd()))
    module, _, name = asked["handler"].partition(".")
    calls = Calls()
    handler = getattr(importlib.import_module(module), name)
    context = Context(asked["function"])
    answers = [handler(event, context) for event in asked["first"]]
    calls.number, calls.cpu = 0, 0.0
    walls, began = [], time.process_time()
    for event in asked["events"]:
        started = time.perf_counter()
        answers.append(handler(event, context))
        walls.append(time.perf_counter() - started)
    cpu = time.process_time() - began
    found = {"walls": walls, "cpu": cpu, "aws_cpu": calls.cpu, "aws_calls": calls.number, "answers": answers}
    target.write_text(json.dumps(found))
    # What the app has left open, such as connections, is the end of the process' own business.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
