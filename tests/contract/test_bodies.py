"""What every implementation of the port `Bodies` must do."""

from __future__ import annotations

import pytest

from chalicelib.connect.storage.ports import Bodies


def test_a_body_comes_back_as_it_was_kept(bodies: Bodies) -> None:
    body = '{"text": "é\\u0000 😀"}' + " " * 2_000_000
    assert bodies.get("tenant-1", bodies.put("tenant-1", body)) == body


def test_the_same_body_of_a_tenant_has_one_name_and_that_of_another_tenant_another(bodies: Bodies) -> None:
    name = bodies.put("tenant-1", "{}")

    assert bodies.put("tenant-1", "{}") == name
    assert len({name, bodies.put("tenant-1", "[]"), bodies.put("tenant-2", "{}")}) == 3


def test_a_client_key_of_any_letters_makes_a_name(bodies: Bodies) -> None:
    assert bodies.get("a/../b ?#%~", bodies.put("a/../b ?#%~", "{}")) == "{}"


def test_a_body_that_is_not_kept_is_none(bodies: Bodies) -> None:
    assert bodies.get("tenant-1", "tenant-1/0000.json") is None


@pytest.mark.parametrize("stranger", ["tenant-2", "tenant", "tenant-1/", ""])
def test_a_body_of_another_tenant_is_none(bodies: Bodies, stranger: str) -> None:
    assert bodies.get(stranger, bodies.put("tenant-1", "{}")) is None
