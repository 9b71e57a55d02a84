"""What is read as an answer is what `http.client` reads in it, however it comes in pieces; all else is none."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.http import Answer, ask

OK = b"HTTP/1.1 200 OK\r\n"


def told(pieces: Sequence[bytes], *, seconds: float = 2.0, pause: float = 0.0) -> tuple[Answer, bytes]:
    """The answer that `ask` reads in `pieces`, after which the connection is closed, and the request that it sent."""
    own, other = socket.socketpair()
    requests: list[bytes] = []

    def tell() -> None:
        with suppress(OSError):  # whoever has read enough hangs up
            requests.append(other.recv(65_536))
            for piece in pieces:
                other.sendall(piece)
                time.sleep(pause)
            other.shutdown(socket.SHUT_WR)

    thread = Thread(target=tell, daemon=True)
    with own, other:
        thread.start()
        try:
            answer = ask(own, "POST", "/x", {"Host": "burrow"}, b"body", seconds=seconds)
        finally:
            own.shutdown(socket.SHUT_RDWR)
            thread.join()
    return answer, requests[0]


def read_by_the_standard_library(data: bytes) -> tuple[int, bytes, bool] | None:
    """Status, body and whether the connection stays open; None where it reads no answer."""
    own, other = socket.socketpair()
    with own, other:
        other.sendall(data)
        other.shutdown(socket.SHUT_WR)
        try:
            response = HTTPResponse(own, method="POST")
            response.begin()
            with response:
                return response.status, response.read(), not response.will_close
        except (HTTPException, OSError, ValueError):
            return None


def test_a_request_is_sent_as_it_was_given() -> None:
    _, request = told([OK + b"Content-Length: 0\r\n\r\n"])

    assert request == b"POST /x HTTP/1.1\r\nHost: burrow\r\n\r\nbody"


HEADS = st.lists(
    st.sampled_from(["X-Amz-Crc32: 1", "x-more:  2 ", "Date: today", "Connection: keep-alive", "Connection: close"]),
    max_size=3,
)


@st.composite
def framed(draw: st.DrawFn) -> bytes:
    """An answer in one of the ways in which HTTP says where it ends."""
    body = draw(st.binary(max_size=300))
    version, status = draw(st.sampled_from(["1.1", "1.0"])), draw(st.sampled_from([200, 400, 503, 204, 304]))
    lines = [f"HTTP/{version} {status} {draw(st.sampled_from(['OK', '', 'Not Found']))}", *draw(HEADS)]
    if status in (204, 304):
        body, lines = b"", [*lines, "X-Empty: 1"]
    elif draw(st.booleans()):
        lines.append(f"Content-Length: {len(body)}")
    elif version == "1.1" and draw(st.booleans()):
        lines.append("Transfer-Encoding: chunked")
        cut = draw(st.integers(0, len(body)))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    ahead = b"HTTP/1.1 100 Continue\r\n\r\n" if draw(st.booleans()) else b""
    return ahead + "\r\n".join([*lines, "", ""]).encode() + body


@given(framed(), st.data())
def test_every_way_to_say_where_an_answer_ends_is_read_as_the_standard_library_reads_it(
    data: bytes, drawn: st.DataObject
) -> None:
    cuts = sorted(drawn.draw(st.lists(st.integers(0, len(data)), max_size=4)))
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    answer, _ = told(pieces)

    status, body, stays_open = read_by_the_standard_library(data) or (0, b"", False)
    assert (answer.status, answer.body) == (status, body)
    assert answer.stays_open <= stays_open


@given(framed(), st.data())
def test_a_damaged_answer_is_refused_or_read_as_the_standard_library_reads_it(
    data: bytes, drawn: st.DataObject
) -> None:
    at = drawn.draw(st.integers(0, len(data) - 1))
    damaged = drawn.draw(st.sampled_from([data[:at], data[:at] + bytes([data[at] ^ 0x15]) + data[at + 1 :]]))

    with suppress(OSError):
        answer, _ = told([damaged])
        assert (answer.status, answer.body) == (read_by_the_standard_library(damaged) or (0, b""))[:2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        OK + b"no header\r\n\r\n",
        OK + b"Content-Length : 2\r\n\r\n{}",
        OK + b" folded: 1\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Content-Length: 5\r\n\r\n{}",
        OK + b"Content-Length: -1\r\n\r\n{}",
        OK + b"Content-Length: +2\r\n\r\n{}",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        OK + b"Content-Length: 99999999999\r\n\r\n{}",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}extra\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        OK + b"X: " + b"x" * 70_000,
        OK + b"Content-Length: 99999999\r\n\r\n" + b"x" * 17_000_000,
        OK + b"\r\n" + b"x" * 17_000_000,
    ],
    ids=range(20),
)
def test_what_is_no_answer_or_too_long_for_one_is_refused(data: bytes) -> None:
    with pytest.raises(OSError, match=r"that is (no|in no)|the answer broke off|closed"):
        told([data])


@pytest.mark.parametrize(("data", "is_fresh"), [([], True), ([OK], False)])
def test_only_a_connection_that_broke_before_an_answer_is_said_to_be_broken(data: list[bytes], is_fresh: bool) -> None:
    with pytest.raises(OSError, match=r"closed|broke off") as caught:
        told(data)

    assert isinstance(caught.value, ConnectionError) == is_fresh


def test_an_answer_that_comes_a_byte_at_a_time_has_no_longer_than_any_other() -> None:
    with pytest.raises(OSError, match=r"takes too long|timed out"):
        told([b"x"] * 40, seconds=0.1, pause=0.01)


def test_what_follows_an_answer_is_never_taken_for_the_next_one() -> None:
    answer, _ = told([OK + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n"])

    assert answer.body == b"{}"
    assert not answer.stays_open


@pytest.mark.parametrize("breaks", [lambda line: {line: "1"}, lambda line: {"X-Name": line}])
def test_no_header_can_bring_another_one_along(breaks: Callable[[str], dict[str, str]]) -> None:
    own, other = socket.socketpair()
    with own, other, pytest.raises(ValueError, match="line break"):
        ask(own, "POST", "/", breaks("a\r\nb: 1"), seconds=1.0)
