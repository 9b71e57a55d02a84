"""S3 on the wire: what is sent, what is tried again, and what an error says."""

from __future__ import annotations

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.s3 import S3Site
from chalicelib.connect.storage.s3_bodies import S3Bodies
from chalicelib.connect.storage.sigv4 import Credentials
from chalicelib.connect.storage.wire_s3 import ObjectService
from tests.unit.storage.answering import Server, answer

ME = Credentials("AKIA", "secret", "token")


def service(server: Server) -> ObjectService:
    return ObjectService(
        lambda bucket: f"{server.url}/{bucket}", "eu-central-1", credentials=lambda: ME, sleep=lambda _: None
    )


def error(code: str, status: int) -> bytes:
    return answer(f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>x</Message></Error>".encode(), status)


def test_a_page_is_read_by_one_signed_request() -> None:
    with Server([answer(b"<p>\xc3\xa9</p>")]).serving() as server:
        assert S3Site(service(server), "site").page("issue-panel") == b"<p>\xc3\xa9</p>"

    head = server.requests[0].decode()
    assert head.startswith("GET /site/issue-panel.html HTTP/1.1\r\n")
    assert "Credential=AKIA/" in head
    assert "X-Amz-Content-Sha256: e3b0c442" in head


def test_a_body_is_written_under_the_name_that_it_is_read_by() -> None:
    with Server([answer(b""), answer(b'{"a": 1}')]).serving() as server:
        bodies = S3Bodies(lambda: service(server), "bodies")
        name = bodies.put("a/b c", '{"a": 1}')

        assert bodies.get("a/b c", name) == '{"a": 1}'

    written, read = (request.decode().split("\r\n")[0].split(" ") for request in server.requests)
    assert (written[0], read[0]) == ("PUT", "GET")
    assert written[1] == read[1] == f"/bodies/a%252Fb%2520c/{name.rpartition('/')[2]}"
    assert server.requests[0].endswith(b'\r\n\r\n{"a": 1}')
    assert server.accepted == 1


def test_what_is_not_there_is_none_and_asked_for_once() -> None:
    with Server([error("NoSuchKey", 404)]).serving() as server:
        assert S3Site(service(server), "site").page("none") is None

    assert len(server.requests) == 1


@pytest.mark.parametrize("broken", [error("InternalError", 500), error("SlowDown", 503), answer(b"", 502)])
def test_what_may_pass_is_tried_once_more(broken: bytes) -> None:
    with Server([broken, answer(b"html")]).serving() as server:
        assert S3Site(service(server), "site").page("a") == b"html"


@pytest.mark.parametrize(("given", "code"), [(error("AccessDenied", 403), "AccessDenied"), (answer(b"", 301), "301")])
def test_a_refusal_says_why(given: bytes, code: str) -> None:
    with Server([given]).serving() as server, pytest.raises(AwsError, match=code):
        service(server).get_object(Bucket="site", Key="a.html")


def test_a_page_that_can_not_be_read_is_a_service_that_does_not_answer() -> None:
    with Server([error("SlowDown", 503)] * 2).serving() as server, pytest.raises(UnavailableError):
        S3Site(service(server), "site").page("a")
