"""How long the client waits for Jira, and how long Jira may ask it to wait."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace

import pytest

from chalicelib.connect.errors import JiraBusyError, JiraUnavailableError, RetryLater
from chalicelib.connect.jira.rate_limits import MOST_TRIES
from tests.unit.calls.calls import Calls
from tests.unit.calls.jira_server import JiraServer, Reply

# Time


def test_a_jira_that_is_not_there_or_hangs_up_is_unavailable(calls: Calls, server: JiraServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def hang_up() -> None:
            listening.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(JiraUnavailableError, match=r"^GET /rest: no answer came \(\w+\)$"):
            calls.client(replace(calls.tenant, base_url=f"http://127.0.0.1:{port}")).get("/rest")
        thread.join()
    with pytest.raises(JiraUnavailableError) as caught:
        calls.client(replace(calls.tenant, base_url=f"http://127.0.0.1:{port}")).get("/rest")
    assert caught.value.status is None


def test_a_jira_that_says_nothing_is_left_before_the_functions_time_is_over(calls: Calls, server: JiraServer) -> None:
    # An answer does come, half a second after the function has to be done with it.
    server.replies(Reply(seconds=1.5))
    calls.seconds_left = 5.0
    with pytest.raises(JiraUnavailableError, match="no answer came"):
        calls.jira.get("/rest")


def test_a_jira_that_drips_is_left_too(calls: Calls) -> None:
    left = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection = listening.accept()[0]
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                try:
                    for _ in range(25):
                        connection.sendall(b" ")
                        time.sleep(0.1)
                except OSError:
                    left.set()

        thread = threading.Thread(target=drip)
        thread.start()
        calls.seconds_left = 5.0
        tenant = replace(calls.tenant, base_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(JiraUnavailableError, match="did not come to its end"):
            calls.client(tenant).get("/rest")
        thread.join()
    assert left.is_set()


def test_no_call_is_begun_that_no_time_is_left_for(calls: Calls, server: JiraServer) -> None:
    calls.seconds_left = 4.0
    with pytest.raises(JiraBusyError, match="no time was left") as caught:
        calls.jira.get("/rest")
    assert caught.value.seconds == 0
    assert server.seen == []


def test_a_connection_is_used_again_but_not_after_a_function_was_frozen(calls: Calls, server: JiraServer) -> None:
    for ahead in (0, 0, 25, 50, 81, 82):
        calls.ahead = ahead
        # As the app, whose tokens say when they were made, it would be too far ahead of the server.
        calls.jira.as_user("account-1").get("/rest")
    ports = [each.port for each in server.seen]
    assert len(set(ports)) == 2
    assert ports[3] != ports[4] == ports[5]


# Limits


def test_a_short_wait_is_waited_in_place_and_the_call_signed_afresh(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429, headers={"Retry-After": "2"}), Reply(429, headers={"Retry-After": "3"}), Reply(json=5))

    assert calls.jira.post("/rest/api/3/issue", {"fields": {}}) == 5
    assert calls.slept == [2.0, 3.0]
    assert len({each.token for each in server.seen}) == 3
    assert len({each.body for each in server.seen}) == 1


def test_a_long_wait_is_handed_back_to_the_queue(calls: Calls, server: JiraServer) -> None:
    server.replies(
        Reply(
            429,
            {"errorMessages": ["Rate limit exceeded."]},
            headers={"Retry-After": "1847", "RateLimit-Reason": "jira-quota-tenant-based"},
        )
    )
    with pytest.raises(RetryLater) as caught:
        calls.jira.get("/rest/api/3/search/jql")

    error = caught.value
    assert isinstance(error, JiraBusyError)
    assert (error.seconds, error.status, error.messages) == (1847, 429, ("Rate limit exceeded.",))
    assert "asks for a wait of 1847 s (jira-quota-tenant-based)" in str(error)
    assert (calls.slept, len(server.seen)) == ([], 1)


def test_a_short_wait_that_the_function_has_no_time_for_is_handed_back(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429, headers={"Retry-After": "3"}))
    calls.seconds_left = 7.0
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.get("/rest")
    assert (caught.value.seconds, calls.slept) == (3, [])


def test_a_jira_that_goes_on_saying_no_is_believed(calls: Calls, server: JiraServer) -> None:
    server.replies(Reply(429))
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.get("/rest")
    assert calls.slept == [1.0, 2.0]
    assert caught.value.seconds == 30
    assert len(server.seen) == 3


def test_after_a_503_with_a_wait_only_what_changes_nothing_twice_is_made_again_in_place(
    calls: Calls, server: JiraServer
) -> None:
    server.replies(Reply(503, headers={"Retry-After": "1"}), Reply(json=1))
    assert calls.jira.get("/rest") == 1
    server.replies(Reply(503, headers={"Retry-After": "1"}), Reply(json=1))
    with pytest.raises(JiraBusyError) as caught:
        calls.jira.post("/rest", {})
    assert (caught.value.seconds, caught.value.status) == (1, 503)


def test_a_job_sees_what_is_left_and_stops_before_jira_says_no(calls: Calls, server: JiraServer) -> None:
    def left(points: int) -> Reply:
        policy = {"Beta-RateLimit-Policy": '"tenant-app-quota";q=1000;w=3600'}
        return Reply(json={}, headers={**policy, "Beta-RateLimit": f'"tenant-app-quota";r={points};t=900'})

    calls.jira.keep_reserve()
    server.replies(left(500))
    calls.jira.get("/rest")
    assert (calls.jira.budget.remaining, calls.jira.budget.limit) == (500, 1000)
    calls.jira.keep_reserve()

    server.replies(left(200), Reply(json={}))
    calls.jira.get("/rest")
    calls.jira.get("/rest")
    with pytest.raises(RetryLater) as caught:
        calls.jira.keep_reserve()
    assert 895 <= caught.value.seconds <= 901
    calls.jira.keep_reserve(0.1)
    assert calls.jira.as_user("account-1").budget.remaining is None
    assert calls.client(replace(calls.tenant, client_key="other")).budget.remaining is None

    calls.ahead = 901
    calls.jira.keep_reserve()


def test_a_429_too_tells_what_is_left(calls: Calls, server: JiraServer) -> None:
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "9", "RateLimit-Reason": "jira-quota-tenant-based"}
    server.replies(Reply(429, headers={"Retry-After": "900", **limits}))
    with pytest.raises(JiraBusyError):
        calls.jira.get("/rest")
    assert calls.jira.budget.remaining == 0


def test_a_burst_that_was_waited_out_stops_no_job(calls: Calls, server: JiraServer) -> None:
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "100", "RateLimit-Reason": "jira-burst-based"}
    server.replies(Reply(429, headers={"Retry-After": "1", **limits}), Reply(json={}))
    calls.jira.get("/rest")
    calls.jira.keep_reserve()


def test_jobs_that_wait_for_the_same_reset_do_not_come_back_in_the_same_second(
    calls: Calls, server: JiraServer
) -> None:
    server.replies(Reply(json={}, headers={"RateLimit": '"tenant-app-quota";r=0;t=900'}))
    calls.jira.get("/rest")
    waits = []
    for calls.chance in (0.0, 0.5, 1.0):
        with pytest.raises(RetryLater) as caught:
            calls.jira.keep_reserve()
        waits.append(caught.value.seconds)
    assert waits[0] >= 899
    assert (waits[1] - waits[0] >= 29, waits[2] - waits[1] >= 29) == (True, True)


def test_a_jira_that_asks_for_short_waits_again_and_again_is_left_to_the_queue(
    calls: Calls, server: JiraServer
) -> None:
    server.replies(Reply(429, headers={"Retry-After": "0"}))
    with pytest.raises(JiraBusyError):
        calls.jira.get("/rest")
    assert len(server.seen) == MOST_TRIES
