"""The public keys with which Atlassian signs installs, by their `kid`.

Atlassian publishes them at two hosts; both are asked at once, since an install is waited for: the first good answer
counts. A key never changes under its `kid`, so it is remembered for as long as the container lives.

Source: https://developer.atlassian.com/cloud/jira/platform/security-for-connect-apps/
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Final

import urllib3

from chalicelib.connect import observability
from chalicelib.connect.errors import UnauthorizedError

COMMERCIAL: Final = (
    "https://asap-distribution.us-west-2.prod.atl-asap.net",
    "https://connect-install-keys.atlassian.com",
)
GOVERNMENT: Final = (
    "https://asap-distribution.us-west-2.prod.atl-auth-us-gov-mod.net",
    "https://connect-install-keys.atlassian-us-gov-mod.com",
)
"""Atlassian's production hosts. Its staging hosts are not among them, and no setting outside `local` adds any."""

SECONDS = 0.8
"""How long an install waits for a key. Jira is answered within a second, also when a key host hangs."""

MOST_BYTES = 8_192
MOST_KEYS = 100

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----")


class InstallKeys:
    """The install keys, as Atlassian's hosts hand them out."""

    def __init__(
        self, urls: Sequence[str] = (), http: urllib3.PoolManager | None = None, *, seconds: float = SECONDS
    ) -> None:
        """`urls` are asked instead of Atlassian's hosts, as ``{url}/{kid}``, by way of `http`; for all of them
        together there are `seconds`."""
        self._urls = urls
        self._seconds = seconds
        self._keys: OrderedDict[str, str] = OrderedDict()
        self._http = http or urllib3.PoolManager(timeout=seconds, retries=False)
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="install-keys")

    def get(self, kid: str, tenant_host: str, *, fresh: bool = False) -> str:
        """The PEM text of the key `kid`, for an install on `tenant_host`; raises `UnauthorizedError`.

        `kid` must be a plain word. Only what `tenant_host` belongs to is asked, so that no key of one cloud can sign
        for another. With `fresh` a key that is not Atlassian's is read again: a stand-in may have made a new one.
        """
        urls = self._urls or (GOVERNMENT if tenant_host.endswith(".atlassian-us-gov-mod.net") else COMMERCIAL)
        address = f"{urls[0]}/{kid}"
        if address not in self._keys or (fresh and self._urls):
            self._keys[address] = self._first_answer([f"{url}/{kid}" for url in urls])
            if len(self._keys) > MOST_KEYS:
                self._keys.popitem(last=False)
        return self._keys[address]

    def _first_answer(self, addresses: Sequence[str]) -> str:
        ends = monotonic() + self._seconds
        waiting: set[Future[str | None]] = {self._pool.submit(self._fetch, address, ends) for address in addresses}
        while waiting:
            # What is waited for is an answer of any kind, and no longer than to the end of the time for all.
            done, waiting = wait(waiting, timeout=max(0, ends - monotonic()), return_when=FIRST_COMPLETED)
            if not done:
                break
            for answer in done:
                if (key := answer.result()) is not None:
                    return key
        raise UnauthorizedError("kid")

    def _fetch(self, address: str, ends: float) -> str | None:
        try:
            with self._http.request("GET", address, redirect=False, preload_content=False) as response:
                text = _read(response, ends).decode("ascii").strip()
        except (urllib3.exceptions.HTTPError, OSError, UnicodeDecodeError) as error:
            observability.warning("install key not read", address=address, reason=type(error).__name__)
            return None
        return text if response.status == 200 and _PEM.fullmatch(text) else None


def _read(response: urllib3.BaseHTTPResponse, ends: float) -> bytes:
    # A host that sends a byte now and then keeps its socket's own time-out from ending, hence this one: a thread that
    # it held would be missing for the next install.
    data = b""
    while len(data) < MOST_BYTES and monotonic() < ends and (more := response.read1(MOST_BYTES)):
        data += more
    return data
