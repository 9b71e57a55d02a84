"""S3 without boto3, as `wire` is DynamoDB and SQS: an object is read and written whole.

An `ObjectService` has boto3's names for that, so that an adapter works with either; `tests/contract` runs over both. A
page that someone waits for, and a webhook with a large body, are then as quick at a cold start as all others.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and API_PutObject.html beside it
"""

from __future__ import annotations

import re
import time
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.connection import Connection
from chalicelib.connect.storage.sigv4 import Credentials, signed
from chalicelib.connect.storage.wire import answer_of, current_credentials, is_temporary, tried

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.connect.http import Answer


class ObjectService:
    """S3 by boto3's method names: ``get_object(Bucket=..., Key=...)``; raises `AwsError`."""

    def __init__(
        self,
        url: Callable[[str], str],
        region: str,
        *,
        credentials: Callable[[], Credentials] = current_credentials,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` says where the bucket of a name is; what is in the bucket is below that address."""
        self._url = url
        self._region = region
        self._credentials = credentials
        self._sleep = sleep
        self._connections: dict[str, Connection] = {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """The object, as boto3 gives it: ``Body`` is a file."""
        return {"Body": BytesIO(self._call("GET", Bucket, Key, {}, b"").body)}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> dict[str, Any]:  # noqa: N803
        """Writes the object."""
        self._call("PUT", Bucket, Key, {"Content-Type": ContentType}, Body)
        return {}

    def _call(self, method: str, bucket: str, key: str, headers: dict[str, str], body: bytes) -> Answer:
        url = self._url(bucket)
        connection = self._connections.setdefault(bucket, Connection(url))
        path = f"{urlsplit(url).path}/{quote(key, safe='/-_.~')}"
        sent = {"Host": connection.host, "X-Amz-Content-Sha256": sha256(body).hexdigest(), **headers}
        return tried(lambda: self._once(connection, method, path, sent, body), self._sleep)

    def _once(self, connection: Connection, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        sent = signed(
            headers,
            body,
            self._credentials(),
            region=self._region,
            service="s3",
            now=time.time(),
            method=method,
            path=path,
        )
        answer = answer_of(connection, method, path, sent, body)
        if answer.status == 200:
            return answer
        found = re.search(rb"<Code>([A-Za-z0-9]{1,64})</Code>", answer.body)
        code = found[1].decode() if found else str(answer.status)
        raise AwsError(code, temporary=is_temporary(answer.status, code))
