"""What Jira's headers say of waits and of what is left, well written or not."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.connect.errors import RetryLater
from chalicelib.connect.jira import rate_limits
from chalicelib.connect.jira.budget import Budget, budget
from chalicelib.connect.jira.rate_limits import WINDOW
from tests import strategies

NOW = datetime(2026, 11, 24, 10, 20, 30, tzinfo=UTC).timestamp()
TOP_OF_THE_HOUR = datetime(2026, 11, 24, 11, tzinfo=UTC).timestamp()


# Waits


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 1847 ", 1847.0),
        ("1.5", 1.5),
        ("Tue, 24 Nov 2026 10:21:00 GMT", 30.0),
        ("Tuesday, 24-Nov-26 10:21:00 GMT", 30.0),
        ("Tue, 24 Nov 2026 12:21:00 +0200", 30.0),
        ("Tue, 24 Nov 2026 10:20:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("+1", None),
        ("1e9", None),
        ("999999999", 3600.0),
        ("1795515630", 3600.0),
        ("9" * 400, 3600.0),
        ("Mon, 24 Nov 2036 10:21:00 GMT", 3600.0),
        ("inf", None),
        ("5, 5", None),
        ("\u0665", None),
        ("Tue, 99 Nov 2026 10:21:00 GMT", None),
        ("Tue, 24 Nov 99999 10:21:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert rate_limits.retry_after(text, NOW) == seconds


@given(st.integers(0, 10**12))
def test_every_number_of_seconds_is_understood(seconds: int) -> None:
    assert rate_limits.retry_after(str(seconds), NOW) == min(seconds, WINDOW)
    assert RetryLater(math.ceil(rate_limits.spread(seconds, 1.0)), "").seconds <= RetryLater.LONGEST


@given(st.integers(-(10**7), 10**7))
def test_every_date_is_understood(seconds: int) -> None:
    text = format_datetime(datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds), usegmt=True)
    assert rate_limits.retry_after(text, NOW) == min(max(0, seconds), WINDOW)


@strategies.patient
@given(st.text(max_size=40), st.integers(100, 599), st.integers(1, 9))
def test_no_header_breaks_the_reading_of_waits(text: str, status: int, tries: int) -> None:
    headers = {"retry-after": text, "x-ratelimit-reset": text, "ratelimit-reason": text}

    wait = rate_limits.wait(status, headers, tries=tries, now=NOW)

    assert wait is None or 0 <= wait <= WINDOW
    assert (wait is None) or status == 429 or status >= 500
    assert rate_limits.reason(headers).isascii()


def test_a_429_without_retry_after_waits_for_the_reset_or_longer_each_time() -> None:
    waits = [rate_limits.wait(429, {}, tries=tries, now=NOW) for tries in (1, 2, 3, 4)]
    assert waits == [1.0, 2.0, 30.0, 30.0]

    def until(reset: str) -> float | None:
        return rate_limits.wait(429, {"x-ratelimit-reset": reset}, tries=1, now=NOW)

    assert until("2026-11-24T10:25Z") == 270.0
    assert until("2026-11-24T10:20Z") == 1.0, "told to the minute, and passed already"
    assert until("90") == 90.0
    assert until(str(int(NOW) + 90)) == 90.0
    assert until(str(int(NOW + 90) * 1000)) == 90.0
    assert until("later") == 1.0
    for wrong in ("2026-11-26T10:25Z", "9999999", str(int(NOW) + 86_400)):
        assert until(wrong) == 3600.0, "no limit of Jira's lasts longer"


def test_retry_after_counts_before_the_reset_and_also_with_a_503_but_with_no_other_answer() -> None:
    headers = {"retry-after": "3", "x-ratelimit-reset": "2026-11-24T11:00Z"}
    waits = {status: rate_limits.wait(status, headers, tries=1, now=NOW) for status in (200, 404, 429, 500, 503)}
    assert waits == {200: None, 404: None, 429: 3.0, 500: 3.0, 503: 3.0}
    assert rate_limits.wait(503, {}, tries=1, now=NOW) is None


ROUNDING = 1e-6
"""What sums of such numbers may be off by, in seconds."""


@given(st.floats(0, 10**6), st.floats(0, 1))
@example(7.0, 1.0)
def test_a_wait_is_spread_but_never_shorter_than_asked(seconds: float, chance: float) -> None:
    assert seconds <= rate_limits.spread(seconds, chance) <= seconds * 1.3 + 0.2 + ROUNDING
    assert rate_limits.spread(seconds, chance) <= seconds + rate_limits.LONGEST_SPREAD + 0.2 + ROUNDING


# What is left


def test_the_quota_is_read_from_the_headers_that_jira_was_seen_to_send() -> None:
    headers = {
        "beta-ratelimit-policy": '"tenant-app-quota";q=100100;w=3600',
        "beta-ratelimit": '"tenant-app-quota";r=17842;t=2107',
        "x-ratelimit-remaining": "3",
        "x-ratelimit-limit": "350",
    }
    found = budget(headers, NOW)
    assert found == Budget(17842, 100100, NOW + 2107)
    assert round(found.share(NOW), 3) == 0.178


def test_the_tightest_of_several_quotas_counts() -> None:
    headers = {
        "ratelimit-policy": '"global-app-quota";q=65000;w=3600, "tenant-app-quota";q=100000;w=3600',
        "ratelimit": '"global-app-quota"; r=60000; t=2107 , "tenant-app-quota"; r=10; t=2107',
    }
    assert budget(headers, NOW) == Budget(10, 100000, NOW + 2107)


def test_the_older_headers_are_read_as_well() -> None:
    headers = {
        "x-ratelimit-limit": "350",
        "x-ratelimit-remaining": "70",
        "x-ratelimit-reset": "2026-11-24T10:25Z",
        "x-ratelimit-nearlimit": "true",
    }
    assert budget(headers, NOW) == Budget(70, 350, NOW + 270, near_limit=True)
    assert budget({f"x-beta-{name[2:]}": value for name, value in headers.items()}, NOW) == budget(headers, NOW)
    assert budget({"x-ratelimit-nearlimit": "true"}, NOW) == Budget(None, None, TOP_OF_THE_HOUR, near_limit=True)


def test_a_refusal_for_the_quota_says_what_is_left_of_it_also_without_a_reset() -> None:
    headers = {
        "x-ratelimit-limit": "65000",
        "x-ratelimit-remaining": "0",
        "ratelimit-reason": "jira-quota-global-based",
    }
    assert budget(headers, NOW) == Budget(0, 65_000, TOP_OF_THE_HOUR)


@pytest.mark.parametrize("reason", ["jira-burst-based", "jira-per-issue-on-write", "jira-cost-based"])
def test_a_refusal_for_another_limit_says_nothing_of_the_quota(reason: str) -> None:
    headers = {"x-ratelimit-limit": "350", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-24T10:20:31Z"}
    assert budget({**headers, "ratelimit-reason": reason}, NOW) is None
    assert budget({"ratelimit": '"burst";r=0;t=1', "ratelimit-reason": reason}, NOW) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/json"},
        {"x-ratelimit-remaining": "many", "x-ratelimit-limit": "350"},
        {"x-ratelimit-limit": "350"},
        # As every answer of Jira has them: they are about one second of one endpoint.
        {"x-ratelimit-limit": "350", "x-ratelimit-remaining": "9"},
        {"beta-ratelimit": '"quota";t=5'},
        {"beta-ratelimit": "quota;r=5;t=5"},
        {"beta-ratelimit": '"quota";r=-5;t=5'},
        {"beta-ratelimit": '"quota";r=5e3;t=5'},
    ],
)
def test_headers_that_say_nothing_of_it_leave_it_unknown(headers: dict[str, str]) -> None:
    assert budget(headers, NOW) is None


_words = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(['"a"', '"b"', ";r=", ";t=", ";q=", ",", "0", "5", "999999999999999", " "])).map("".join),
)


@strategies.patient
@given(_words, _words, _words, _words, _words)
def test_no_header_breaks_the_reading_of_what_is_left(a: str, b: str, c: str, d: str, e: str) -> None:
    headers = {"beta-ratelimit": a, "beta-ratelimit-policy": b, "x-ratelimit-remaining": c, "x-ratelimit-limit": d}
    found = budget({**headers, "x-ratelimit-reset": e}, NOW)
    if found is not None:
        assert 0 <= found.share(NOW) <= 1
        assert 0 <= found.pause(NOW, 0.2) <= WINDOW
        assert found.pause(NOW + WINDOW, 0.2) == 0, "the next hour is another budget"


def test_a_reset_that_can_not_be_is_the_top_of_the_hour() -> None:
    for wrong in ("999999", "0"):
        found = budget({"beta-ratelimit": f'"q";r=5;t={wrong}'}, NOW)
        assert found is not None
        assert found.resets_at == TOP_OF_THE_HOUR


def test_a_job_goes_on_while_more_than_the_reserve_is_left_and_then_waits_for_the_reset() -> None:
    assert Budget().pause(NOW, 0.2) == 0
    assert Budget(21_000, 100_000, NOW + 100).pause(NOW, 0.2) == 0
    assert Budget(20_000, 100_000, NOW + 100).pause(NOW, 0.2) == 100
    assert Budget(0, None, NOW + 100).pause(NOW, 0.2) == 100
    assert Budget(None, None, NOW + 100, near_limit=True).pause(NOW, 0.2) == 100
    assert Budget(0, 100_000).pause(NOW, 0.2) == TOP_OF_THE_HOUR - NOW
    assert Budget(0, 100_000, NOW + 100).pause(NOW + 100, 0.2) == 0
