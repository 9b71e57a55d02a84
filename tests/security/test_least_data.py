"""The least data: what is stored about a person, and who may touch a shared secret."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.connect.tenants import Listed, Tenant
from tests import tokens
from tests.fakes import FakeRecords
from tests.unit.bench import Bench, tenant_with
from tests.unit.time_in_status.test_app import deliver
from tests.unit.time_in_status.webhooks import CREATED, MINUTE, created, moved
from tests.unit.worker_bench import Bench as WorkerBench
from tests.unit.worker_bench import record

ROOT = Path(__file__).parents[2]

PERSON = {
    "self": "https://burrow.atlassian.net/rest/api/2/user?accountId=5b10a2844c20165700ede21g",
    "accountId": "5b10a2844c20165700ede21g",
    "emailAddress": "mia.krystof@example.com",
    "displayName": "Mia Krystof",
    "timeZone": "Europe/Berlin",
}
"""A user as Jira writes them into a webhook."""

SIGNERS = {
    "chalicelib/connect/tenants.py": "holds it",
    "chalicelib/connect/lifecycle.py": "takes it in",
    "chalicelib/connect/storage/sealing.py": "seals it",
    "chalicelib/connect/web/guards.py": "verifies with it",
    "chalicelib/connect/protocol/tokens.py": "verifies with it",
    "chalicelib/connect/jira/signing.py": "signs with it",
    "chalicelib/connect/jira/impersonation.py": "signs with it",
}
"""The modules that may name a shared secret. One that joins them is a decision: it is added here by hand."""


def about(body: dict[str, Any]) -> dict[str, Any]:
    """The webhook `body` with a person in every place where Jira writes one."""
    issue = json.loads(json.dumps(body["issue"]))
    issue["fields"] |= {"assignee": PERSON, "reporter": PERSON, "creator": PERSON, "summary": "Call Mia Krystof"}
    changelog = {**body["changelog"], "author": PERSON}
    return {**body, "issue": issue, "changelog": changelog, "user": PERSON}


def test_the_app_keeps_nothing_about_a_person_of_what_webhooks_say() -> None:
    records = FakeRecords()
    deliver(records, about(created()))
    deliver(records, about(moved(501, CREATED + MINUTE, "1", "3")))

    kept = json.dumps(records._values)
    assert records._values
    assert_nobody(kept)


def test_the_framework_keeps_and_logs_nothing_about_a_person_of_a_delivery(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = WorkerBench()
    for do in ("", "fail", "give up"):
        bench.run(record(f"delivery-{do}", do, user=PERSON))

    assert [each.body["user"] for each in bench.seen] == [PERSON] * 3
    kept = repr([vars(bench.log), [reason for _, reason in bench.queue.buried]])
    assert_nobody(kept + capsys.readouterr().out)


def test_a_tenant_is_stored_without_the_account_that_installed_the_app(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.install(accountId=PERSON["accountId"], description=f"Installed by {PERSON['displayName']}")
    stored = bench.stored()
    assert stored
    assert_nobody(json.dumps(stored.to_record()) + capsys.readouterr().out)


def test_every_field_of_a_stored_tenant_is_one_that_names_nobody() -> None:
    assert set(tenant_with(tokens.SECRET).to_record()) == {
        *("version", "sharedSecret", "formerSecrets", "baseUrl", "displayUrl", "helpCenterUrl"),
        *("installationId", "oauthClientId", "appBaseUrl", "installed", "enabled", "lifecycleAt"),
    }


def test_only_what_signs_or_verifies_names_a_shared_secret() -> None:
    named = set()
    for module in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "arg", None)
            if name in {"shared_secret", "former_secrets", "secrets"}:
                named.add(str(module.relative_to(ROOT)))
    assert named == set(SIGNERS)


def test_a_secret_is_in_the_record_for_the_storage_and_in_no_other_text() -> None:
    tenant: Tenant = tenant_with(tokens.SECRET)
    assert tokens.SECRET in json.dumps(tenant.to_record())
    assert tokens.SECRET not in repr(tenant) + str(tenant)
    written = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "chalicelib").rglob("*.py")
        if re.search(r"\.to_record\(\)", path.read_text(encoding="utf-8"))
    ]
    assert set(written) == {"chalicelib/connect/storage/dynamodb.py", "chalicelib/connect/tenants.py"}
    assert tokens.SECRET not in repr(tenant.listed)
    assert not any("secret" in name for name in Listed.__annotations__)


def assert_nobody(text: str) -> None:
    """Checks that nothing about `PERSON` is in `text`."""
    for name, value in PERSON.items():
        assert value not in text, name
