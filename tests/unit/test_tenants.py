"""How lifecycle events change a tenant, in whatever order and however often they come."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.tenants import GRACE_SECONDS, MOST_FORMER_SECRETS, FormerSecret, Tenant
from tests import strategies

NOW = 1_795_510_800
FIRST = "first"


def tenant(secret: str = FIRST, at: int = NOW, **changes: object) -> Tenant:
    made = Tenant(
        client_key="11111111-2222-3333-4444-555555555555",
        shared_secret=secret,
        base_url="https://burrow.atlassian.net",
        lifecycle_at=at,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def reinstalled(old: Tenant, newer: Tenant, now: float = NOW) -> Tenant:
    made = old.reinstalled(newer, now)
    assert made is not None
    return made


def test_a_reinstall_brings_a_new_secret_and_keeps_the_old_one_for_a_grace_period() -> None:
    after = reinstalled(tenant("first"), tenant("second", NOW + 5, base_url="https://hill.atlassian.net"), NOW + 5)

    assert (after.shared_secret, after.base_url, after.lifecycle_at) == (
        "second",
        "https://hill.atlassian.net",
        NOW + 5,
    )
    assert after.secrets(NOW + 5) == ("second", "first")
    assert after.secrets(NOW + 5 + GRACE_SECONDS - 1) == ("second", "first")
    assert after.secrets(NOW + 5 + GRACE_SECONDS) == ("second",)


def test_the_same_install_again_changes_nothing() -> None:
    first = tenant("first", enabled=True)
    assert reinstalled(first, tenant("first")) == first


def test_an_install_counts_after_another_event_of_the_very_second() -> None:
    assert reinstalled(tenant("first"), tenant("second")).shared_secret == "second"
    assert reinstalled(tenant("first").uninstalled(NOW), tenant("second")).installed


def test_an_install_that_comes_again_does_not_switch_an_enabled_app_off() -> None:
    assert reinstalled(tenant("first", enabled=True), tenant("second", NOW + 1)).enabled


def test_an_install_after_an_uninstall_is_not_enabled_before_jira_says_so() -> None:
    left = tenant(enabled=True).uninstalled(NOW + 1)
    assert not reinstalled(left, tenant("second", NOW + 2)).enabled


def test_an_install_that_was_overtaken_by_a_later_one_lends_its_secret_and_nothing_else() -> None:
    newest = tenant("newest", NOW + 5, base_url="https://hill.atlassian.net", enabled=True)
    after = reinstalled(newest, tenant("late", NOW))

    assert after == replace(newest, former_secrets=(FormerSecret("late", NOW + GRACE_SECONDS),))


def test_an_install_that_was_overtaken_by_an_uninstall_changes_nothing() -> None:
    assert tenant(at=NOW).uninstalled(NOW + 5).reinstalled(tenant("late", NOW + 4), NOW + 6) is None


def test_a_secret_that_comes_back_is_no_former_one_any_more() -> None:
    again = reinstalled(reinstalled(tenant("first"), tenant("second", NOW + 1)), tenant("first", NOW + 2))

    assert again.secrets(NOW) == ("first", "second")
    assert [each.secret for each in again.former_secrets] == ["second"]


def test_former_secrets_that_have_ended_are_forgotten() -> None:
    old = tenant("second", former_secrets=(FormerSecret("first", NOW),))
    assert reinstalled(old, tenant("third", NOW + 1), NOW).former_secrets == (
        FormerSecret("second", NOW + GRACE_SECONDS),
    )


def test_former_secrets_are_few_and_the_newest() -> None:
    stored = tenant("0")
    for number in range(1, MOST_FORMER_SECRETS + 6):
        stored = reinstalled(stored, tenant(str(number), NOW + number))

    kept = [each.secret for each in stored.former_secrets]
    assert kept == [str(number) for number in range(5, MOST_FORMER_SECRETS + 5)]


def test_an_uninstall_keeps_all_but_the_app() -> None:
    left = tenant(enabled=True).uninstalled(NOW + 1)

    assert left == tenant(at=NOW + 1, installed=False, enabled=False)
    assert left.secrets(NOW) == ("first",)


def test_an_uninstall_that_was_overtaken_by_an_install_changes_nothing() -> None:
    stored = tenant(at=NOW, enabled=True)
    assert stored.uninstalled(NOW - 1) == stored


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_of_installs_at_once_the_last_one_made_counts_in_any_order_and_every_secret_opens(
    order: tuple[int, ...],
) -> None:
    installs = [tenant(f"secret-{index}", NOW + index) for index in range(3)]
    stored = installs[order[0]]
    for index in order[1:]:
        stored = reinstalled(stored, installs[index])

    assert stored.shared_secret == "secret-2"
    assert set(stored.secrets(NOW)) == {"secret-0", "secret-1", "secret-2"}


_events = st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=8)


@strategies.patient
@given(_events)
def test_after_any_events_the_latest_decides(events: list[tuple[bool, int, int]]) -> None:
    stored = tenant("0", NOW)
    for is_install, secret, at in events:
        if is_install:
            stored = stored.reinstalled(tenant(str(secret), NOW + at), NOW) or stored
        else:
            stored = stored.uninstalled(NOW + at)

    latest = max([0, *(at for _, _, at in events)])
    kinds = {is_install for is_install, _, at in events if at == latest} | ({True} if latest == 0 else set())
    assert stored.lifecycle_at == NOW + latest
    assert stored.installed in kinds
    assert len(set(stored.secrets(NOW))) == len(stored.secrets(NOW))


@strategies.patient
@given(strategies.texts, st.lists(st.tuples(strategies.texts, st.integers(0, 2**40)), max_size=4), st.booleans())
def test_a_tenant_comes_out_of_the_storage_as_it_went_in(
    text: str, former: list[tuple[str, int]], enabled: bool
) -> None:
    stored = tenant(
        text,
        display_url=text,
        help_center_url=text + "1",
        installation_id=text + "2",
        oauth_client_id=text + "3",
        installed=not enabled,
        enabled=enabled,
        former_secrets=tuple(FormerSecret(*each) for each in former),
    )
    assert Tenant.from_record(stored.client_key, json.loads(json.dumps(stored.to_record()))) == stored


def test_no_secret_is_in_what_a_log_would_show() -> None:
    shown = repr(reinstalled(tenant("secret-one"), tenant("secret-two", NOW + 1)))
    assert "secret-" not in shown
    assert "burrow.atlassian.net" in shown
