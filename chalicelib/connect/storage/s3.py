"""S3 behind the port `Site`."""

from __future__ import annotations

from typing import Any

from chalicelib.connect.storage.aws import available, error_code, failures


class S3Site:
    """The port `Site`: the bucket that the deploy fills from `static_site/`."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def page(self, name: str) -> bytes | None:
        """See `Site.page`."""
        with available("S3"):
            try:
                body: bytes = self._s3.get_object(Bucket=self._bucket, Key=f"{name}.html")["Body"].read()
            except failures() as error:
                if error_code(error) != "NoSuchKey":
                    raise
                return None
        return body
