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
    """A counter between the embedded AWS and an app that is loaded into this process."""
    with Counter(deployment.cloud.endpoint.removeprefix("http://")).serving() as counter:
        for name, value in {
            "AWS_ENDPOINT_URL": counter.url,
            "AWS_ACCESS_KEY_ID": CREDENTIALS,
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
        }.items():
            monkeypatch.setenv(name, value)
        boto3.setup_default_session()
        yield counter
        boto3.setup_default_session()


@pytest.fixture
def jira(base_url: str) -> JiraClient:
    """A site that has the app installed."""
    client = JiraClient(base_url, str(uuid4()))
    assert client.install() == 204
    return client
