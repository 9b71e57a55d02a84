"""Webhooks as they come in: on the queue, or refused and not on the queue."""

from __future__ import annotations

import pytest

from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens
from tests.unit.bench import Bench


def test_a_webhook_without_an_identifier_gets_one_that_its_repetition_shares(bench: Bench) -> None:
    bench.install()
    qsh = query_hash("POST", "/webhooks/jira:issue_updated", {})
    for _ in range(2):
        token = tokens.symmetric(tokens.claims(qsh))
        bench.call("POST", "/webhooks/jira:issue_updated", token, {"a": 1}, resource="/webhooks/{event}")

    first, second = bench.queue.sent
    assert first.id == second.id
    assert len(first.id) == 64


@pytest.mark.parametrize(("told", "attempt"), [("3", 3), ("", 0), ("-1", 0), ("1e3", 0), ("1" * 4, 0)])
def test_what_is_queued_says_which_attempt_of_jira_s_it_was_and_when_it_came(
    bench: Bench, told: str, attempt: int
) -> None:
    bench.install()
    bench.clock = lambda: 1_795_510_800.25
    token = tokens.symmetric(tokens.claims(query_hash("POST", "/webhooks/jira:issue_updated", {}), now=bench.clock()))
    headers = {"X-Atlassian-Webhook-Retry": told}
    bench.call("POST", "/webhooks/jira:issue_updated", token, {}, resource="/webhooks/{event}", headers=headers)

    (message,) = bench.queue.sent
    assert (message.attempt, message.received_at) == (attempt, 1_795_510_800_250)


def test_a_webhook_that_the_queue_does_not_take_is_answered_503_so_that_jira_sends_it_again(bench: Bench) -> None:
    bench.install()
    bench.queue.down = True

    assert bench.webhook() == 503


@pytest.mark.parametrize("body", ["", "no json", "[]", "null", "[" * 100_000])
def test_a_webhook_body_that_is_no_json_object_is_refused_and_not_queued(bench: Bench, body: str) -> None:
    bench.install()

    assert bench.signed("/webhooks/jira:issue_updated", body)[0] == 400
    assert bench.queue.sent == []


def test_an_event_that_no_handler_waits_for_is_not_found(bench: Bench) -> None:
    bench.install()

    status, error = bench.signed("/webhooks/jira:issue_deleted", {})
    assert (status, error["Code"]) == (404, "NotFoundError")


def test_a_dynamic_webhook_is_known_by_the_event_in_its_body(bench: Bench) -> None:
    bench.install()

    assert bench.signed("/webhooks/dynamic", {"webhookEvent": "comment_created"})[0] == 204
    (message,) = bench.queue.sent
    assert message.event == "dynamic:comment_created"


@pytest.mark.parametrize("event", ["jira:issue_updated", "comment_deleted", "", None, 1, ["comment_created"]])
def test_a_dynamic_webhook_of_another_event_is_not_found(bench: Bench, event: object) -> None:
    bench.install()

    assert bench.signed("/webhooks/dynamic", {"webhookEvent": event})[0] == 404
    assert bench.queue.sent == []
