"""Sealing in place the secrets of tenants that were stored before the stage had a key.

A row is written only if it is still as it was read, so installs may come in meanwhile; webhooks read either form. What
is sealed with the key already is left alone, so the command may be stopped and run again at any point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.dynamodb import PAGE, VersionedItems
from chalicelib.connect.storage.ports import Value
from chalicelib.connect.storage.sealing import SEALED, SEALED_BY, Seal
from devkit.deliveries.showing import count
from devkit.deploy.aws import Aws
from devkit.deploy.rights import KEY_SETTING
from devkit.deploy.template import functions
from devkit.deploy.versions import configuration
from devkit.errors import DevkitError

OPENERS = ("Api", "Worker", "JobWorker")
"""The functions that open secrets, by their logical names."""


def key_of(aws: Aws, stage: str) -> str:
    """The key that the functions of `stage` seal with, by its ARN.

    Raises `DevkitError` where one of them has none: it could not read what would be sealed; and where the key does not
    seal.
    """
    names, service = functions(stage), aws.client("lambda")
    keys = {_variable(service, names[logical]) for logical in OPENERS}
    if len(keys) != 1 or "" in keys:
        raise DevkitError(
            f"Not every function of the stage {stage} has {KEY_SETTING}, and without it they could not read what is "
            "sealed: set it, and deploy first (docs/operations.md). Nothing was changed."
        )
    found = aws.client("kms").describe_key(KeyId=keys.pop())["KeyMetadata"]
    if found["KeyState"] != "Enabled" or found.get("KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        raise DevkitError(f"The key {found['Arn']} seals nothing: it is {found['KeyState']}. Nothing was changed.")
    return str(found["Arn"])


def _variable(service: Any, name: str) -> str:
    return str(configuration(service, name).get("Environment", {}).get("Variables", {}).get(KEY_SETTING, ""))


@dataclass(frozen=True, slots=True)
class Encryption:
    """The sealing of all `items` of the table of tenants by `seal`, whose key has the ARN `key`; `check` may raise."""

    items: VersionedItems
    seal: Seal
    key: str
    out: TextIO
    check: Callable[[], None]

    @classmethod
    def of(cls, aws: Aws, names: Resources, key: str, out: TextIO, check: Callable[[], None]) -> Encryption:
        """That of the stage of `names`."""
        items = VersionedItems(aws.client("dynamodb"), names.tenants_table)
        return cls(items, Seal(lambda: aws.client("kms"), key), key, out, check)

    def run(self, *, yes: bool) -> None:
        """Says how secrets are stored, and with `yes` seals all that are not sealed with the key.

        Raises `UnavailableError`: what was sealed until then stays so.
        """
        found = list(self._found())
        waiting = [client_key for client_key, record in found if not self._is_done(record)]
        other = sum(SEALED in record and not self._is_done(record) for _, record in found)
        self._say(
            f"{count(len(found), 'tenant')}: {len(waiting) - other} stored open, {other} sealed with another key, "
            f"{len(found) - len(waiting)} sealed with {self.key}."
        )
        if waiting and not yes:
            self._say(f"{count(len(waiting), 'tenant')} would be sealed: say --yes to do it.")
        elif waiting:
            for client_key in waiting:
                self.check()
                self._seal(client_key)
            self._say(f"{count(len(waiting), 'tenant')} sealed.")

    def _seal(self, client_key: str) -> None:
        def change(record: Value | None) -> Value | None:
            if record is None or self._is_done(record):
                return None
            return self.seal.sealed(client_key, self.seal.opened(client_key, record))

        self.items.update({"client_key": client_key}, change)

    def _is_done(self, record: Value) -> bool:
        return record.get(SEALED_BY) == self.key

    def _found(self) -> Iterator[tuple[str, Value]]:
        after: Mapping[str, str] | None = None
        while True:
            self.check()
            page, after = self.items.scan(PAGE, after)
            yield from ((key["client_key"], record) for key, record in page)
            if after is None:
                return

    def _say(self, text: str) -> None:
        print(text, file=self.out, flush=True)
