"""The verifiers of tokens at one instant, and tokens for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.protocol.query_hash import CONTEXT_QSH, query_hash
from chalicelib.connect.protocol.tokens import Claims, read_install_token, read_tenant_token
from tests.tokens import SECRET, asymmetric, claims, public_pem, symmetric

NOW = 1_795_510_800
BASE_URL = "https://app.example.com/base"
APP_KEY = "dormouse-time-in-status"
QSH = query_hash("POST", "/installed", {})

Verify = Callable[[str], Claims]


def install(token: str, *, key: str | None = None, now: float = NOW, base_url: str = BASE_URL) -> Claims:
    return read_install_token(token, base_url=base_url, qsh=QSH, now=now).verified(key or public_pem())


def server(token: str, *, secrets: tuple[str, ...] = (SECRET,), now: float = NOW) -> Claims:
    return read_tenant_token(token, audiences={APP_KEY, BASE_URL}, qsh=QSH, now=now).verified(secrets)


def context(token: str, *, secrets: tuple[str, ...] = (SECRET,), now: float = NOW) -> Claims:
    return read_tenant_token(token, audiences={APP_KEY}, qsh=CONTEXT_QSH, now=now).verified(secrets)


def claimed_issuer(token: str) -> str:
    return read_tenant_token(token, audiences={APP_KEY, BASE_URL}, qsh=QSH, now=NOW).issuer


def claimed_install(token: str) -> tuple[str, str]:
    read = read_install_token(token, base_url=BASE_URL, qsh=QSH, now=NOW)
    return read.key_id, read.issuer


def good(**changes: Any) -> dict[str, Any]:
    """The claims of a token that is good at `NOW`, for installs as for server tokens."""
    made = {**claims(QSH, now=NOW, aud=[BASE_URL]), **changes}
    return {name: value for name, value in made.items() if value is not None}


def signed(payload: dict[str, Any]) -> dict[Verify, str]:
    """The two kinds of tokens that hold the same claims, whatever these are, by what verifies them."""
    return {server: symmetric(payload), install: asymmetric(payload)}


def refusal(verify: Callable[[str], object], token: str) -> str:
    """Why `verify` refuses the token; fails when it does not, or in other words than always."""
    with pytest.raises(UnauthorizedError) as caught:
        verify(token)
    assert str(caught.value) == "The request carries no token that opens this route."
    assert caught.value.status == 401
    return caught.value.reason
