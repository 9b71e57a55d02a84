"""What would be left to chance: ids, secrets and pauses. With a seed, they are the same in every run."""

from __future__ import annotations

import base64
import random
import uuid


class Chance:
    """Chance as the system gives it or, with a `seed`, the same chance each time."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - for tests

    def identity(self) -> str:
        """A new id, in the form of a UUID of version 4."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def secret(self, size: int = 48) -> str:
        """A new secret of so many random bytes, as text."""
        return base64.urlsafe_b64encode(self._random.randbytes(size)).decode().rstrip("=")

    def between(self, least: float, most: float) -> float:
        """A number between two."""
        return self._random.uniform(least, most)
