"""Sealed secrets, from the webhook's side: what they cost, how they come to be sealed, and what if KMS is gone."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from chalicelib.connect.settings import Resources
from chalicelib.connect.tenants import Tenant
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.secrets.encryption import Encryption
from devkit.tenants import tenants_of
from tests import tokens
from tests.end_to_end.client import JiraClient
from tests.end_to_end.counting import Counter, webhook
from tests.loaded_app import LoadedApp

NAMES = Resources("sealed")
TENANT = Tenant(client_key="", shared_secret=tokens.SECRET, base_url="https://a.atlassian.net", lifecycle_at=1)


@pytest.fixture(scope="module")
def key(cloud: EmbeddedCloud) -> str:
    resources.create(cloud, NAMES)
    return str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])


def site(cloud: EmbeddedCloud, client_key: str) -> JiraClient:
    """A site whose secret was stored before there was a key."""
    tenant = replace(TENANT, client_key=client_key)
    tenants_of(cloud, NAMES).update(client_key, lambda _: tenant)
    return JiraClient("", client_key)


def encrypt(cloud: EmbeddedCloud, key: str) -> str:
    out = io.StringIO()
    Encryption.of(cloud, NAMES, key, out, lambda: None).run(yes=True)
    return out.getvalue()


def test_a_webhook_of_a_sealed_site_costs_one_call_more_when_cold_and_none_when_warm(
    calls: Counter, cloud: EmbeddedCloud, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira = site(cloud, "site-1")
    before = LoadedApp(monkeypatch, CONNECT_STAGE=NAMES.stage, CONNECT_SECRETS_KEY=key)
    assert webhook(before, jira) == 204
    assert calls.taken() == ["dynamodb.GetItem", "sqs.SendMessage"]

    assert "1 tenant sealed" in encrypt(cloud, key)

    after = LoadedApp(monkeypatch, CONNECT_STAGE=NAMES.stage, CONNECT_SECRETS_KEY=key)
    assert webhook(after, jira) == 204
    assert calls.taken() == ["dynamodb.GetItem", "kms.Decrypt", "sqs.SendMessage"]
    for app in (before, after):
        assert webhook(app, jira) == 204
        assert calls.taken() == ["sqs.SendMessage"]


def test_a_bad_token_asks_kms_once_and_an_unknown_site_never(
    calls: Counter, cloud: EmbeddedCloud, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira = site(cloud, "site-2")
    encrypt(cloud, key)
    app = LoadedApp(monkeypatch, CONNECT_STAGE=NAMES.stage, CONNECT_SECRETS_KEY=key)

    assert webhook(app, JiraClient("", "nobody")) == 401
    assert calls.taken() == ["dynamodb.GetItem"]
    forger = JiraClient("", jira.client_key, "a secret that belongs to another site altogether")
    assert webhook(app, forger) == 401
    assert calls.taken() == ["dynamodb.GetItem", "kms.Decrypt", "dynamodb.GetItem"]


def test_while_its_key_is_off_a_webhook_gets_503_and_is_taken_when_it_comes_again(
    calls: Counter, cloud: EmbeddedCloud, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira = site(cloud, "site-3")
    encrypt(cloud, key)
    app = LoadedApp(monkeypatch, CONNECT_STAGE=NAMES.stage, CONNECT_SECRETS_KEY=key)

    cloud.client("kms").disable_key(KeyId=key)
    assert webhook(app, jira) == 503
    cloud.client("kms").enable_key(KeyId=key)
    assert webhook(app, jira) == 204
