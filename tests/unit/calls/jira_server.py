"""A Jira of a few lines on a port of its own: answers as it is told, and verifies every token with another library."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from atlassian_jwt.url_utils import hash_url

from devkit.serving import serving
from tests import tokens

APP_KEY = "dormouse-time-in-status"
OAUTH_CLIENT = "oauth-client-1"
TOKEN_PATH = "/oauth2/token"


@dataclass(frozen=True)
class Seen:
    """One request that came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    by: str
    """``app``, or the account id of the user as whom the app came."""
    token: str
    port: int
    """The other end of the connection."""

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What is answered."""

    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    seconds: float = 0
    """How long it is withheld."""


class JiraServer:
    """Answers with `answer(seen)`, and by itself what the authorization server is asked; keeps what came."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.tokens_given = 0
        self.token_life: Any = 900
        self.token_reply: Reply | None = None
        self.secret = tokens.SECRET
        self.base_path = ""
        self.answer: Callable[[Seen], Reply] = lambda _: Reply(json={"ok": True})
        self._accounts: dict[str, str] = {}
        self._server = _Server(("127.0.0.1", 0), self)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._serving = serving(self._server)
        self._serving.__enter__()

    def close(self) -> None:
        self._serving.__exit__(None, None, None)

    def replies(self, *replies: Reply) -> None:
        """Answer with these, one after the other, and then with the last."""
        left = list(replies)
        self.answer = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes, port: int) -> Reply:
        if target == TOKEN_PATH:
            return self._give_token({name: values[0] for name, values in parse_qs(body.decode()).items()})
        kind, _, token = headers.get("Authorization", "").partition(" ")
        by = self._accounts.get(token, "") if kind == "Bearer" else self._app(method, target, kind, token)
        if not by:
            return Reply(401, {"message": f"Client must be authenticated; the token was {token}"})
        self.seen.append(Seen(method, target, headers, body, by, token, port))
        return self.answer(self.seen[-1])

    def revoke(self) -> None:
        """Know none of the users' tokens any more."""
        self._accounts.clear()

    def _app(self, method: str, target: str, kind: str, token: str) -> str:
        assert kind == "JWT"
        try:
            claims = jwt.decode(
                token, self.secret, algorithms=["HS256"], audience=tokens.CLIENT_KEY, issuer=APP_KEY, leeway=60
            )
        except jwt.PyJWTError:
            return ""
        assert claims["exp"] == claims["iat"] + 180
        assert abs(claims["iat"] - time.time()) < 60
        assert claims["qsh"] == hash_url(method, target.removeprefix(self.base_path)), target
        return "app"

    def _give_token(self, form: dict[str, str]) -> Reply:
        if self.token_reply is not None:
            return self.token_reply
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        # The tests of a token's life set the client's clock ahead by as much.
        claims = jwt.decode(form["assertion"], self.secret, algorithms=["HS256"], audience=self.base_url, leeway=3_600)
        assert claims["iss"] == f"urn:atlassian:connect:clientid:{OAUTH_CLIENT}"
        assert claims["tnt"] == self.base_url
        assert claims["exp"] == claims["iat"] + 60
        self.tokens_given += 1
        account = claims["sub"].removeprefix("urn:atlassian:connect:useraccountid:")
        token = f"access-{self.tokens_given}-{account}-{form.get('scope', 'all').replace(' ', '+')}"
        self._accounts[token] = account
        return Reply(json={"access_token": token, "expires_in": self.token_life, "token_type": "Bearer"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], jira: JiraServer) -> None:
        self.jira = jira
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that hung up in a test of time-outs


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a body would wait 40 ms for the word that its headers have come
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            reply = self.server.jira.handle(self.command, self.path, dict(self.headers), body, self.client_address[1])
        except AssertionError as fault:
            reply = Reply(418, {"errorMessages": [f"The stand-in objects: {fault!r}"]})
        time.sleep(reply.seconds)
        sent = reply.raw if reply.raw is not None else b"" if reply.status == 204 else json.dumps(reply.json).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:
        pass
