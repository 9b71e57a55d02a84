"""Shared secrets sealed with a key of KMS, under the name of their tenant: what is stored opens for that one alone.

KMS seals the secrets themselves. To seal them here, with a key that KMS has sealed, would bring a library for AES into
every cold start, and spare no call: all secrets of a tenant fit into one.
Source: https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect.storage.aws import available

if TYPE_CHECKING:
    from chalicelib.connect.storage.ports import Value

SECRET = ("sharedSecret", "formerSecrets")
"""The fields of a tenant's record that are sealed, all together."""

SEALED, SEALED_BY = "sealed", "sealedBy"
"""The fields that stand in their place: what KMS made of them, in base64, and the ARN of the key."""

SEALED_VERSION = 2
"""The version of a record whose secrets are sealed."""

MOST_BYTES = 4_096
"""What KMS takes at once (https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html); twenty former secrets
of the usual length are less."""

MOST_REMEMBERED = 1_000


class Seal:
    """Seals with `key`, and opens whatever key it was that sealed; without a key it seals nothing anew.

    What was opened is remembered, so that a container asks KMS once for each tenant, and again after an install alone.
    """

    def __init__(self, kms: Callable[[], Any], key: str | None = None) -> None:
        """`kms` gives the client, boto3's or `wire`'s; `key` is an id, an ARN or an alias."""
        self._kms = kms
        self._key = key
        self._remembered: dict[tuple[str, ...], dict[str, Any]] = {}

    def opened(self, client_key: str, record: Value) -> Value:
        """The record of the tenant `client_key` with its secrets open. Raises `UnavailableError`."""
        if SEALED not in record:
            return record
        rest = {name: value for name, value in record.items() if name not in (SEALED, SEALED_BY)}
        return {**rest, **self._secrets(client_key, record)}

    def sealed(self, client_key: str, record: Value, former: Value | None = None) -> Value:
        """The open `record` as it is to be stored in the place of `former`. Raises `UnavailableError`.

        Secrets that `former` has sealed already stay as they are there. What was sealed once is never stored open
        again, also where there is no key any more, as after going back to a version of the app without one.
        """
        secrets = {name: record[name] for name in SECRET}
        before = former if former and SEALED in former else {}
        if before and self._secrets(client_key, before) == secrets:
            return _closed(record, before[SEALED], before[SEALED_BY])
        key = self._key or before.get(SEALED_BY)
        return record if key is None else _closed(record, *self._encrypt(client_key, secrets, key))

    def _encrypt(self, client_key: str, secrets: dict[str, Any], key: str) -> tuple[list[str], str]:
        text = json.dumps(secrets, separators=(",", ":")).encode()
        parts, used = list[str](), key
        for start in range(0, len(text), MOST_BYTES):
            with available("KMS"):
                answer = self._kms().encrypt(
                    KeyId=key, Plaintext=text[start : start + MOST_BYTES], EncryptionContext=context(client_key)
                )
            parts.append(_text(answer["CiphertextBlob"]))
            used = str(answer["KeyId"])
        self._remember((client_key, *parts), secrets)
        return parts, used

    def _secrets(self, client_key: str, record: Value) -> dict[str, Any]:
        # The tenant is a part of the name: what was copied from another one's record is to be refused by KMS.
        name = (client_key, *record[SEALED])
        secrets = self._remembered.get(name)
        if secrets is None:
            secrets = json.loads(b"".join(self._decrypt(client_key, part) for part in record[SEALED]))
            self._remember(name, secrets)
        return secrets

    def _decrypt(self, client_key: str, part: str) -> bytes:
        with available("KMS"):
            answer = self._kms().decrypt(CiphertextBlob=a2b_base64(part), EncryptionContext=context(client_key))
        return _bytes(answer["Plaintext"])

    def _remember(self, name: tuple[str, ...], secrets: dict[str, Any]) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[name] = secrets


def context(client_key: str) -> Mapping[str, str]:
    """The encryption context of a tenant's secrets; CloudTrail shows it with every use of the key."""
    return {"client_key": client_key}


def _closed(record: Value, parts: list[str], key: str) -> Value:
    rest = {name: value for name, value in record.items() if name not in SECRET}
    return {**rest, "version": SEALED_VERSION, SEALED: parts, SEALED_BY: key}


def _bytes(value: bytes | str) -> bytes:
    """What KMS answers, by boto3 as it is and by `wire` as its base64."""
    return value if isinstance(value, bytes) else a2b_base64(value)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else b2a_base64(value, newline=False).decode()
