"""How a webhook travels on the queue."""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import NewerVersionError
from chalicelib.connect.protocol.messages import (
    COMPRESSED_FROM,
    MOST_BODY_BYTES,
    MOST_BYTES,
    Message,
    delivery_id,
)
from tests import strategies


def message(body: str = '{"issue": {"id": "10001"}}') -> Message:
    return Message(
        client_key="11111111-2222-3333-4444-555555555555",
        id="1700000000000-7",
        event="jira:issue_updated",
        body=body,
        attempt=2,
        received_at=1_795_510_800_123,
    )


def written(**changes: Any) -> str:
    return json.dumps({**json.loads(message().encode()), **changes})


@strategies.patient
@given(strategies.texts, strategies.texts, strategies.objects, st.integers(0, 999))
def test_a_message_comes_out_as_it_went_in(client_key: str, identity: str, body: dict[str, Any], attempt: int) -> None:
    sent = Message(
        client_key=client_key,
        id=identity,
        event="comment_created",
        body=json.dumps(body, ensure_ascii=True),
        attempt=attempt,
        received_at=1,
    )
    assert Message.decode(sent.encode()) == sent


def test_a_body_is_compressed_from_the_size_on_where_sqs_bills_another_message() -> None:
    at_the_edge = message(" " * COMPRESSED_FROM)
    below = message(" " * (COMPRESSED_FROM - 1))

    assert len(at_the_edge.encode()) < 1_000
    assert len(below.encode()) > COMPRESSED_FROM
    assert Message.decode(at_the_edge.encode()) == at_the_edge
    assert Message.decode(below.encode()) == below


def test_the_largest_body_that_is_not_compressed_fits_whatever_is_in_it() -> None:
    # json.dumps makes twelve characters of one outside the basic plane.
    assert len(message("\N{GRINNING FACE}" * (COMPRESSED_FROM - 1)).encode()) < MOST_BYTES


def test_a_body_of_many_scripts_survives_compression() -> None:
    sent = message(json.dumps({"summary": "Größe 大きさ \N{GRINNING FACE}" * 9_000}, ensure_ascii=False))
    assert Message.decode(sent.encode()) == sent


def test_a_message_without_its_body_names_where_the_body_is_kept() -> None:
    whole = message("{}")
    light = whole.without_body("tenant-1/some-name")

    assert Message.decode(light.encode()) == light
    assert (light.body, light.stored) == ("", "tenant-1/some-name")


@strategies.patient
@given(st.one_of(strategies.broken_texts, strategies.misshapen(json.loads(message().encode())).map(json.dumps)))
def test_whatever_is_on_the_queue_is_a_message_or_is_refused_in_one_way(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(Message.decode(text), Message)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        written(version=None),
        written(version="1"),
        written(version=True),
        written(version=0),
        written(clientKey=7),
        written(id=None),
        written(event=["jira:issue_updated"]),
        written(body={"issue": {}}),
        written(attempt="two"),
        written(attempt=1e999).replace("Infinity", "1e999"),
        written(attempt=1.5),
        written(attempt=True),
        written(receivedAt=None),
        written(zlib="no base64 at all, ä"),
        written(zlib="bm90IHpsaWI="),
        written(zlib=base64.b64encode(zlib.compress(b"\xff")).decode()),
        written(zlib=base64.b64encode(zlib.compress(b"{}" * 100)[:-5]).decode()),
        written(zlib=7),
    ],
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the reason is for the dead letters, in any words)
        Message.decode(text)


def test_a_message_of_a_newer_version_is_told_from_one_that_is_broken() -> None:
    with pytest.raises(NewerVersionError, match="version 2"):
        Message.decode(written(version=2, body=None, bodies=["of another shape"]))


def test_a_message_of_this_version_may_hold_more_than_this_reader_knows() -> None:
    assert Message.decode(written(priority="high")) == message()


def test_a_packed_body_is_not_unpacked_beyond_what_can_have_come_in() -> None:
    bomb = base64.b64encode(zlib.compress(b" " * (MOST_BODY_BYTES + 1), 9)).decode()
    with pytest.raises(ValueError, match="larger than any webhook"):
        Message.decode(written(zlib=bomb))


def test_a_webhook_without_a_name_is_named_by_its_event_and_body() -> None:
    name = delivery_id("", "comment_created", b"{}")

    assert name == delivery_id("", "comment_created", b"{}")
    assert len({name, delivery_id("", "comment_updated", b"{}"), delivery_id("", "comment_created", b"{ }")}) == 3


@pytest.mark.parametrize("sent", ["w1 slot 0", "w1\n", "w\u00e41", "w" * 129])
def test_what_could_be_taken_for_more_than_a_name_is_none(sent: str) -> None:
    assert delivery_id(sent, "comment_created", b"{}") == delivery_id("", "comment_created", b"{}")


def test_event_and_body_do_not_run_into_each_other_in_a_derived_name() -> None:
    assert delivery_id("", "comment", b"_created{}") != delivery_id("", "comment_created", b"{}")


def test_half_a_surrogate_pair_in_an_event_still_gives_a_name() -> None:
    assert len(delivery_id("", "\ud800", b"{}")) == 64
