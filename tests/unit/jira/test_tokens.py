"""The stand-in's own reading of Atlassian's tokens, against vectors written by hand and against other libraries."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlencode

import jwt
import pytest
from atlassian_jwt.url_utils import hash_url

from devkit.jira.keys import InstallKeys
from devkit.jira.store import Store
from devkit.jira.tokens import (
    TokenRefused,
    canonical_request,
    context_token,
    install_token,
    query_hash,
    server_token,
    verify_app_token,
)

NOW = 1_795_500_000.0
SECRET = "a-secret-that-is-long-enough-for-hs256"

CANONICAL = [
    ("get", "/path", "GET&/path&"),
    ("POST", "", "POST&/&"),
    ("GET", "/", "GET&/&"),
    ("GET", "/path/", "GET&/path&"),
    ("GET", "/a&b/c", "GET&/a%26b/c&"),
    ("GET", "/a%20b", "GET&/a%20b&"),
    ("GET", "/p?b=2&a=1", "GET&/p&a=1&b=2"),
    ("GET", "/p?a=1&jwt=x.y.z", "GET&/p&a=1"),
    ("GET", "/p?jwt=x", "GET&/p&"),
    ("GET", "/p?q=a+b", "GET&/p&q=a%20b"),
    ("GET", "/p?q=a%20b", "GET&/p&q=a%20b"),
    ("GET", "/p?q=a%2Bb", "GET&/p&q=a%2Bb"),
    ("GET", "/p?q=!'()*~", "GET&/p&q=%21%27%28%29%2A~"),
    ("GET", "/p?a=z&a=b&a=c", "GET&/p&a=b,c,z"),
    ("GET", "/p?a=1,2", "GET&/p&a=1%2C2"),
    ("GET", "/p?a=&b", "GET&/p&a=&b="),
    ("GET", "/p?%C3%A9=%E2%82%AC", "GET&/p&%C3%A9=%E2%82%AC"),
    # In UTF-16 a letter beyond the first plane comes before U+FF5E; by code point it would come after.
    ("GET", "/p?a=%EF%BD%9E&a=%F0%90%80%80", "GET&/p&a=%F0%90%80%80,%EF%BD%9E"),
    # By encoded name "%7B" comes before "a"; by name "{" would come after.
    ("GET", "/p?a=1&%7B=2", "GET&/p&%7B=2&a=1"),
]


@pytest.mark.parametrize(("method", "url", "canonical"), CANONICAL)
def test_the_canonical_request_follows_the_protocol(method: str, url: str, canonical: str) -> None:
    assert canonical_request(method, url) == canonical


def test_the_path_of_the_base_url_is_dropped_on_the_border_of_a_segment() -> None:
    base = "https://app.example.com/stage/"
    assert canonical_request("POST", "https://app.example.com/stage/installed?a=1", base) == "POST&/installed&a=1"
    assert canonical_request("GET", "https://app.example.com/stage", base) == "GET&/&"
    assert canonical_request("GET", "https://app.example.com/stages/x", base) == "GET&/stages/x&"


def test_the_query_hash_is_that_of_another_library() -> None:
    url = "/rest/api/3/issue/BUR-1?" + urlencode({"expand": "changelog,names", "b": "ä ö", "a": "1"})
    assert query_hash(canonical_request("GET", url)) == hash_url("GET", url)
    assert query_hash("GET&/&") == sha256(b"GET&/&").hexdigest()


def test_a_server_token_is_signed_with_the_shared_secret_and_holds_for_one_url() -> None:
    url = "https://app.example.com/stage/webhooks/x?y=1"
    signed = server_token("client", SECRET, "POST", url, "https://app.example.com/stage", NOW)
    claims = jwt.decode(signed.token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims == signed.claims
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("client", 180)
    assert claims["qsh"] == hash_url("POST", "/webhooks/x?y=1")


def test_a_context_token_names_the_place_and_the_fixed_hash() -> None:
    signed = context_token("client", SECRET, "user", {"jira": {"issue": {"id": "1", "key": "BUR-1"}}}, NOW)
    claims = jwt.decode(signed.token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims["qsh"] == "context-qsh"
    assert claims["exp"] - claims["iat"] == 900
    assert (claims["sub"], claims["context"]["jira"]["issue"]["key"]) == ("user", "BUR-1")


def test_an_install_token_is_signed_with_the_key_that_its_header_names() -> None:
    keys = InstallKeys(Store())
    pair = keys.current()
    base = "https://app.example.com/stage"
    signed = install_token("client", "user", pair.private, pair.kid, f"{base}/installed", base, NOW)
    kid = jwt.get_unverified_header(signed.token)["kid"]
    public = keys.public(kid) or ""
    claims = jwt.decode(
        signed.token, public, algorithms=["RS256"], audience=base, options={"verify_exp": False, "verify_iat": False}
    )
    assert claims["aud"] == [base]
    assert claims["qsh"] == hash_url("POST", "/installed")
    assert public.startswith("-----BEGIN PUBLIC KEY-----")


def test_a_new_key_pair_leaves_the_former_one_to_be_asked_for() -> None:
    store = Store()
    keys = InstallKeys(store)
    first, second = keys.current(), keys.rotate()
    again = InstallKeys(store)
    assert (again.current(), again.public(first.kid)) == (second, first.public)
    assert again.public("unknown") is None


def app_token(url: str = "/rest/api/3/myself", *, secret: str = SECRET, **claims: object) -> str:
    qsh = hash_url("GET", url)
    return jwt.encode({"iss": "app", "iat": int(NOW), "exp": int(NOW) + 60, "qsh": qsh, **claims}, secret)


def verify(token: str, url: str = "/rest/api/3/myself", now: float = NOW) -> str:
    return verify_app_token(token, {"app": SECRET}.get, "GET", url, now)


def test_a_token_of_an_installed_app_is_taken() -> None:
    assert verify(app_token()) == "app"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("rubbish", "can not be read"),
        (app_token(iss="other"), "'other', which is not the key of an app"),
        (app_token(secret="x" * 40), "not signed with the shared secret of app"),
        (app_token(exp=int(NOW) - 100), "expired 100 s ago"),
        (app_token(exp=None), "exp"),
        (app_token(qsh="context-qsh"), "'GET&/rest/api/3/myself&'"),
        (jwt.encode({"iss": "app", "exp": NOW}, "", algorithm="none"), "not"),
    ],
)
def test_any_other_token_is_refused_with_a_reason_that_helps(token: str, reason: str) -> None:
    with pytest.raises(TokenRefused, match=reason.replace("(", r"\(")):
        verify(token)
