"""Answers of AWS that are no plain yes or no: yes to a part, more to come, not now."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.leftovers import DynamoLeftovers, S3Leftovers
from chalicelib.connect.storage.ports import Leftover
from chalicelib.connect.storage.s3_bodies import S3Bodies
from chalicelib.connect.storage.sqs import SqsQueue


def test_messages_of_which_sqs_did_not_delete_every_one_are_not_taken_for_deleted() -> None:
    sqs = SimpleNamespace(delete_message_batch=lambda **_: {"Successful": [{"Id": "0"}], "Failed": [{"Id": "1"}]})
    with pytest.raises(UnavailableError, match="did not delete every message"):
        SqsQueue(sqs, "queue", "dead letters").delete(["a", "b"])


def test_bodies_of_which_s3_did_not_delete_every_one_are_not_taken_for_deleted() -> None:
    s3 = SimpleNamespace(delete_objects=lambda **_: {"Errors": [{"Key": "tenant-1/b", "Code": "InternalError"}]})
    with pytest.raises(UnavailableError, match="did not delete every body"):
        S3Leftovers(s3, "bodies").delete([Leftover(("tenant-1/a",)), Leftover(("tenant-1/b",))])


def test_things_are_counted_to_the_last_page_of_them() -> None:
    pages: list[dict[str, Any]] = [{"Count": 3, "LastEvaluatedKey": {"key": {"S": "c"}}}, {"Count": 2}]
    starts = []

    def query(**call: Any) -> dict[str, Any]:
        starts.append(call.get("ExclusiveStartKey"))
        return pages[len(starts) - 1]

    assert DynamoLeftovers(SimpleNamespace(query=query), "t", "key").count("tenant-1") == 5
    assert starts == [None, {"key": {"S": "c"}}]


@pytest.mark.parametrize(("code", "gone"), [("NoSuchKey", True), ("SlowDown", False), ("AccessDenied", False)])
def test_a_body_that_can_not_be_had_now_is_not_taken_for_gone(code: str, gone: bool) -> None:
    def get_object(**_: str) -> None:
        raise AwsError(code)

    bodies = S3Bodies(lambda: SimpleNamespace(get_object=get_object), "bodies")
    if gone:
        assert bodies.get("tenant-1", "tenant-1/a.json") is None
    else:
        with pytest.raises(UnavailableError):
            bodies.get("tenant-1", "tenant-1/a.json")
