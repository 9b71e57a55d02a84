"""What the end-to-end tests share."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest

from devkit.cloud import CREDENTIALS, REGION
from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient
from tests.end_to_end.counting import Counter


@pytest.fixture
def calls(deployment: DeployedApp, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """A counter in a session of the test's own, which the app's clients are made from."""
    for name, value in {
        "AWS_ENDPOINT_URL": deployment.cloud.endpoint,
        "AWS_ACCESS_KEY_ID": CREDENTIALS,
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    counter = Counter()
    boto3.setup_default_session()
    boto3._get_default_session().events.register("before-send.*", counter)
    yield counter
    boto3.setup_default_session()


@pytest.fixture
def jira(base_url: str) -> JiraClient:
    """A site that has the app installed."""
    client = JiraClient(base_url, str(uuid4()))
    assert client.install() == 204
    return client
