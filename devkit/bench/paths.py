"""The paths whose cold start is measured, and the events that take them: signed as Jira signs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from devkit.cloud import CREDENTIALS, REGION
from devkit.jira.tokens import install_token, server_token

SECRET = "a shared secret that is as long as one of Jira's, and known to nobody"  # noqa: S105 - it opens nothing
CLIENT_KEY = "11111111-2222-3333-4444-555555555555"
KID = "22222222-3333-4444-5555-666666666666"
BASE_URL = "https://app.example.com"
EVENT = "jira:issue_updated"
BODY = {"issue": {"id": "10001", "fields": {"created": "2026-11-20T09:00:00.000+0000", "status": {"id": "1"}}}}

TENANT: Mapping[str, Any] = {
    "version": 1,
    "sharedSecret": SECRET,
    "formerSecrets": [],
    "baseUrl": "https://burrow.atlassian.net",
    "displayUrl": "",
    "helpCenterUrl": "",
    "installationId": "",
    "oauthClientId": "",
    "appBaseUrl": BASE_URL,
    "installed": True,
    "enabled": True,
    "lifecycleAt": 0,
}
"""The tenant as it is stored."""

INSTALL: Mapping[str, Any] = {
    "key": "dormouse-time-in-status",
    "clientKey": CLIENT_KEY,
    "sharedSecret": SECRET,
    "serverVersion": "100100",
    "pluginsVersion": "1.0.0",
    "baseUrl": "https://burrow.atlassian.net",
    "displayUrl": "https://burrow.atlassian.net",
    "productType": "jira",
    "description": "Burrow",
    "eventType": "installed",
}
"""What Jira sends on an install; a site that the app knows already."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the app."""

    name: str
    handler: str
    event: Callable[[], Mapping[str, Any]] = dict
    """Makes its event, anew for each start: a token is good for three minutes, and rounds may take longer."""
    aim: float = 0.0
    """How many times as long as a bare handler it may take; 0: as long as it likes."""
    is_secure: bool = False
    """Whether AWS is reached by TLS."""

    def is_right(self, answer: Any) -> bool:
        """Whether the answer is that of the whole way, and not of a refusal on it."""
        if self.handler == "app.worker":
            return bool(answer == {"batchItemFailures": []})
        return isinstance(answer, dict) and answer.get("statusCode") in (200, 204)


def environment(endpoint: str) -> dict[str, str]:
    """The environment of the functions, with AWS at `endpoint`, and the keys of installs there, too."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": CREDENTIALS,
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "CONNECT_STAGE": "local",
        "CONNECT_BASE_URL": BASE_URL,
        "CONNECT_PARTIAL_BATCHES": "on",
        "CONNECT_INSTALL_KEYS_URL": f"{endpoint}/install-keys",
    }


def page_event() -> dict[str, Any]:
    """A page of the app, as a browser asks for it."""
    return rest_event("GET", "/pages/issue-panel", resource="/pages/{page}", parameters={"page": "issue-panel"})


def webhook_event(identity: str = "bench-1") -> dict[str, Any]:
    """A webhook as API Gateway hands it on; Jira knows it by its `identity`."""
    path = f"/webhooks/{EVENT}"
    token = server_token(CLIENT_KEY, SECRET, "POST", path, "", time.time()).token
    headers = {
        "Authorization": f"JWT {token}",
        "Content-Type": "application/json; charset=UTF-8",
        "X-Atlassian-Webhook-Identifier": identity,
    }
    return rest_event(
        "POST",
        path,
        resource="/webhooks/{event}",
        parameters={"event": EVENT},
        headers=headers,
        body=json.dumps(BODY),
    )


def install_event() -> dict[str, Any]:
    """An install as Jira signs it; the bench's own key stands for Atlassian's."""
    private = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    token = install_token(CLIENT_KEY, "", private, KID, f"{BASE_URL}/installed", BASE_URL, time.time()).token
    return rest_event("POST", "/installed", headers={"Authorization": f"JWT {token}"}, body=json.dumps(INSTALL))


@cache
def private_key() -> RSAPrivateKey:
    """The key that signs installs; another one in each process."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_key() -> str:
    """Its public half, as PEM."""
    return private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def deliveries(first: int = 1, number: int = 1) -> dict[str, Any]:
    """A batch of so many for the worker, each of another issue; they are numbered from `first` on."""
    return {"Records": [_record(each) for each in range(first, first + number)]}


def _record(number: int) -> dict[str, Any]:
    body = {"issue": {**BODY["issue"], "id": str(10_000 + number)}}
    message = {
        "version": 1,
        "clientKey": CLIENT_KEY,
        "event": EVENT,
        "attempt": 0,
        "receivedAt": 1,
        "id": f"bench-{number}",
        "body": json.dumps(body),
    }
    return {
        "messageId": str(number),
        "receiptHandle": str(number),
        "body": json.dumps(message),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1"},
    }


def rest_event(
    method: str,
    path: str,
    *,
    resource: str = "",
    parameters: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """A request as API Gateway's REST API hands it to a function
    (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html)."""
    sent = {"Host": "app.example.com", "X-Forwarded-Proto": "https", **(headers or {})}
    return {
        "resource": resource or path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": resource or path,
            "path": path,
            "stage": "bench",
            "domainName": "app.example.com",
            "requestId": "1",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": body,
        "isBase64Encoded": False,
    }


PATHS = (
    Path("descriptor", "app.app", lambda: rest_event("GET", "/atlassian-connect.json"), 1.5),
    Path("static page", "app.app", page_event, 1.5),
    Path("verified webhook", "app.app", webhook_event, 2.5),
    Path("verified webhook, TLS", "app.app", webhook_event, 3.0, is_secure=True),
    Path("signed install", "app.app", install_event, 5.0),
    Path("first delivery", "app.worker", deliveries, 5.0),
)
