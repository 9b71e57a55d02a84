"""`python -m devkit retention`: it says what it would delete, and deletes it when told so."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.connect.retention import DAY, Retention
from devkit.interrupts import Interrupted
from devkit.retention.command_line import setting
from devkit.retention.commands import Purge
from tests.fakes import FakeLeftovers, FakeTenants
from tests.unit.jobs.bench import NOW, TENANT


class Site:
    """Two sites that left, and one that has the app, with three things each."""

    def __init__(self) -> None:
        gone = replace(TENANT, installed=False, lifecycle_at=int(NOW) - 40 * DAY)
        self.tenants = FakeTenants(
            replace(gone, client_key="gone-1"),
            TENANT,
            replace(gone, client_key="gone-2", base_url="https://b.jira.com"),
        )
        self.store = FakeLeftovers()
        for key in ("gone-1", "gone-2", TENANT.client_key):
            for name in "abc":
                self.store.put(key, name)
        self.interrupted = False

    def check(self) -> None:
        if self.interrupted:
            raise Interrupted

    def run(self, *, yes: bool, days: int = 30, tenant: str = "") -> str:
        out = io.StringIO()
        retention = Retention(self.tenants, (self.store,), days, lambda: NOW)
        Purge(retention, days, tenant=tenant, out=out, check=self.check, clock=lambda: NOW).run(yes=yes)
        return out.getvalue()


def test_without_yes_it_only_says_what_it_would_delete() -> None:
    site = Site()
    said = site.run(yes=False)

    assert said.splitlines() == [
        "LEFT  TENANT  SITE                          THINGS",
        "40d   gone-1  https://burrow.atlassian.net  3",
        "40d   gone-2  https://b.jira.com            3",
        "2 sites left 30 days ago or earlier: 6 things would be deleted for good: say --yes to do it.",
    ]
    assert len(site.store.kept) == 9


def test_with_yes_it_deletes_all_of_them_and_nothing_else() -> None:
    site = Site()
    assert "2 sites left 30 days ago or earlier: 6 things deleted for good." in site.run(yes=True)

    assert {key for key, _ in site.store.kept} == {TENANT.client_key}
    assert (site.tenants.get("gone-1"), site.tenants.get(TENANT.client_key)) == (None, TENANT)
    assert site.run(yes=True) == "No site left 30 days ago or earlier.\n"


def test_it_can_be_about_one_site_alone() -> None:
    site = Site()
    assert "1 site left" in site.run(yes=True, tenant="gone-2")
    assert {key for key, _ in site.store.kept} == {TENANT.client_key, "gone-1"}


def test_a_site_that_has_the_app_is_never_purged_whatever_is_asked() -> None:
    site = Site()
    said = site.run(yes=True, days=0, tenant=TENANT.client_key)
    assert said == "No site with this key left 0 days ago or earlier.\n"
    assert len(site.store.kept) == 9


def test_an_interrupt_ends_it_and_the_rest_is_deleted_the_next_time() -> None:
    site = Site()
    site.interrupted = True
    with pytest.raises(Interrupted):
        site.run(yes=True)
    site.interrupted = False
    site.run(yes=True)
    assert {key for key, _ in site.store.kept} == {TENANT.client_key}


@pytest.mark.parametrize(("variables", "days"), [({}, 30), ({"CONNECT_RETENTION_DAYS": "7"}, 7)])
def test_the_days_are_those_of_the_stage(tmp_path: Path, variables: dict[str, str], days: int) -> None:
    (tmp_path / ".chalice").mkdir()
    stages = {"dev": {"environment_variables": {"CONNECT_STAGE": "dev", **variables}}}
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps({"stages": stages}))
    assert setting(tmp_path, "dev") == days
