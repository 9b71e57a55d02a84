"""S3 behind the port `Site`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from chalicelib.connect.storage.aws import available, error_code, failures

INDEX = "pages.txt"
"""The object that names the pages, one a line. The deploy writes it: to have S3 list them costs ten times a read."""


class S3Site:
    """The port `Site`: the bucket that the deploy fills from `static_site/`."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def page(self, name: str) -> bytes | None:
        """See `Site.page`."""
        return self._object(f"{name}.html")

    def pages(self) -> Collection[str]:
        """See `Site.pages`."""
        return (self._object(INDEX) or b"").decode().split()

    def _object(self, key: str) -> bytes | None:
        with available("S3"):
            try:
                body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except failures() as error:
                if error_code(error) != "NoSuchKey":
                    raise
                return None
        return body
