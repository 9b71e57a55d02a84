"""The install keys, read from real servers on this machine that behave well or badly."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import urllib3

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.jira.install_keys import SECONDS, InstallKeys
from tests.tokens import KID, public_pem
from tests.unit.key_host import Answer, Host, breaks_off, closed_port, drips, hangs, says, talks_nonsense

SITE = "burrow.atlassian.net"

StartHost = Callable[[Answer], Host]


@pytest.fixture
def host() -> Iterator[StartHost]:
    with ExitStack() as open_hosts:

        def start(answer: Answer) -> Host:
            started = Host(answer)
            open_hosts.callback(started.close)
            return started

        yield start


def patient(*urls: str) -> InstallKeys:
    """Those whose answer does not depend on how fast this machine is."""
    return InstallKeys(urls, seconds=20)


def refused(keys: InstallKeys) -> None:
    with pytest.raises(UnauthorizedError) as caught:
        keys.get(KID, SITE)
    assert caught.value.reason == "kid"


good = says(public_pem())


def test_a_key_is_read_by_its_name_and_without_the_blanks_around_it(host: StartHost) -> None:
    keys = host(says(f"\n {public_pem()}\n\n"))

    assert patient(keys.url).get(KID, SITE) == public_pem().strip()
    assert keys.paths == [f"/{KID}"]


def test_a_key_is_asked_for_once(host: StartHost) -> None:
    started = host(good)
    keys = patient(started.url)
    for _ in range(3):
        keys.get(KID, SITE)
    keys.get("another", SITE)

    assert started.paths == [f"/{KID}", "/another"]


def test_a_key_that_was_not_there_is_asked_for_again(host: StartHost) -> None:
    answers = [says("", 404), good]
    started = host(lambda to, closing: answers.pop(0)(to, closing))
    keys = patient(started.url)

    refused(keys)
    assert keys.get(KID, SITE) == public_pem().strip()


@pytest.mark.parametrize(
    "first",
    [
        says("", 404),
        says("", 500),
        says("<html>"),
        hangs,
        drips,
        breaks_off,
        talks_nonsense,
    ],
)
def test_the_second_host_is_enough(host: StartHost, first: Answer) -> None:
    for answers in ((first, good), (good, first)):
        keys = patient(*(host(answer).url for answer in answers))
        assert keys.get(KID, SITE) == public_pem().strip()


@pytest.mark.parametrize("slow", [says("", 404, after=10), hangs, drips])
def test_a_good_answer_is_taken_before_the_other_host_has_come_to_its_end(host: StartHost, slow: Answer) -> None:
    for answers in ((slow, good), (good, slow)):
        hosts = {answer: host(answer) for answer in answers}
        patient(*(each.url for each in hosts.values())).get(KID, SITE)
        assert hosts[slow].ended == []


def test_a_second_host_is_enough_while_the_first_is_down(host: StartHost) -> None:
    assert patient(closed_port(), host(good).url).get(KID, SITE) == public_pem().strip()


def test_a_slow_second_host_is_waited_for_when_the_first_is_down(host: StartHost) -> None:
    # The first refuses at once. The whole of the time is then the second's.
    slow = host(says(public_pem(), after=1.1))
    assert InstallKeys([closed_port(), slow.url], seconds=2).get(KID, SITE) == public_pem().strip()


def test_an_install_is_refused_within_a_second_whatever_way_the_hosts_are_late(host: StartHost) -> None:
    assert SECONDS < 0.9
    late = host(says("", 404, after=SECONDS * 0.9))
    # Whoever gives each answer the whole of the time again is still there when this one comes.
    later = host(says("", 404, after=SECONDS * 1.6))
    waiting = urllib3.PoolManager(timeout=10, retries=False)
    refused(InstallKeys([host(hangs).url, host(drips).url, late.url, later.url], waiting))
    assert later.ended == []


def test_hosts_that_drip_do_not_keep_the_next_install_from_its_key(host: StartHost) -> None:
    well = host(says("", 404))
    keys = InstallKeys([*(host(drips).url for _ in range(7)), well.url])
    refused(keys)
    refused(keys)

    assert len(well.paths) == 2


def test_an_install_is_refused_when_nothing_listens() -> None:
    refused(InstallKeys([closed_port(), closed_port()]))


@pytest.mark.parametrize(
    "answer",
    [
        says(""),
        says("not a key"),
        says("<html>-----BEGIN PUBLIC KEY-----</html>"),
        says("-----BEGIN PUBLIC KEY-----\n" + "A" * 1_000_000),
        says("A" * 10_000_000),
        says(gzip.compress(b"A" * 50_000_000), Content_Encoding="gzip"),
        says(b"\x1f\x8b not gzip", Content_Encoding="gzip"),
        says("-----BEGIN PUBLIC KEY-----\näöü\n-----END PUBLIC KEY-----"),
        says("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"),
        says(public_pem() + "<script>"),
        says(public_pem(), 201),
        says(public_pem(), 404),
        breaks_off,
        talks_nonsense,
    ],
)
def test_what_is_no_key_is_refused_and_not_remembered(host: StartHost, answer: Answer) -> None:
    started = host(answer)
    keys = patient(started.url)

    refused(keys)
    refused(keys)
    assert len(started.paths) == 2


def test_a_compressed_key_is_a_key(host: StartHost) -> None:
    keys = host(says(gzip.compress(public_pem().encode()), Content_Encoding="gzip"))
    assert patient(keys.url).get(KID, SITE) == public_pem().strip()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(host: StartHost, status: int) -> None:
    target = host(good)
    refused(InstallKeys([host(says(public_pem(), status, Location=target.url)).url]))
    assert target.paths == []
