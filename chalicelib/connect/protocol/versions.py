"""The version that everything on a queue says it has, and who may read it.

A deploy and a rollback put two versions of the app beside each other: each reads what the one before it has written,
and leaves what a newer one has written until that is back.
"""

from collections.abc import Mapping

from chalicelib.connect.errors import NewerVersionError

VERSION = 1
"""The version that this app writes, and the newest that it reads. Fields may be added under the same one, as long as a
reader that does not know them does nothing wrong without them."""


def check_version(read: Mapping[str, object]) -> None:
    """Raise `NewerVersionError` when `read` is of a newer version, and `ValueError` when it is of none."""
    version = read.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("it has no version")
    if version > VERSION:
        raise NewerVersionError(f"it is of version {version}, and this app reads up to {VERSION}")
