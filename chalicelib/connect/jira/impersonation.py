"""Tokens with which the app acts as a user: asked for at Atlassian's authorization server, and kept while they last.

Source: https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chalicelib.connect.errors import JiraAnswerError, JiraError, JiraImpersonationError
from chalicelib.connect.jira.answers import Answer, read, words
from chalicelib.connect.jira.client import Account
from chalicelib.connect.jira.exchange import Call, Exchange
from chalicelib.connect.protocol.own_tokens import user_assertion

if TYPE_CHECKING:
    from chalicelib.connect.tenants import Tenant

COMMERCIAL: Final = "https://oauth-2-authorization-server.services.atlassian.com"
GOVERNMENT: Final = "https://oauth-2-authorization-server.services.atlassian-us-gov-mod.com"

EARLY_SECONDS = 30
"""How long before its end a token is no longer used: a call with it may take so long."""

LONGEST_SECONDS = 3_600
MOST_TOKENS = 1_000

_LABEL = "POST /oauth2/token"
_ACCESS_TOKEN = re.compile(r"[!-~]{1,16384}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    good_until: float


_Key = tuple[str, str, Account]


def authorization_server(base_url: str) -> str:
    """Where tokens for the site at `base_url` are given out.

    A site over plain http can only be the stand-in of the stage `local`: it gives them out itself.
    """
    site = urlsplit(base_url)
    if site.scheme == "http":
        return base_url
    return GOVERNMENT if (site.hostname or "").endswith(".atlassian-us-gov-mod.net") else COMMERCIAL


class UserTokens:
    """The users' tokens that a container holds. However many threads need one, one of them asks for it."""

    def __init__(self, exchange: Exchange, clock: Callable[[], float] = time.time, most: int = MOST_TOKENS) -> None:
        self._exchange = exchange
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._tokens: OrderedDict[_Key, _Token] = OrderedDict()
        self._asked: dict[_Key, Future[_Token]] = {}

    def get(self, tenant: Tenant, account: Account, seconds_left: Callable[[], float]) -> str:
        """A token of `account`; raises `JiraImpersonationError` when Atlassian gives none, else as `Exchange.make`."""
        # The client too is in the key: an app that is installed anew is given a new one, and old tokens die.
        key = (tenant.client_key, tenant.oauth_client_id, account)
        with self._lock:
            held = self._tokens.get(key)
            if held is not None and held.good_until > self._clock():
                self._tokens.move_to_end(key)
                return held.text
            asked = self._asked.get(key)
            if asked is None:
                mine: Future[_Token] = Future()
                self._asked[key] = mine
        if asked is not None:
            return asked.result().text
        return self._ask_for_all(key, mine, tenant, seconds_left)

    def forget(self, token: str) -> None:
        """Do not hand out `token` again: Jira has refused it."""
        with self._lock:
            for key in [key for key, held in self._tokens.items() if held.text == token]:
                del self._tokens[key]

    def _ask_for_all(self, key: _Key, mine: Future[_Token], tenant: Tenant, seconds_left: Callable[[], float]) -> str:
        try:
            token = self._ask(tenant, key[2], seconds_left)
        except BaseException as error:
            with self._lock:
                del self._asked[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._asked[key]
            self._tokens[key] = token
            self._tokens.move_to_end(key)
            while len(self._tokens) > self._most:
                self._tokens.popitem(last=False)
        mine.set_result(token)
        return token.text

    def _ask(self, tenant: Tenant, account: Account, seconds_left: Callable[[], float]) -> _Token:
        if not tenant.oauth_client_id:
            raise JiraImpersonationError(_LABEL, "the site gave the app no OAuth client; is ACT_AS_USER a scope?")
        server, now = authorization_server(tenant.base_url), self._clock()
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": user_assertion(
                account.account_id,
                oauth_client_id=tenant.oauth_client_id,
                secret=tenant.shared_secret,
                base_url=tenant.base_url,
                audience=server,
                now=now,
            ),
        }
        if account.scopes:
            form["scope"] = " ".join(account.scopes)
        call = Call(method="POST", url=f"{server}/oauth2/token", label=_LABEL, form=form, seconds_left=seconds_left)
        return _token(self._exchange.make(call), now)


def _token(answer: Answer, now: float) -> _Token:
    if answer.status in (400, 401, 403):
        raise _refusal(answer)
    given = read(_LABEL, answer)
    text = given.get("access_token") if isinstance(given, dict) else None
    if not isinstance(text, str) or not _ACCESS_TOKEN.fullmatch(text):
        raise JiraAnswerError(_LABEL, "the answer holds no token", status=answer.status)
    return _Token(text, now + min(_seconds(given.get("expires_in")), LONGEST_SECONDS) - EARLY_SECONDS)


def _refusal(answer: Answer) -> JiraError:
    return JiraImpersonationError(
        _LABEL, f"Atlassian answered {answer.status}", status=answer.status, messages=words(answer)[0]
    )


def _seconds(value: Any) -> float:
    # Without a good word about its life a token is used for this one call.
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0.0
