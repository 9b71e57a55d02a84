"""The paths that are measured lead all the way through the app, and the AWS behind them is reached as AWS is."""

from __future__ import annotations

import ssl
import urllib.request
from pathlib import Path
from urllib.error import URLError

import boto3
import pytest

from devkit.bench.aws_stub import PAGE, AwsStub
from devkit.bench.certificates import Certificates
from devkit.bench.packages import trust
from devkit.bench.paths import PATHS, TENANT, environment, public_key
from devkit.errors import DevkitError
from tests.loaded_app import Context, LoadedApp

CALLS = {
    "descriptor": [],
    "static page": ["GetObject"],
    "verified webhook": ["GetItem", "SendMessage"],
    "signed install": ["install key", "GetItem", "PutItem"],
}


@pytest.mark.parametrize("name", CALLS)
def test_each_route_that_is_measured_is_answered_as_it_should_be(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = (each for each in PATHS if each.name == name)
    with AwsStub(TENANT, key=public_key()).serving() as aws:
        app = LoadedApp(monkeypatch, **environment(aws.url))
        boto3.setup_default_session()
        status = app.app(path.event(), Context())["statusCode"]
        boto3.setup_default_session()
    assert path.is_right({"statusCode": status})
    assert aws.calls == CALLS[name]


def test_the_stub_is_reached_by_tls_by_those_alone_who_trust_its_root(tmp_path: Path) -> None:
    made = Certificates.make(tmp_path)
    trusting = ssl.create_default_context(cafile=made.root)
    with AwsStub(TENANT, tls=made.context()).serving() as aws:
        assert urllib.request.urlopen(f"{aws.url}/bucket/page.html", context=trusting).read() == PAGE
        with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"{aws.url}/bucket/page.html", context=ssl.create_default_context())


def test_a_package_trusts_the_root_beside_those_that_it_has(tmp_path: Path) -> None:
    roots = tmp_path / "task" / "deep" / "amazon_roots.pem"
    roots.parent.mkdir(parents=True)
    roots.write_text("those")
    (tmp_path / "root.pem").write_text("one")

    trust(tmp_path / "task", tmp_path / "root.pem")

    assert roots.read_text() == "those\none"


def test_a_package_without_roots_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(DevkitError, match="holds no amazon_roots"):
        trust(tmp_path, tmp_path / "root.pem")
