"""DynamoDB and S3 behind the port `Leftovers`: what they keep of one tenant, found by its client key and deleted.

Items are deleted one by one, each under the condition that it is still the version that was looked at, which a batch
can not ask for: what a tenant that has come back has written in the meantime stays.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.storage.aws import REFUSED, available, error_code, failures
from chalicelib.connect.storage.ports import Leftover
from chalicelib.connect.storage.s3_bodies import folder

MOST = 100
"""How many things are looked at in one go: deleting them takes a second or so."""


class DynamoLeftovers:
    """The port `Leftovers` for a table whose key is `client_key` and one more, such as ``key``."""

    def __init__(self, dynamodb: Any, table: str, sort_key: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._sort_key = sort_key

    def some(self, client_key: str) -> Sequence[Leftover]:
        """See `Leftovers.some`."""
        with available("DynamoDB"):
            answer = self._dynamodb.query(
                **self._of(client_key),
                ProjectionExpression="client_key, #sort, version",
                ExpressionAttributeNames={"#sort": self._sort_key},
                ConsistentRead=True,
                Limit=MOST,
            )
        return [
            Leftover((item["client_key"]["S"], item[self._sort_key]["S"]), int(item["version"]["N"]))
            for item in answer["Items"]
        ]

    def delete(self, things: Sequence[Leftover]) -> int:
        """See `Leftovers.delete`."""
        return sum([self._delete(each) for each in things])

    def count(self, client_key: str) -> int:
        """See `Leftovers.count`."""
        found, start = 0, dict[str, Any]()
        while True:
            with available("DynamoDB"):
                answer = self._dynamodb.query(**self._of(client_key), Select="COUNT", **start)
            found += int(answer["Count"])
            if not (last := answer.get("LastEvaluatedKey")):
                return found
            start = {"ExclusiveStartKey": last}

    def _delete(self, thing: Leftover) -> bool:
        client_key, name = thing.name
        with available("DynamoDB"):
            try:
                self._dynamodb.delete_item(
                    TableName=self._table,
                    Key={"client_key": {"S": client_key}, self._sort_key: {"S": name}},
                    ConditionExpression="version = :version",
                    ExpressionAttributeValues={":version": {"N": str(thing.version)}},
                )
            except failures() as error:
                if error_code(error) != REFUSED:
                    raise
                return False
        return True

    def _of(self, client_key: str) -> Mapping[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "client_key = :tenant",
            "ExpressionAttributeValues": {":tenant": {"S": client_key}},
        }


class S3Leftovers:
    """The port `Leftovers` for the bucket of large bodies, whose objects are named after their content."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def some(self, client_key: str) -> Sequence[Leftover]:
        """See `Leftovers.some`."""
        with available("S3"):
            answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=folder(client_key), MaxKeys=MOST)
        return list(_objects(answer))

    def delete(self, things: Sequence[Leftover]) -> int:
        """See `Leftovers.delete`."""
        objects = [{"Key": name} for (name,) in (each.name for each in things)]
        with available("S3"):
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
        if answer.get("Errors"):
            raise UnavailableError("S3 did not delete every body; try again later.")
        return len(objects)

    def count(self, client_key: str) -> int:
        """See `Leftovers.count`."""
        with available("S3"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=folder(client_key))
            return sum(page["KeyCount"] for page in pages)


def _objects(answer: Mapping[str, Any]) -> Iterator[Leftover]:
    return (Leftover((each["Key"],)) for each in answer.get("Contents", ()))
