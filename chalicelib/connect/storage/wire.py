"""DynamoDB, SQS and KMS without boto3: JSON over one connection that is kept open.

boto3 takes a quarter of a second to make its first client, far more than all else that a sleeping function does when it
wakes (docs/performance.md). What the framework needs of it for these services is little: a signed POST of JSON, two
quick tries, and credentials. A `JsonService` has boto3's method names and takes and gives what boto3 does, so that an
adapter works with either; `tests/contract` runs over both.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
"""

from __future__ import annotations

import json
import os
import time
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.sigv4 import Credentials, signed

if TYPE_CHECKING:
    from chalicelib.connect.http import Answer
    from chalicelib.connect.storage.connection import Connection

Result = TypeVar("Result")

TARGETS = {"dynamodb": "DynamoDB_20120810", "kms": "TrentService", "sqs": "AmazonSQS"}

MOST_WAIT = 1.0
"""Up to how long, in seconds, is waited before the second try. Jira waits for an answer, so there are two quick tries;
Jira and the queue are the longer patience. The wait is botocore's own measure, in its mode ``standard``
(https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)."""

THROTTLED = {
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
"""The errors of the 400s that botocore tries again."""


class JsonService:
    """One service of AWS, by boto3's method names: ``get_item(TableName=...)``, ``send_message(QueueUrl=...)``.

    A call that was made may have been received although no answer came; it is then made once more. The adapters' writes
    bear that: they name the version that they replace, or what they send is dropped when it comes a second time.
    """

    def __init__(
        self,
        service: str,
        connection: Connection,
        region: str,
        *,
        credentials: Callable[[], Credentials] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`service` is one of `TARGETS`."""
        self._service = service
        self._connection = connection
        self._region = region
        self._credentials = credentials or current_credentials
        self._sleep = sleep

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self.call, "".join(word.capitalize() for word in name.split("_")))

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """The answer to the call `operation`, such as ``GetItem``; raises `AwsError`."""
        body = json.dumps(parameters, default=_base64).encode()
        return tried(lambda: self._once(operation, body), self._sleep)

    def _once(self, operation: str, body: bytes) -> dict[str, Any]:
        headers = {
            "Host": self._connection.host,
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{TARGETS[self._service]}.{operation}",
        }
        sent = signed(headers, body, self._credentials(), region=self._region, service=self._service, now=time.time())
        return _read(answer_of(self._connection, "POST", "/", sent, body))


def tried(once: Callable[[], Result], sleep: Callable[[float], None]) -> Result:
    """What `once` returns, at the second try if the first one failed for a reason that may pass."""
    try:
        return once()
    except AwsError as error:
        if not error.temporary:
            raise
    import random  # which few calls need

    sleep(random.uniform(0, MOST_WAIT))  # noqa: S311 - no secret hangs on it
    return once()


def _base64(value: bytes) -> str:
    """Bytes as AWS's JSON has them; in an answer they stay so, and boto3 alone decodes them."""
    return b2a_base64(value, newline=False).decode()


def answer_of(connection: Connection, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """What `connection` answers; raises `AwsError` where it gives no answer."""
    try:
        return connection.ask(method, path, headers, body)
    except OSError as error:
        raise AwsError(type(error).__name__, temporary=True) from error


def is_temporary(status: int, code: str) -> bool:
    """Whether an error, by its status and AWS's word for it, may pass."""
    return status >= 500 or code in THROTTLED


def _read(reply: Answer) -> dict[str, Any]:
    checksum = reply.headers.get("x-amz-crc32")  # of DynamoDB's answers
    whole = checksum is None or checksum == str(crc32(reply.body))
    try:
        answer = json.loads(reply.body) if whole and reply.body else {}
    except ValueError:
        whole, answer = False, {}
    if not whole or not isinstance(answer, dict):
        raise AwsError("Unreadable", temporary=True)
    if reply.status == 200:
        return answer
    code = str(answer.get("__type", reply.status)).rpartition("#")[2]
    raise AwsError(code, answer, temporary=is_temporary(reply.status, code))


def current_credentials() -> Credentials:
    """The credentials that Lambda has put into the environment, which it renews with the environment itself.

    Where there are none, as after SnapStart, botocore finds them and renews them in time.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    access_key, secret_key = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if access_key and secret_key:
        return Credentials(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN"))
    from chalicelib.connect.storage.boto import found_credentials

    return found_credentials()
