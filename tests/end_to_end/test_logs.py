"""What the functions write to their logs: why a request was refused, and never a token or a secret."""

from __future__ import annotations

import json
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


def test_a_webhook_that_can_not_be_handled_lies_among_the_dead_letters_with_its_reason(deployment: DeployedApp) -> None:
    jira = JiraClient(deployment.base_url, str(uuid4()))
    assert jira.install() == 204
    assert jira.webhook("jira:issue_updated", {"issue": {"id": "no number"}}, "poison") == 204
    sqs = deployment.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="dormouse-local-deliveries-dead")["QueueUrl"]

    def dead() -> dict[str, str] | None:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            if json.loads(message["Body"])["clientKey"] == jira.client_key:
                return {"reason": message["MessageAttributes"]["Reason"]["StringValue"]}
        return None

    assert eventually(dead) == {"reason": "The webhook names no issue."}
