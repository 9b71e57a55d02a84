"""The key pairs that sign installs, as Atlassian's install key server hands out their public halves."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from devkit.jira.store import Store


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An RSA key pair, in PEM, by the id that the header of a token names."""

    kid: str
    private: str
    public: str


class InstallKeys:
    """The key pair of this stand-in; made once, and kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pairs = {body["kid"]: KeyPair(**body) for body in store.all("key")}

    def current(self) -> KeyPair:
        """The newest pair."""
        if not self._pairs:
            self._keep(_first())
        return list(self._pairs.values())[-1]

    def share(self, pair: KeyPair) -> None:
        """Signs with the pair of another site from now on: an app reads the keys of all at one place."""
        self._pairs.pop(pair.kid, None)
        self._keep(pair)

    def rotate(self) -> KeyPair:
        """A new pair, which signs from now on; the former ones can still be asked for."""
        return self._keep(_generate())

    def _keep(self, pair: KeyPair) -> KeyPair:
        self._store.put("key", pair.kid, asdict(pair))
        self._pairs[pair.kid] = pair
        return pair

    def public(self, kid: str) -> str | None:
        """The public key of an id in PEM, or None."""
        pair = self._pairs.get(kid)
        return pair.public if pair else None


@cache
def _first() -> KeyPair:
    """The pair of all sites of this process that have none yet: Atlassian's sites share theirs, too."""
    return _generate()


def _generate() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(str(uuid.uuid4()), private.decode(), public.decode())
