"""How a webhook travels on the queue between the route that took it in and the worker that handles it."""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from hashlib import sha256

from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.protocol.versions import VERSION, check_version
from chalicelib.connect.values import frozen, replace

MOST_BYTES = 1_040_000
"""What is sent in one SQS message: a little less than the 1,048,576 bytes that it can carry, so that a dead letter has
room for its reason
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html)."""

COMPRESSED_FROM = 65_536
"""Bodies of this many characters and more are compressed: JSON shrinks about tenfold, and SQS bills each 64 KiB."""

MOST_BODY_BYTES = 32_000_000
"""Where unpacking stops. Nothing larger can have come in: Lambda takes 6 MB."""

_ID = re.compile(r"[!-~]{1,128}")


@frozen(kw_only=True)
class Message:
    """One webhook on the queue."""

    client_key: str
    id: str
    event: str
    body: str
    """The JSON object that Jira sent, as text; empty where it is `stored`."""
    stored: str = ""
    """The name under which the body is kept outside the queue (`storage.ports.Bodies`); empty where it is not."""
    attempt: int
    received_at: int
    """Milliseconds since the epoch."""

    def encode(self) -> str:
        """The text of the SQS message; one of more than `MOST_BYTES` characters (all ASCII) can not be sent."""
        return json.dumps(
            {
                "version": VERSION,
                "clientKey": self.client_key,
                "id": self.id,
                "event": self.event,
                "attempt": self.attempt,
                "receivedAt": self.received_at,
                **self._carried(),
            },
            separators=(",", ":"),
        )

    def without_body(self, stored: str) -> "Message":
        """This message as it travels when its body is kept as `stored`: a claim check."""
        return replace(self, body="", stored=stored)

    @classmethod
    def decode(cls, text: str) -> "Message":
        """The message in `text`; raises `ValueError` for none, `NewerVersionError` for one of a newer app."""
        read = read_object(text)
        check_version(read)
        try:
            return cls(
                client_key=_text(read["clientKey"]),
                id=_text(read["id"]),
                event=_text(read["event"]),
                attempt=_whole(read["attempt"]),
                received_at=_whole(read["receivedAt"]),
                **_body(read),
            )
        except (KeyError, TypeError, zlib.error) as error:
            raise ValueError(f"it is no delivery: {error!r}") from error

    def _carried(self) -> dict[str, str]:
        if self.stored:
            return {"stored": self.stored}
        if len(self.body) < COMPRESSED_FROM:
            return {"body": self.body}
        return {"zlib": base64.b64encode(zlib.compress(self.body.encode())).decode()}


def delivery_id(sent: str, event: str, body: bytes) -> str:
    """The name `sent` with a webhook or, where that is none, one that is the same for the same event and body."""
    if _ID.fullmatch(sent):
        return sent
    return sha256(event.encode(errors="surrogatepass") + b"\0" + body).hexdigest()


def _body(read: Mapping[str, object]) -> dict[str, str]:
    if "stored" in read:
        return {"body": "", "stored": _text(read["stored"])}
    return {"body": _unpacked(_text(read["zlib"])) if "zlib" in read else _text(read["body"])}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number was expected, not {value!r}")
    return value


def _unpacked(text: str) -> str:
    unpack = zlib.decompressobj()
    data = unpack.decompress(base64.b64decode(text), MOST_BODY_BYTES)
    if not unpack.eof:
        raise ValueError("the packed body is cut short or larger than any webhook")
    return data.decode()
