"""People and the options of the site: each deed is one webhook, in Jira's shape, and no 5xx."""

from __future__ import annotations

import pytest

from tests.unit.jira.asking import V3
from tests.unit.jira.watched import OPTIONS, Watched


def test_people_come_change_and_go_and_their_deeds_stay_those_of_a_former_user(site: Watched) -> None:
    status, made = site.deed("POST", f"{V3}/user", {"emailAddress": "moss@example.com", "displayName": "Moss Bank"})
    account = made["accountId"]
    assert (status, made["displayName"]) == (201, "Moss Bank")
    assert site.deed("PUT", f"/stand-in/users/{account}", {"name": "Moss Brook"})[0] == 200
    assert site.deed("PUT", f"/stand-in/users/{account}", {"name": "Moss Brook"})[0] == 200, "nothing new"
    assert site.deed("DELETE", f"{V3}/user?accountId={account}")[0] == 204
    created, updated, deleted = site.heard()
    assert set(created) == {"timestamp", "webhookEvent", "user"}
    assert (updated["webhookEvent"], updated["user"]["displayName"]) == ("user_updated", "Moss Brook")
    assert (deleted["user"]["accountId"], deleted["user"]["active"]) == (account, False)
    assert site.deed("GET", f"{V3}/user?accountId={account}")[1]["displayName"] == "Former user"
    assert account not in [each["accountId"] for each in site.deed("GET", f"{V3}/user/search?query=")[1]]
    assert site.deed("DELETE", f"{V3}/user?accountId={account}")[0] == 404
    assert site.deed("PUT", "/stand-in/session", {"accountId": account})[0] == 404


def test_nobody_deletes_whom_the_pages_belong_to_and_no_app_deletes_anybody(site: Watched) -> None:
    own = site.deed("GET", f"{V3}/myself")[1]["accountId"]
    assert site.deed("DELETE", f"{V3}/user?accountId={own}")[0] == 400
    assert site.by_app(site.installed, "DELETE", f"{V3}/user?accountId={own}")[0] == 403
    assert site.heard() == []


def test_another_language_of_a_user_is_an_update(site: Watched) -> None:
    assert site.deed("PUT", "/stand-in/session", {"timeZone": "Asia/Tokyo"})[0] == 200
    (updated,) = site.heard()
    assert (updated["webhookEvent"], updated["user"]["timeZone"]) == ("user_updated", "Asia/Tokyo")


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_told_as_a_property_with_a_text(site: Watched, name: str) -> None:
    assert site.deed("PUT", "/stand-in/options", {name: False})[1][name] is False
    assert site.deed("PUT", "/stand-in/options", {name: False})[0] == 200, "nothing new"
    (told,) = site.heard()
    assert (told["webhookEvent"], told["property"]["value"]) == (f"option_{name}_changed", "false")
    assert told["property"]["key"].startswith("jira.option.")
    assert list(site.deed("GET", f"{V3}/configuration")[1].values()).count(False) >= 1


def test_options_are_set_all_or_none(site: Watched) -> None:
    assert site.deed("PUT", "/stand-in/options", {"voting": True, "rain": True})[0] == 400
    assert site.deed("PUT", "/stand-in/options", {"voting": "on"})[0] == 400
    assert site.heard() == []
