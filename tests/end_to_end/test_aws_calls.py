"""How many calls to AWS each thing costs: counted on the wire of one cold start after another."""

from __future__ import annotations

import json
import os
import time
from typing import Any
from uuid import uuid4

import pytest

from devkit.cost.webhook import ROUTE_CALLS, WORKER_CALLS
from tests import tokens
from tests.api_gateway import rest_event
from tests.end_to_end.client import JiraClient
from tests.end_to_end.counting import BODY, EVENT, Counter, webhook
from tests.loaded_app import LoadedApp


def sqs_event(jira: JiraClient, *ids: str) -> dict[str, Any]:
    """A batch of messages for the worker."""
    message = {"version": 1, "clientKey": jira.client_key, "event": EVENT, "attempt": 0, "receivedAt": 1}
    return {
        "Records": [
            {
                "messageId": identity,
                "receiptHandle": identity,
                "body": json.dumps({**message, "id": identity, "body": json.dumps(BODY)}),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(int(time.time() * 1000))},
            }
            for identity in ids
        ]
    }


def test_a_webhook_costs_two_calls_when_cold_and_one_when_warm(
    calls: Counter, jira: JiraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch)

    assert webhook(app, jira) == 204
    assert calls.taken() == ["dynamodb.GetItem", "sqs.SendMessage"]
    assert webhook(app, jira) == 204
    assert calls.taken() == [*ROUTE_CALLS] == ["sqs.SendMessage"]


def test_a_webhook_that_no_message_can_carry_costs_one_call_more(
    calls: Counter, jira: JiraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch)

    assert webhook(app, jira, {**BODY, "noise": os.urandom(1_200_000).hex()}) == 204
    assert calls.taken() == ["dynamodb.GetItem", "s3.PutObject", "sqs.SendMessage"]


def test_a_delivery_costs_the_framework_two_calls_and_its_repetition_one(
    calls: Counter, jira: JiraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch, CONNECT_PARTIAL_BATCHES="on")

    app.deliver(sqs_event(jira, "first"))
    calls.taken()
    app.deliver(sqs_event(jira, "second"))
    # In the middle the handler's own read; what it would write is there already, so it writes nothing.
    assert calls.taken() == [*WORKER_CALLS] == ["dynamodb.UpdateItem", "dynamodb.GetItem", "dynamodb.UpdateItem"]
    app.deliver(sqs_event(jira, "second"))
    assert calls.taken() == ["dynamodb.UpdateItem"]


def test_a_bad_token_costs_at_most_two_reads_and_an_unknown_tenant_one(
    calls: Counter, jira: JiraClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch)
    stranger = JiraClient(jira.base_url, str(uuid4()))
    forger = JiraClient(jira.base_url, jira.client_key, "a secret that belongs to another site altogether")

    assert webhook(app, stranger) == 401
    assert calls.taken() == ["dynamodb.GetItem"]
    assert webhook(app, forger) == 401
    assert calls.taken() == ["dynamodb.GetItem", "dynamodb.GetItem"]
    event = rest_event("POST", "/webhooks/x", resource="/webhooks/{event}", headers={"Authorization": "JWT a.b.c"})
    assert app.request(event)[0] == 401
    assert calls.taken() == []


def test_the_descriptor_and_a_request_without_a_token_cost_no_call(
    calls: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LoadedApp(monkeypatch)

    assert app.request(rest_event("GET", "/atlassian-connect.json"))[0] == 200
    assert app.request(rest_event("GET", "/api/time-in-status"))[0] == 401
    assert app.request(rest_event("POST", "/installed", body=json.dumps(tokens.install_payload())))[0] == 401
    assert calls.taken() == []
