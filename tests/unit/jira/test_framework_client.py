"""The framework's client for Jira on this stand-in: two readings of one protocol, which were written apart, agree."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest

from chalicelib.connect.errors import JiraError, JiraForbiddenError, JiraImpersonationError, JiraNotFoundError
from chalicelib.connect.jira.client import JiraClient
from chalicelib.connect.jira.connection import Connection
from chalicelib.connect.jira.dynamic_webhooks import DynamicWebhook, keep
from chalicelib.connect.jira.permissions import Permissions, missing
from chalicelib.connect.sweep import Sweep
from chalicelib.connect.tenants import Tenant
from devkit.jira.host import JiraHost
from tests.fakes import FakeDeliveryQueue
from tests.unit.jira.fake_app import FakeApp

UPDATED = "jira:issue_updated"


@pytest.fixture
def app(jira: JiraHost) -> Iterator[FakeApp]:
    webhooks = [{"event": UPDATED, "url": f"/webhooks/{UPDATED}"}]
    extra = {"scopes": ["READ", "WRITE", "DELETE", "ACT_AS_USER"]}
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", {"webhooks": webhooks}, extra=extra) as app:
        yield app


@pytest.fixture
def client(jira: JiraHost, app: FakeApp) -> JiraClient:
    installation = jira.install(app.descriptor_url)
    tenant = Tenant(
        client_key=installation.client_key,
        shared_secret=installation.shared_secret,
        base_url=jira.url,
        oauth_client_id=installation.oauth_client_id,
        app_base_url=app.base_url,
        lifecycle_at=0,
    )
    connection = Connection(app.key)
    return JiraClient(tenant, lambda: connection, lambda: 60.0)


def test_it_reads_writes_and_goes_through_lists(jira: JiraHost, client: JiraClient) -> None:
    issues = [jira.create_issue(f"Tunnel {number}") for number in range(7)]

    found = client.each("/rest/api/3/search/jql", {"jql": 'created >= "2000-01-01"', "maxResults": 3}, items="issues")
    assert {each["id"] for each in found} >= {issue.id for issue in issues}
    at = f"/rest/api/3/issue/{issues[0].id}"
    client.put(f"{at}/properties/seen%20by", {"ü": [1, 2]})
    assert client.get(f"{at}/properties/seen%20by")["value"] == {"ü": [1, 2]}
    client.delete(f"{at}/properties/seen%20by")
    with pytest.raises(JiraNotFoundError):
        client.get(f"{at}/properties/seen%20by")


def test_it_acts_as_a_user_and_only_with_the_scopes_that_it_asked_for(jira: JiraHost, client: JiraClient) -> None:
    user = jira.user("Hazel Nutt").account_id
    assert client.as_user(user).get("/rest/api/3/myself")["accountId"] == user
    assert client.get("/rest/api/3/myself")["accountId"] != user

    issue = jira.create_issue("A burrow")
    with pytest.raises(JiraForbiddenError):
        client.as_user(user, ["READ"]).put(f"/rest/api/3/issue/{issue.id}/properties/seen", {})
    with pytest.raises(JiraImpersonationError):
        client.as_user("nobody").get("/rest/api/3/myself")


def test_every_permission_is_asked_for(jira: JiraHost, client: JiraClient) -> None:
    user, issue = jira.user("Hazel Nutt"), jira.create_issue("A burrow")
    asked = Permissions(issue=("BROWSE_PROJECTS", "EDIT_ISSUES"), everywhere=("ADMINISTER",))

    def lacking() -> list[str]:
        return sorted(missing(client, user.account_id, asked, issue_id=issue.id, project_id=None))

    before = lacking()
    jira.forbid(user, "EDIT_ISSUES")
    assert lacking() == sorted({*before, "EDIT_ISSUES"})
    jira.forbid(user, "BROWSE_PROJECTS")
    assert set(lacking()) >= {"BROWSE_PROJECTS", "EDIT_ISSUES"}


def test_webhooks_are_kept_as_they_are_wanted(jira: JiraHost, app: FakeApp, client: JiraClient) -> None:
    moves = DynamicWebhook.of(UPDATED, jql="project = BUR", fields=["status"])
    comments = DynamicWebhook.of("comment_created", jql="project = BUR")

    assert len(keep(client, [moves, comments]).registered) == 2
    assert keep(client, [moves, comments]) == keep(client, [comments, moves])
    jira.move(jira.create_issue("A burrow"), "Done")
    jira.settle()
    assert [call.json["webhookEvent"] for call in app.calls_to("/webhooks/dynamic")] == [UPDATED]

    assert len(keep(client, [comments]).removed) == 1
    with pytest.raises(JiraError, match="did not register"):
        keep(client, [DynamicWebhook.of(UPDATED, jql="summary ~ x")])


def test_what_was_given_up_is_swept_under_its_old_name(jira: JiraHost, app: FakeApp, client: JiraClient) -> None:
    issue = jira.create_issue("A burrow")
    app.answers[f"/webhooks/{UPDATED}"] = deque([503] * 6)
    jira.move(issue, "Done")
    jira.settle()
    names = {call.headers["x-atlassian-webhook-identifier"] for call in app.calls_to(f"/webhooks/{UPDATED}")}
    queue = FakeDeliveryQueue()

    pages = list(Sweep((UPDATED,), queue).run(client))

    assert [page.sent for page in pages] == [1]
    (message,) = queue.sent
    assert ({message.id}, message.event) == (names, UPDATED)
    assert list(Sweep((UPDATED,), queue).run(client, pages[0].place + 600_000)) == []
