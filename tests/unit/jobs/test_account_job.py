"""An app that stores account ids: each is reported once in a cycle, and what Atlassian says of it is done."""

from __future__ import annotations

import logging
from hashlib import sha256

import pytest

from chalicelib.connect.errors import JiraAnswerError, JiraBusyError, JiraError, JiraForbiddenError, RetryLater
from chalicelib.connect.jira.account_reports import DAY, reports_to
from chalicelib.connect.personal_data import SHARDS, PersonalData
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply
from tests.unit.jobs.greeting_app import READ, App
from tests.unit.lines import Lines


@pytest.fixture
def app(calls: Calls) -> App:
    return App(calls)


def test_every_account_is_reported_with_the_time_of_its_oldest_data(app: App) -> None:
    app.greet("5b10a2844c20165700ede21g", "712020:c-1")
    app.accounts.note("712020:c-1", READ + 1_000)
    app.finish()

    (seen,) = app.server.seen
    assert (seen.method, seen.target, seen.by) == ("POST", "/app/report-accounts/", "app")
    assert sorted(seen.json["accounts"], key=lambda each: each["accountId"]) == [
        {"accountId": "5b10a2844c20165700ede21g", "updatedAt": "2026-09-21T14:13:20Z"},
        {"accountId": "712020:c-1", "updatedAt": "2026-09-21T14:13:20Z"},
    ]


def test_many_accounts_are_reported_ninety_at_a_time_each_once(app: App) -> None:
    names = {f"account-{number}" for number in range(200)}
    app.greet(*names)
    app.finish()

    assert [len(seen.json["accounts"]) for seen in app.server.seen] == [90, 90, 20]
    assert (len(app.reported()), set(app.reported())) == (200, names)
    assert app.progress == {"reported": 200}


def test_a_closed_account_is_erased_and_never_reported_again(app: App) -> None:
    app.greet("a", "b")
    app.says = {"a": "closed"}
    app.finish()
    assert (app.erased, app.records.get("greeting/a"), app.records.get("greeting/b")) == (["a"], {}, {"text": "hello"})

    app.now += 7 * DAY
    app.finish()
    assert sorted(app.reported()) == ["a", "b", "b"]


def test_a_changed_account_is_read_again_where_the_app_knows_how(app: App) -> None:
    renewed: list[str] = []
    app.personal_data.updated(lambda account: renewed.append(account.account_id))
    app.greet("a")
    app.says = {"a": "updated"}
    app.finish()

    assert (renewed, app.erased) == (["a"], [])
    assert [each.updated_at for each in app.accounts.after(0, "")] == [app.now]


def test_a_changed_account_is_erased_where_the_app_does_not(app: App) -> None:
    app.greet("a")
    app.says = {"a": "updated"}
    app.finish()
    assert (app.erased, list(app.accounts.after(0, ""))) == (["a"], [])


def test_an_account_that_was_not_asked_about_is_not_erased(app: App) -> None:
    app.greet("a")
    app.server.answer = lambda _: Reply(json={"accounts": [{"accountId": "b", "status": "closed"}]})
    app.finish()
    assert app.erased == []


def test_within_the_cycle_nothing_is_reported_again(app: App) -> None:
    app.greet("a")
    for _ in range(7):
        app.finish()
        app.now += DAY
    assert app.reported() == ["a"]

    app.finish()
    assert app.reported() == ["a", "a"]


@pytest.mark.parametrize(("cycle", "days"), [("14", 14), ("P14D", 14), ("", 7), ("soon", 7), ("0", 1)])
def test_the_cycle_is_the_one_that_atlassian_asks_for(app: App, cycle: str, days: int) -> None:
    app.greet("a")
    app.cycle = cycle
    app.finish()
    app.now += days * DAY - 2 * 3_600
    app.finish()
    assert app.reported() == ["a"]
    app.now += 2 * 3_600
    app.finish()
    assert app.reported() == ["a", "a"]


def test_a_turn_a_moment_too_early_waits_and_is_no_try(app: App) -> None:
    app.greet("a")
    app.finish()
    app.now += 7 * DAY - 10
    with pytest.raises(RetryLater) as wait:
        app.finish()
    assert (wait.value.seconds, wait.value.is_try) == (11, False)


def test_a_slice_that_is_cut_short_reports_nothing_twice(app: App) -> None:
    app.greet(*(f"account-{number}" for number in range(200)))
    app.says = {f"account-{number}": "closed" for number in range(200)}
    slices = app.run()
    next(slices)
    del slices  # killed after the first report was stored, and before anything was erased
    assert app.erased == []
    app.finish()

    assert len(app.reported()) == 200
    assert sorted(app.erased) == sorted(app.reported())


def test_an_erasure_that_fails_is_tried_again_without_another_report(app: App) -> None:
    app.greet("a")
    app.says, app.fails = {"a": "closed"}, True
    with pytest.raises(OSError, match="can not be erased"):
        app.finish()
    app.fails = False
    app.finish()
    assert (app.reported(), app.erased) == (["a"], ["a"])


@pytest.mark.parametrize("days", [1, 8])
def test_a_run_that_was_given_up_is_followed_by_one_that_does_what_it_left(app: App, days: int) -> None:
    names = {f"account-{number}" for number in range(200)}
    app.greet(*names)
    app.says, app.fails = dict.fromkeys(names, "closed"), True
    with pytest.raises(OSError, match="can not be erased"):
        app.finish()
    app.before, app.place, app.fails = app.place, {}, False
    app.now += days * DAY
    app.finish()

    assert (len(app.reported()), set(app.reported())) == (200, names)
    assert set(app.erased) == names


def test_no_account_id_stays_in_a_run_that_is_over(app: App) -> None:
    app.greet("a")
    app.says = {"a": "closed"}
    app.finish()
    assert app.before == {"done": True, "began_at": READ + DAY, "cycle": 7 * DAY}


def test_a_run_that_is_called_once_more_at_its_end_does_nothing(app: App) -> None:
    app.greet("a")
    list(app.run())
    assert list(app.run()) == []
    assert app.reported() == ["a"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(429, headers={"Retry-After": "600"}), JiraBusyError),
        (Reply(403, {}), JiraForbiddenError),
        (Reply(json=["a"]), JiraAnswerError),
        (Reply(json={"accounts": ["a"]}), JiraAnswerError),
    ],
)
def test_a_report_that_is_not_taken_erases_nothing(app: App, reply: Reply, error: type[Exception]) -> None:
    app.greet("a")
    app.server.answer = lambda _: reply
    with pytest.raises(error):
        app.finish()
    assert (app.erased, app.place) == ([], {})


def test_an_account_that_atlassian_refuses_keeps_no_other_from_being_reported_and_is_named_by_no_id(
    app: App, lines: Lines
) -> None:
    app.refuses = {"account-17"}
    app.says = {"account-3": "closed", "account-150": "closed"}
    app.greet(*(f"account-{number}" for number in range(200)))
    app.finish()

    assert sorted(app.erased) == ["account-150", "account-3"]
    assert len(set(app.taken)) == len(app.taken) == 199
    assert app.progress == {"reported": 199}
    ((_, told),) = lines.above(logging.WARNING)
    assert told["account_sha256"] == sha256(b"account-17").hexdigest()
    assert "account-17" in (app.records.get(told["record"]) or {})["accounts"]
    assert "account-17" not in str(lines.fields)


def test_a_report_of_which_every_account_is_refused_is_given_up(app: App) -> None:
    app.greet("a", "b", "c")
    app.refuses = {"a", "b", "c"}
    with pytest.raises(JiraError, match="for each of the accounts"):
        app.finish()
    assert app.place == {}


def test_a_site_of_jira_cloud_is_reported_to_atlassian_itself(server: JiraServer) -> None:
    assert reports_to("https://burrow.atlassian.net") == "https://api.atlassian.com"
    assert reports_to("https://burrow.atlassian-us-gov-mod.net") == "https://api.atlassian-us-gov-mod.com"
    assert reports_to(server.base_url) == server.base_url


def test_an_app_that_registers_nothing_stores_nothing() -> None:
    assert not PersonalData().is_stored


def test_the_unknown_account_is_not_noted_and_what_is_no_id_is_refused(app: App) -> None:
    app.accounts.note("unknown", READ)
    assert list(app.accounts.after(0, "")) == []
    for text in ("", "a b", "ü", "a" * 129):
        with pytest.raises(ValueError, match="no account id"):
            app.accounts.note(text, READ)


def test_accounts_are_spread_evenly_over_their_records(app: App) -> None:
    app.greet(*(f"account-{number}" for number in range(1_600)))
    counts = [sum(each.shard == shard for each in app.accounts.after(0, "")) for shard in range(SHARDS)]
    assert (sum(counts), min(counts) > 20, max(counts) < 90) == (1_600, True, True)
