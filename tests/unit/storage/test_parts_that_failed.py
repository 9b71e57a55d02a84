"""Answers of AWS that say yes to a part and no to the rest."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.leftovers import S3Leftovers
from chalicelib.connect.storage.ports import Leftover
from chalicelib.connect.storage.sqs import SqsQueue


def test_messages_of_which_sqs_did_not_delete_every_one_are_not_taken_for_deleted() -> None:
    sqs = SimpleNamespace(delete_message_batch=lambda **_: {"Successful": [{"Id": "0"}], "Failed": [{"Id": "1"}]})
    with pytest.raises(UnavailableError, match="did not delete every message"):
        SqsQueue(sqs, "queue", "dead letters").delete(["a", "b"])


def test_bodies_of_which_s3_did_not_delete_every_one_are_not_taken_for_deleted() -> None:
    s3 = SimpleNamespace(delete_objects=lambda **_: {"Errors": [{"Key": "tenant-1/b", "Code": "InternalError"}]})
    with pytest.raises(UnavailableError, match="did not delete every body"):
        S3Leftovers(s3, "bodies").delete([Leftover(("tenant-1/a",)), Leftover(("tenant-1/b",))])
