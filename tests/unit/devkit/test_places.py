"""Addresses and settings of a local run."""

from __future__ import annotations

import pytest

from chalicelib.connect.settings import Settings
from devkit.errors import DevkitError
from devkit.places import Addresses, users_settings


def test_the_addresses_follow_from_two_ports() -> None:
    addresses = Addresses.read({})

    assert addresses.base_url == "http://127.0.0.1:4566/_aws/execute-api/dormouse/local"
    assert addresses.site_url == "http://127.0.0.1:4566/dormouse-local-site-000000000000-us-east-1"
    assert addresses.jira_url == "http://localhost:2990"


def test_the_ports_are_the_users_to_choose() -> None:
    addresses = Addresses.read({"DORMOUSE_CLOUD_PORT": "4600", "DORMOUSE_JIRA_PORT": "2991"})

    assert addresses.base_url.startswith("http://127.0.0.1:4600/")
    assert addresses.jira_url == "http://localhost:2991"


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "45.66", " "])
def test_a_port_that_is_none_is_refused_by_the_name_of_its_setting(text: str) -> None:
    with pytest.raises(DevkitError, match="DORMOUSE_JIRA_PORT must be the number of a port"):
        Addresses.read({"DORMOUSE_JIRA_PORT": text})


def test_the_app_takes_the_settings_of_a_local_run() -> None:
    addresses = Addresses.read({})

    settings = Settings.read(addresses.settings({"PATH": "/bin", "CONNECT_STAGE": "prod"}))

    assert settings.is_local
    assert settings.base_url == addresses.base_url
    assert settings.install_keys_urls == ("http://localhost:2990/install-keys",)
    assert "localhost" in settings.allowed_hosts
    assert settings.all_js_url == "http://localhost:2990/all.js"


def test_the_users_settings_win_and_their_install_keys_stand_before_the_stand_ins() -> None:
    given = {
        "CONNECT_ALLOWED_HOSTS": "burrow.example.com",
        "CONNECT_INSTALL_KEYS_URL": "http://127.0.0.1:9191",
        "CONNECT_BASE_URL": "https://tunnel.example.com/app",
    }

    settings = Addresses.read({}).settings(given)

    assert settings["CONNECT_ALLOWED_HOSTS"] == "burrow.example.com"
    assert settings["CONNECT_BASE_URL"] == "https://tunnel.example.com/app"
    assert settings["CONNECT_INSTALL_KEYS_URL"] == "http://127.0.0.1:9191,http://localhost:2990/install-keys"


def test_only_settings_that_say_something_are_the_users() -> None:
    environment = {
        "CONNECT_ALLOWED_HOSTS": " ",
        "CONNECT_STAGE": "prod",
        "HOME": "/root",
        "CONNECT_BASE_URL": "https://a",
    }

    assert users_settings(environment) == {"CONNECT_BASE_URL": "https://a"}
