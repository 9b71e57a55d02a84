"""The install keys, read from real servers on this machine that behave well or badly."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from typing import Any

import pytest
import urllib3

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.jira.install_keys import COMMERCIAL, GOVERNMENT, MOST_KEYS, SECONDS, InstallKeys
from tests.tokens import KID, public_pem

SITE = "burrow.atlassian.net"
GOVERNMENT_SITE = "burrow.atlassian-us-gov-mod.net"

Answer = Callable[[BaseHTTPRequestHandler, Event], None]
StartHost = Callable[[Answer], "Host"]


class Host:
    """A server that answers each request by the function it is given, and notes what was asked for."""

    def __init__(self, answer: Answer) -> None:
        self.paths: list[str] = []
        self.closing = Event()
        paths, closing = self.paths, self.closing

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paths.append(self.path)
                answer(self, closing)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def host() -> Iterator[StartHost]:
    with ExitStack() as open_hosts:

        def start(answer: Answer) -> Host:
            started = Host(answer)
            open_hosts.callback(started.close)
            return started

        yield start


def says(body: str | bytes, status: int = 200, after: float = 0, **headers: str) -> Answer:
    """Answers with a whole body, `after` some seconds."""
    data = body.encode() if isinstance(body, str) else body

    def answer(to: BaseHTTPRequestHandler, closing: Event) -> None:
        closing.wait(after)
        to.send_response(status)
        to.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        try:
            to.wfile.write(data)
        except OSError:
            to.close_connection = True  # the other side has seen enough

    return answer


def hangs(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Takes the request and says nothing."""
    closing.wait(10)


def drips(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Says a character now and then, and never comes to an end."""
    to.send_response(200)
    to.end_headers()
    for character in public_pem().encode():
        if closing.wait(SECONDS / 4):
            return
        try:
            to.wfile.write(bytes([character]))
        except OSError:
            return


def breaks_off(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Says the first half of a key."""
    to.send_response(200)
    to.send_header("Content-Length", str(len(public_pem())))
    to.end_headers()
    to.wfile.write(public_pem()[:200].encode())


def talks_nonsense(to: BaseHTTPRequestHandler, closing: Event) -> None:
    """Says what is no HTTP."""
    to.wfile.write(b"220 mail.example.com ESMTP\r\n\r\n")


def closed_port() -> str:
    """A URL where nothing listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"


def refused_within_a_second(keys: InstallKeys) -> None:
    began = time.monotonic()
    with pytest.raises(UnauthorizedError) as caught:
        keys.get(KID, SITE)
    assert caught.value.reason == "kid"
    assert time.monotonic() - began < 1


good = says(public_pem())


def test_a_key_is_read_by_its_name_and_without_the_blanks_around_it(host: StartHost) -> None:
    keys = host(says(f"\n {public_pem()}\n\n"))

    assert InstallKeys([keys.url]).get(KID, SITE) == public_pem().strip()
    assert keys.paths == [f"/{KID}"]


def test_a_key_is_asked_for_once(host: StartHost) -> None:
    started = host(good)
    keys = InstallKeys([started.url])
    for _ in range(3):
        keys.get(KID, SITE)
    keys.get("another", SITE)

    assert started.paths == [f"/{KID}", "/another"]


def test_a_key_that_was_not_there_is_asked_for_again(host: StartHost) -> None:
    answers = [says("", 404), good]
    started = host(lambda to, closing: answers.pop(0)(to, closing))
    keys = InstallKeys([started.url])

    refused_within_a_second(keys)
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
        keys = InstallKeys([host(answer).url for answer in answers])
        began = time.monotonic()
        assert keys.get(KID, SITE) == public_pem().strip()
        assert time.monotonic() - began < SECONDS / 2


def test_a_second_host_is_enough_while_the_first_is_down(host: StartHost) -> None:
    assert InstallKeys([closed_port(), host(good).url]).get(KID, SITE) == public_pem().strip()


def test_a_slow_second_host_is_waited_for_when_the_first_is_down(host: StartHost) -> None:
    # The first refuses at once. The whole of the time is then the second's.
    slow = host(says(public_pem(), after=SECONDS / 2))
    assert InstallKeys([closed_port(), slow.url]).get(KID, SITE) == public_pem().strip()


def test_an_install_is_refused_within_a_second_when_every_host_hangs(host: StartHost) -> None:
    refused_within_a_second(InstallKeys([host(hangs).url, host(hangs).url]))


def test_an_install_is_refused_within_a_second_when_one_host_hangs_and_the_other_is_late(host: StartHost) -> None:
    refused_within_a_second(InstallKeys([host(hangs).url, host(says("", 404, after=SECONDS * 0.9)).url]))


def test_an_install_is_refused_within_a_second_when_every_host_drips(host: StartHost) -> None:
    refused_within_a_second(InstallKeys([host(drips).url, host(drips).url]))


def test_hosts_that_drip_do_not_keep_the_next_install_from_its_key(host: StartHost) -> None:
    well = host(says("", 404))
    keys = InstallKeys([*(host(drips).url for _ in range(7)), well.url])
    refused_within_a_second(keys)
    refused_within_a_second(keys)

    assert len(well.paths) == 2


def test_an_install_is_refused_when_nothing_listens() -> None:
    refused_within_a_second(InstallKeys([closed_port(), closed_port()]))


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
    keys = InstallKeys([started.url])

    refused_within_a_second(keys)
    refused_within_a_second(keys)
    assert len(started.paths) == 2


def test_a_compressed_key_is_a_key(host: StartHost) -> None:
    keys = host(says(gzip.compress(public_pem().encode()), Content_Encoding="gzip"))
    assert InstallKeys([keys.url]).get(KID, SITE) == public_pem().strip()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(host: StartHost, status: int) -> None:
    target = host(good)
    refused_within_a_second(InstallKeys([host(says(public_pem(), status, Location=target.url)).url]))
    assert target.paths == []


# Which hosts are asked


class RecordingPool(urllib3.PoolManager):
    """Answers from a table of addresses, and notes what was asked for."""

    def __init__(self, keys: dict[str, str]) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._keys = keys

    def request(self, method: str, url: str, *_: Any, **__: Any) -> urllib3.BaseHTTPResponse:
        self.asked.append(url)
        body = self._keys.get(url, "")
        return urllib3.HTTPResponse(
            BytesIO(body.encode()), status=200 if body else 404, preload_content=False, request_url=url
        )


@pytest.mark.parametrize(
    ("site", "hosts"), [(SITE, COMMERCIAL), ("burrow.jira.com", COMMERCIAL), (GOVERNMENT_SITE, GOVERNMENT)]
)
def test_only_the_hosts_of_the_sites_own_cloud_are_asked(site: str, hosts: tuple[str, ...]) -> None:
    pool = RecordingPool({})
    with pytest.raises(UnauthorizedError):
        InstallKeys(http=pool).get(KID, site)

    assert sorted(pool.asked) == sorted(f"{host}/{KID}" for host in hosts)


def test_a_key_of_one_cloud_signs_for_no_site_of_another() -> None:
    pool = RecordingPool({f"{COMMERCIAL[0]}/{KID}": public_pem()})
    keys = InstallKeys(http=pool)

    assert keys.get(KID, SITE) == public_pem().strip()
    with pytest.raises(UnauthorizedError):
        keys.get(KID, GOVERNMENT_SITE)


def test_a_host_of_the_settings_is_asked_for_every_site_and_no_other_is() -> None:
    pool = RecordingPool({f"http://localhost:2990/install-keys/{KID}": public_pem()})
    keys = InstallKeys(["http://localhost:2990/install-keys"], pool)
    keys.get(KID, SITE)
    keys.get(KID, GOVERNMENT_SITE)

    assert pool.asked == [f"http://localhost:2990/install-keys/{KID}"]


def test_the_keys_that_are_remembered_do_not_become_too_many() -> None:
    url = "http://localhost:2990"
    pool = RecordingPool({f"{url}/{number}": public_pem() for number in range(MOST_KEYS + 1)})
    keys = InstallKeys([url], pool)
    for number in range(MOST_KEYS + 1):
        keys.get(str(number), SITE)
    keys.get(str(MOST_KEYS), SITE)
    keys.get("0", SITE)

    assert len(pool.asked) == MOST_KEYS + 2
    assert pool.asked[-1] == f"{url}/0"
