"""What settings add to the policies of a stage."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.deploy.rights import statements

PLACE = "arn:aws:kms:eu-central-1:111122223333"


def added(function: str, key: str = "", **stage: Any) -> list[dict[str, Any]]:
    given = {"CONNECT_SECRETS_KEY": key} if key else {}
    return list(statements(function, "dev", {"stages": {"dev": {"environment_variables": given, **stage}}}))


def test_without_a_setting_nothing_is_added() -> None:
    assert added("api") == added("worker") == []


def test_routes_seal_and_open_consumers_open_and_schedules_do_neither() -> None:
    assert added("api", "key-1") == [
        {
            "Sid": "Secrets",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:Encrypt"],
            "Resource": "arn:aws:kms:*:*:key/key-1",
        }
    ]
    assert [each["Action"] for function in ("worker", "jobs") for each in added(function, "key-1")] == [
        ["kms:Decrypt"],
        ["kms:Decrypt"],
    ]
    assert added("schedules", "key-1") == []


@pytest.mark.parametrize("key", [f"{PLACE}:key/key-1", f"{PLACE}:alias/secrets"])
def test_a_key_of_one_account_is_allowed_in_that_alone(key: str) -> None:
    (statement,) = added("worker", key)
    assert statement["Resource"] in (f"{PLACE}:key/key-1", f"{PLACE}:key/*")


def test_of_an_alias_only_the_key_that_has_it_is_allowed() -> None:
    (statement,) = added("worker", "alias/secrets")
    assert statement["Resource"] == "arn:aws:kms:*:*:key/*"
    assert statement["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/secrets"}}


def test_all_functions_of_a_traced_stage_may_write_traces() -> None:
    for function in ("api", "worker", "jobs", "schedules"):
        (statement,) = added(function, xray=True)
        assert statement["Resource"] == "*"
