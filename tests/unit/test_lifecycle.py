"""Installs and uninstalls: what is stored, what counts when they come twice or out of order, what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.tenants import GRACE_SECONDS
from tests import tokens
from tests.unit.bench import BASE_URL, Bench


def test_an_install_stores_the_tenant_and_its_webhooks_come_in(bench: Bench) -> None:
    assert bench.install() == (204, None)

    assert bench.webhook() == 204
    (message,) = bench.queue.sent
    assert (message.client_key, message.id, message.event) == (tokens.CLIENT_KEY, "w1", "jira:issue_updated")


def test_a_reinstall_brings_a_new_secret_and_the_former_one_stays_good_for_the_grace_period(bench: Bench) -> None:
    newer = "another shared secret of more than thirty-two bytes"
    bench.install(at=time.time() - 10)
    assert bench.install(sharedSecret=newer) == (204, None)

    assert bench.webhook(newer) == 204
    assert bench.webhook(tokens.SECRET) == 204

    later = time.time() + GRACE_SECONDS + 1
    bench.clock = lambda: later
    assert bench.webhook(newer) == 204
    assert bench.webhook(tokens.SECRET) == 401


def test_an_install_that_a_later_one_has_overtaken_is_accepted_but_does_not_count(bench: Bench) -> None:
    older = "an older shared secret of more than thirty-two bytes"
    bench.install()
    assert bench.install(at=time.time() - 20, sharedSecret=older) == (204, None)

    tenant = bench.stored()
    assert tenant is not None
    assert tenant.shared_secret == tokens.SECRET
    assert bench.webhook(older) == 204


def test_an_uninstall_keeps_the_row_and_closes_the_door(bench: Bench) -> None:
    bench.install(at=time.time() - 10)
    assert bench.uninstall() == (204, None)

    tenant = bench.stored()
    assert tenant is not None
    assert not tenant.installed
    assert bench.webhook() == 401


def test_disabled_may_come_after_uninstalled(bench: Bench) -> None:
    bench.install(at=time.time() - 10)
    bench.uninstall()

    payload = tokens.install_payload("disabled", sharedSecret=None)
    assert bench.signed("/disabled", payload) == (204, None)
    assert bench.signed("/enabled", {**payload, "eventType": "enabled"}) == (204, None)
    tenant = bench.stored()
    assert tenant is not None
    assert (tenant.installed, tenant.enabled) == (False, False)
    assert bench.job_queue.sent == []


def test_an_install_that_is_played_again_after_the_uninstall_changes_nothing(bench: Bench) -> None:
    made = time.time() - 10
    bench.install(at=made)
    bench.uninstall()

    status, error = bench.install(at=made)
    assert (status, error["Code"]) == (409, "ConflictError")
    tenant = bench.stored()
    assert tenant is not None
    assert not tenant.installed


def test_an_uninstall_that_is_played_again_after_a_reinstall_changes_nothing(bench: Bench) -> None:
    bench.install(at=time.time() - 20)
    bench.uninstall(at=time.time() - 10)
    bench.install()

    assert bench.uninstall(at=time.time() - 10) == (204, None)
    assert bench.webhook() == 204


def test_an_uninstall_of_an_unknown_tenant_is_accepted_and_stores_nothing(bench: Bench) -> None:
    assert bench.uninstall() == (204, None)
    assert bench.stored() is None


def test_enabled_and_disabled_are_noted(bench: Bench) -> None:
    bench.install()
    for event, expected in (("enabled", True), ("disabled", False)):
        assert bench.signed(f"/{event}", tokens.install_payload(event, sharedSecret=None)) == (204, None)
        tenant = bench.stored()
        assert tenant is not None
        assert tenant.enabled is expected


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"clientKey": "someone-else"}, 401),
        ({"clientKey": None}, 401),
        ({"key": "another-app"}, 400),
        ({"key": None}, 400),
        ({"sharedSecret": None}, 400),
        ({"sharedSecret": ""}, 400),
        ({"sharedSecret": 7}, 400),
        ({"sharedSecret": "s" * 1_025}, 400),
        ({"displayUrl": "h" * 2_049}, 400),
        ({"productType": "confluence"}, 400),
        ({"eventType": "uninstalled"}, 400),
        ({"displayUrl": ["x"]}, 400),
        ({"baseUrl": None}, 400),
        ({"baseUrl": 5}, 400),
        ({"baseUrl": "https://burrow.example.com"}, 403),
        ({"baseUrl": "http://burrow.atlassian.net"}, 403),
        ({"baseUrl": "https://burrow.atlassian.net.example.com"}, 403),
        ({"baseUrl": "https://burrow.atlassian.net@example.com"}, 403),
        ({"baseUrl": "https://burrow.atlassian.net:8443"}, 403),
        ({"baseUrl": "https://[burrow"}, 403),
    ],
)
def test_an_install_with_an_unfit_payload_is_refused_and_stores_nothing(
    bench: Bench, changes: dict[str, Any], status: int
) -> None:
    assert bench.install(**changes)[0] == status
    assert bench.stored() is None


@pytest.mark.parametrize(
    "changes", [{"sharedSecret": "s" * 1_024}, {"displayUrl": "h" * 2_048}, {"displayUrl": None}, {"eventType": None}]
)
def test_an_install_with_long_texts_or_fewer_of_them_is_taken_in(bench: Bench, changes: dict[str, Any]) -> None:
    assert bench.install(**changes)[0] == 204


def test_the_address_of_a_site_is_stored_without_a_slash_at_its_end(bench: Bench) -> None:
    bench.install(baseUrl="https://burrow.atlassian.net/")
    assert bench.stored().base_url == "https://burrow.atlassian.net"  # type: ignore[union-attr]


@pytest.mark.parametrize("body", ["", "no json", "[]", "7", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000])
@pytest.mark.parametrize("event", ["installed", "enabled"])
def test_a_lifecycle_body_that_is_no_json_object_is_refused(bench: Bench, event: str, body: str) -> None:
    bench.install()
    if event == "enabled":
        status, error = bench.signed("/enabled", body)
    else:
        token = tokens.asymmetric(tokens.claims(query_hash("POST", "/installed", {}), aud=[BASE_URL]))
        status, error = bench.call("POST", "/installed", token, body)
    assert (status, error["Code"]) == (400, "BadRequestError")


def test_a_stand_in_that_has_made_a_new_key_under_an_old_name_is_believed(bench: Bench) -> None:
    another = generate_private_key(public_exponent=65537, key_size=2048).public_key()
    bench.keys.outdated = another.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    assert bench.install() == (204, None)
    assert bench.keys.asked == 2
