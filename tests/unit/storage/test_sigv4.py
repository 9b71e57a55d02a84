"""The signatures, each held against botocore's own."""

from __future__ import annotations

import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.storage.sigv4 import Credentials, signed
from tests import strategies

PLAIN = st.text("abcXYZ019/+=-", min_size=1, max_size=40)
VALUES = st.text("abcXYZ019/+=-;:., ", min_size=1, max_size=40).map(str.strip).filter(bool)


def botocores(
    headers: dict[str, str], body: bytes, credentials: Credentials, region: str, service: str, now: float
) -> str:
    """The ``Authorization`` that botocore makes for the same request at the same moment."""
    own = BotocoreCredentials(credentials.access_key, credentials.secret_key, credentials.token)
    signer: Any = botocore.auth.SigV4Auth(own, service, region)
    request = AWSRequest("POST", f"https://{headers['Host']}/", headers, body)
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    if credentials.token:
        request.headers["X-Amz-Security-Token"] = credentials.token
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signature}"


@strategies.patient
@given(
    st.builds(Credentials, PLAIN, PLAIN, st.none() | PLAIN),
    st.binary(max_size=200),
    st.fixed_dictionaries({"X-Amz-Target": VALUES, "Content-Type": VALUES}),
    st.sampled_from(["eu-central-1", "us-east-1"]),
    st.sampled_from(["dynamodb", "sqs"]),
    st.integers(0, 4_000_000_000),
)
def test_every_signature_is_botocores(
    credentials: Credentials, body: bytes, headers: dict[str, str], region: str, service: str, now: int
) -> None:
    sent = {"Host": f"{service}.{region}.amazonaws.com", **headers}

    own = signed(sent, body, credentials, region=region, service=service, now=now)

    assert own["Authorization"] == botocores(sent, body, credentials, region, service, now)
    assert ("X-Amz-Security-Token" in own) == (credentials.token is not None)


@strategies.patient
@given(st.sampled_from(["GET", "PUT"]), st.text(max_size=20).filter(bool), st.binary(max_size=20))
def test_every_signature_of_a_call_to_s3_is_botocores(method: str, key: str, body: bytes) -> None:
    path = "/bucket/" + quote(key, safe="/-_.~", errors="replace")
    own = BotocoreCredentials("AKIA", "secret", "token")
    signer: Any = botocore.auth.S3SigV4Auth(own, "s3", "eu-central-1")
    host = "s3.eu-central-1.amazonaws.com"
    request = AWSRequest(method, f"https://{host}{path}", {"Host": host}, body)
    request.context["payload_signing_enabled"] = True
    signer.add_auth(request)
    moment = datetime.datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)

    sent = signed(
        {"Host": host, "X-Amz-Content-Sha256": sha256(body).hexdigest()},
        body,
        Credentials("AKIA", "secret", "token"),
        region="eu-central-1",
        service="s3",
        now=moment.timestamp(),
        method=method,
        path=path,
    )

    assert sent["Authorization"] == request.headers["Authorization"]


def test_credentials_do_not_show_their_secrets() -> None:
    assert "secret" not in repr(Credentials("AKIA", "secret", "secret token"))
