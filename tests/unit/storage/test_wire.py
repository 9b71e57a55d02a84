"""DynamoDB and SQS on the wire: what is sent, what is tried again, and what becomes of bad answers."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
from pathlib import Path
from zlib import crc32

import certifi
import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.aws import AwsError, available, error_code
from chalicelib.connect.storage.connection import IDLE_SECONDS, ROOTS, Connection
from chalicelib.connect.storage.sigv4 import Credentials
from chalicelib.connect.storage.wire import MOST_WAIT, JsonService, current_credentials
from tests.unit.storage.answering import CLOSED, Server, answer

ME = Credentials("AKIA", "secret", "token")


def service(connection: Connection, waits: list[float] | None = None) -> JsonService:
    sleep = (lambda _: None) if waits is None else waits.append
    return JsonService("dynamodb", connection, "eu-central-1", credentials=lambda: ME, sleep=sleep)


def error(code: str, status: int = 400, **more: object) -> bytes:
    return answer(json.dumps({"__type": f"com.amazonaws.x#{code}", **more}).encode(), status)


def test_a_call_is_a_signed_post_of_json() -> None:
    with Server([answer(b'{"Item": {}}')]).serving() as server:
        assert service(Connection(server.url)).get_item(TableName="t") == {"Item": {}}

    (request,) = server.requests
    head, _, body = request.decode().partition("\r\n\r\n")
    assert head.startswith("POST / HTTP/1.1\r\n")
    assert "X-Amz-Target: DynamoDB_20120810.GetItem" in head
    assert "X-Amz-Security-Token: token" in head
    assert "Credential=AKIA/" in head
    assert json.loads(body) == {"TableName": "t"}


def test_one_connection_serves_call_after_call() -> None:
    with Server([answer()] * 3).serving() as server:
        called = service(Connection(server.url))
        for _ in range(3):
            called.get_item()

    assert server.accepted == 1


@pytest.mark.parametrize("first", [[answer(), CLOSED], [answer(headers="Connection: close\r\n")], [answer()]])
def test_a_connection_that_the_other_side_has_closed_is_opened_again_without_a_wait(first: list[bytes]) -> None:
    waits: list[float] = []
    with Server(first, [answer(b'{"second": 1}')]).serving() as server:
        called = service(Connection(server.url), waits)
        called.get_item()
        time.sleep(0.05)
        assert called.get_item() == {"second": 1}

    assert server.accepted == 2
    assert waits == []


def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    now = [0.0]
    with Server([answer()] * 2, [answer()]).serving() as server:
        called = service(Connection(server.url, clock=lambda: now[0]))
        called.get_item()
        now[0] = IDLE_SECONDS + 1
        called.get_item()

    assert server.accepted == 2


@pytest.mark.parametrize(
    "broken",
    [
        CLOSED,
        b"not HTTP at all\r\n\r\n",
        answer(b"not json"),
        answer(b"[]"),
        answer(b"\xff"),
        answer(b"{}", headers="x-amz-crc32: 1\r\n"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        error("InternalServerError", 500),
        answer(b"", 503),
        error("ProvisionedThroughputExceededException"),
        error("ThrottlingException"),
    ],
)
def test_what_may_pass_is_tried_once_more_after_a_random_wait(broken: bytes) -> None:
    waits: list[float] = []
    with Server([broken], [answer(b'{"good": 1}')]).serving() as server:
        assert service(Connection(server.url), waits).get_item() == {"good": 1}
    assert len(waits) == 1
    assert 0 <= waits[0] <= MOST_WAIT

    with Server([broken], [broken]).serving() as server, pytest.raises(UnavailableError), available("DynamoDB"):
        service(Connection(server.url)).get_item()
    assert server.accepted == 2


def test_what_is_refused_is_not_tried_again_and_says_why() -> None:
    refused = error("ConditionalCheckFailedException", Item={"id": {"S": "1"}})
    with Server([refused, answer()]).serving() as server, pytest.raises(AwsError) as caught:
        service(Connection(server.url)).put_item()

    assert error_code(caught.value) == "ConditionalCheckFailedException"
    assert caught.value.response["Item"] == {"id": {"S": "1"}}
    assert len(server.requests) == 1


def test_an_answer_whose_checksum_holds_is_taken() -> None:
    body = b'{"Item": {}}'
    with Server([answer(body, headers=f"x-amz-crc32: {crc32(body)}\r\n")]).serving() as server:
        assert service(Connection(server.url)).get_item() == {"Item": {}}


def test_a_host_that_can_not_be_reached_is_a_service_that_does_not_answer() -> None:
    with pytest.raises(UnavailableError), available("DynamoDB"):
        service(Connection("http://127.0.0.1:1")).get_item()


def test_credentials_are_read_afresh_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    for number in "12":
        for name in names:
            monkeypatch.setenv(f"AWS_{name}", f"{name}{number}")
        assert current_credentials() == Credentials(*(f"{name}{number}" for name in names))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate that signs itself, for this machine, with its key in the same file."""
    path = tmp_path / "own.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "cert", *subject]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    path.write_text((tmp_path / "key").read_text() + (tmp_path / "cert").read_text())
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_host_whose_root_is_trusted_is_believed(certificate: Path) -> None:
    with Server([answer(b'{"a": 1}')], tls=tls(certificate)).serving() as server:
        assert service(Connection(server.url, roots=str(certificate))).get_item() == {"a": 1}


def test_a_host_whose_root_no_one_trusts_is_not_believed(certificate: Path) -> None:
    with (
        Server(*[[answer()]] * 4, tls=tls(certificate)).serving() as server,
        pytest.raises(UnavailableError),
        available("DynamoDB"),
    ):
        service(Connection(server.url)).get_item()
    assert server.requests == []


def test_where_amazons_roots_do_not_reach_the_systems_do(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Server([], [answer(b'{"a": 1}')], tls=tls(certificate)).serving() as server:
        assert service(Connection(server.url)).get_item() == {"a": 1}


def test_amazons_roots_are_those_that_the_world_trusts() -> None:
    shipped = ssl.create_default_context(cafile=ROOTS).get_ca_certs(binary_form=True)
    known = ssl.create_default_context(cafile=certifi.where()).get_ca_certs(binary_form=True)
    assert len(shipped) == 5
    assert set(shipped) <= set(known)


def test_a_bundle_of_certificates_that_the_environment_names_is_trusted_and_nothing_else(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with Server([answer(b'{"a": 1}')], tls=tls(certificate)).serving() as server:
        assert service(Connection(server.url)).get_item() == {"a": 1}

    monkeypatch.setenv("AWS_CA_BUNDLE", ROOTS)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        Server(*[[answer()]] * 4, tls=tls(certificate)).serving() as server,
        pytest.raises(UnavailableError),
        available("DynamoDB"),
    ):
        service(Connection(server.url)).get_item()
