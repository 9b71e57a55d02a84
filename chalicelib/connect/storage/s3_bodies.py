"""S3 behind the port `Bodies`: the claim check for what no SQS message can carry.

The body is written before the message that names it. A write that fails leaves nothing on the queue, and Jira sends the
webhook again; a message that fails after the write leaves an object that no one asks for and that expires by itself.
Its name is made of its content: a repeated webhook writes the same object again, which begins its time anew.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from chalicelib.connect.storage.aws import available, error_code, failures


class S3Bodies:
    """The port `Bodies`."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        """`client` makes the S3 client: at the first large body, which few cold starts meet."""
        self._make_client = client
        self._bucket = bucket

    def put(self, client_key: str, body: str) -> str:
        """See `Bodies.put`; all bodies of a tenant begin with its client key, so that they can be found."""
        data = body.encode()
        name = f"{folder(client_key)}{sha256(data).hexdigest()}.json"
        with available("S3"):
            self._s3.put_object(Bucket=self._bucket, Key=name, Body=data, ContentType="application/json")
        return name

    def get(self, client_key: str, name: str) -> str | None:
        """See `Bodies.get`. The name comes from a message, and the tenant in it decides what it may name."""
        if not name.startswith(folder(client_key)):
            return None
        with available("S3"):
            try:
                data: bytes = self._s3.get_object(Bucket=self._bucket, Key=name)["Body"].read()
            except failures() as error:
                if error_code(error) != "NoSuchKey":
                    raise
                return None
        return data.decode()

    @cached_property
    def _s3(self) -> Any:
        return self._make_client()


def folder(client_key: str) -> str:
    """How the names of all bodies of a tenant begin, and of no other's."""
    return f"{quote(client_key, safe='')}/"
