"""`app.py` itself, loaded afresh with settings of a test's own and called as Lambda calls it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.connect.wiring import Connect
from devkit.cloud import ACCOUNT, REGION

ROOT = Path(__file__).parents[1]


class Context:
    """Lambda's context object, as far as the app looks at it."""

    def __init__(self, function: str = "api_handler") -> None:
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dormouse-{function}"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class LoadedApp:
    """One cold start of the app."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
        for name, value in {"CONNECT_STAGE": "local", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        self._names = runpy.run_path(str(ROOT / "app.py"))
        self.app: Chalice = self._names["app"]
        self.connect: Connect = self._names["connect"]

    def request(self, event: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of the answer to an API Gateway event."""
        answer = self.app(event, Context())
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def deliver(self, event: dict[str, Any]) -> dict[str, Any]:
        """The worker's answer to an SQS event."""
        answer: dict[str, Any] = self._names["worker"](event, Context("worker"))
        return answer
