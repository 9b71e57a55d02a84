"""What the functions write to their logs: why a request was refused, and never a token or a secret."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests import tokens
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually

WEBHOOK = "/webhooks/jira:issue_updated"


def test_the_log_says_why_and_holds_neither_token_nor_secret(deployment: DeployedApp) -> None:
    jira = JiraClient(deployment.base_url, str(uuid4()))
    forger = JiraClient(deployment.base_url, jira.client_key, "a secret that belongs to another site altogether")
    assert jira.install() == 204
    expired = tokens.claims("0" * 64, iss=jira.client_key, iat=1_700_000_000, exp=1_700_000_180)
    sent = [
        jira.server_token(WEBHOOK),
        forger.server_token(WEBHOOK),
        jira.context_token("10001"),
        tokens.symmetric(expired, jira.secret),
        tokens.asymmetric(tokens.claims("0" * 64, iss=jira.client_key, aud=["https://other.example.com"])),
    ]
    for token in sent:
        jira.call("POST", WEBHOOK, token, {"issue": {"id": "10001"}})
        jira.call("POST", "/installed", token, tokens.install_payload(clientKey=jira.client_key))
        jira.call("GET", "/api/time-in-status", token)
    jira.call("GET", "/api/time-in-status?jwt=" + sent[0])

    def log() -> str:
        text = deployment.cloud.functions_log.read_text(errors="replace")
        return text if text.count('"reason": "signature"') and text.count('"reason": "alg"') else ""

    text = eventually(log)
    for token in sent:
        assert token not in text
        assert token.rsplit(".", 1)[1] not in text
    assert jira.secret not in text
    assert forger.secret not in text
    assert "eyJ" not in text, "the beginning of every token"


def test_a_webhook_is_followed_from_jira_s_request_through_the_queue_to_its_handler(deployment: DeployedApp) -> None:
    jira, delivery = JiraClient(deployment.base_url, str(uuid4())), str(uuid4())
    assert jira.install() == 204
    body = {"issue": {"id": "10001", "fields": {"created": "2026-11-20T09:00:00.000+0000", "status": {"id": "1"}}}}
    assert jira.webhook("jira:issue_updated", body, delivery) == 204

    def lines() -> list[dict[str, Any]]:
        log = deployment.cloud.functions_log.read_text(errors="replace").splitlines()
        found = [json.loads(line[line.index("{") :]) for line in log if f'"delivery": "{delivery}"' in line]
        return found if len(found) == 2 else []

    accepted, handled = eventually(lines)
    assert (accepted["message"], handled["message"]) == ("accepted", "handled")
    assert accepted["request"]
    assert handled["message_id"]
    assert accepted["tenant"] == handled["tenant"] == jira.client_key
    assert (accepted["Accepted"], handled["Handled"]) == (1, 1)
    assert 0 <= handled["DeliveryAge"] < 60_000


def test_a_cold_start_is_counted(deployment: DeployedApp) -> None:
    JiraClient(deployment.base_url, str(uuid4())).install()

    log = deployment.cloud.functions_log.read_text(errors="replace")
    assert '"ColdStarts": 1' in log


def test_a_webhook_that_can_not_be_handled_lies_among_the_dead_letters_with_its_reason(deployment: DeployedApp) -> None:
    jira = JiraClient(deployment.base_url, str(uuid4()))
    assert jira.install() == 204
    assert jira.webhook("jira:issue_updated", {"issue": {"id": "no number"}}, "poison") == 204
    sqs = deployment.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="dormouse-local-deliveries-dead")["QueueUrl"]

    def dead() -> dict[str, str] | None:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            VisibilityTimeout=0,  # what is only looked at here is to stay in sight of the tests that come after
        )
        for message in answer.get("Messages", []):
            if json.loads(message["Body"])["clientKey"] == jira.client_key:
                return {"reason": message["MessageAttributes"]["Reason"]["StringValue"]}
        return None

    assert eventually(dead) == {"reason": "The webhook names no issue."}
