"""`python -m devkit status` and `logs`, asked of a stage on which something has happened."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.deployed_app import DeployedApp
from tests.end_to_end.client import JiraClient, eventually
from tests.end_to_end.command_line import devkit

BODY = {"issue": {"id": "10001", "fields": {"created": "2026-11-20T09:00:00.000+0000", "status": {"id": "1"}}}}
POISON = {"issue": {"id": "no number"}}


@pytest.fixture(scope="module")
def happened(deployment: DeployedApp) -> JiraClient:
    """A site that has the app, a webhook of which was handled, and one of which never can be."""
    jira = JiraClient(deployment.base_url, str(uuid4()))
    assert jira.install() == 204
    assert jira.webhook("jira:issue_updated", BODY, f"good-{jira.client_key}") == 204
    assert jira.webhook("jira:issue_updated", POISON, f"bad-{jira.client_key}") == 204

    def both() -> bool:
        log = deployment.cloud.functions_log.read_text(errors="replace")
        return all(f'"delivery": "{kind}-{jira.client_key}"' in log for kind in ("good", "bad"))

    eventually(lambda: both() and "given up" in devkit(deployment, "logs", f"bad-{jira.client_key}"))
    return jira


def test_status_shows_versions_sites_queues_dead_letters_and_cost(
    deployment: DeployedApp, happened: JiraClient
) -> None:
    said = devkit(deployment, "status")

    assert f"App       {deployment.base_url}/atlassian-connect.json" in said
    assert re.search(r"^Function  dormouse-local-worker: version .*, python3\.\d+, 512 MB, changed 20", said, re.M)
    assert re.search(r"^Tenants   .*\b[1-9]\d* installed", said, re.M)
    assert re.search(r"^Queue     \d+ waiting, \d+ in hand$", said, re.M)
    assert re.search(r"^Dead      [1-9]\d* waiting|^Dead      \d+ waiting, [1-9]\d* in hand", said, re.M)
    assert re.search(r"^Jobs      \d+ waiting", said, re.M)
    assert re.search(r"^Errors    \d+ in 24 hours", said, re.M)
    assert re.search(r"^Cost      \$\d+\.\d\d this month", said, re.M)


def test_logs_follow_one_webhook_from_the_route_to_its_handler(deployment: DeployedApp, happened: JiraClient) -> None:
    lines = devkit(deployment, "logs", "--delivery", f"good-{happened.client_key}").splitlines()

    assert [re.search(r"  (Api|Worker) +(\w+) +(\w+)", line).groups() for line in lines] == [  # type: ignore[union-attr]
        ("Api", "INFO", "accepted"),
        ("Worker", "INFO", "handled"),
    ]


def test_logs_of_a_site_show_what_could_not_be_handled_and_why(deployment: DeployedApp, happened: JiraClient) -> None:
    said = devkit(deployment, "logs", "--tenant", happened.client_key)
    assert "reason=The webhook names no issue." in said
    assert happened.secret not in said
