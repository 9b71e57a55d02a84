"""AWS's Signature Version 4, for the requests that are sent here: they have nothing in their query.

Own code, where botocore's `SigV4Auth` would do: importing that brings urllib3, dateutil and XML along, which takes as
long as all the rest of a cold start. The tests hold every signature against botocore's.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from chalicelib.connect.values import frozen, hidden

ALGORITHM = "AWS4-HMAC-SHA256"


@frozen
class Credentials:
    """Who signs."""

    access_key: str
    secret_key: str = hidden()
    token: str | None = hidden()
    """Of credentials that are good for a while only, as all of Lambda's are."""


def signed(
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    *,
    region: str,
    service: str,
    now: float,
    method: str = "POST",
    path: str = "/",
) -> dict[str, str]:
    """`headers`, ``Host`` among them, and those that sign them and `body` at `now`, seconds since the epoch.

    `path` is percent-encoded as it is sent.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    day = moment[:8]
    sent = {**headers, "X-Amz-Date": moment}
    if credentials.token:
        sent["X-Amz-Security-Token"] = credentials.token
    lowered = sorted((name.lower(), " ".join(value.split())) for name, value in sent.items())
    names = ";".join(name for name, _ in lowered)
    lines = "".join(f"{name}:{value}\n" for name, value in lowered)
    request = f"{method}\n{path}\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    scope = f"{day}/{region}/{service}/aws4_request"
    text = f"{ALGORITHM}\n{moment}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    key = _signing_key(credentials.secret_key, day, region, service)
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    sent["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return sent


@lru_cache(maxsize=8)  # the key of a day, a region and a service: the same for every call but the first of them
def _signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
