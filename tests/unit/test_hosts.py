"""Which sites may install the app."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.settings import ATLASSIAN_HOSTS
from chalicelib.connect.web.hosts import AllowedHosts
from tests import strategies

PRODUCTION = AllowedHosts(ATLASSIAN_HOSTS, local=False)
LOCAL = AllowedHosts(("*.atlassian.net", "localhost", "127.0.0.1"), local=True)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://burrow.atlassian.net", "burrow.atlassian.net"),
        ("https://burrow.atlassian.net/", "burrow.atlassian.net"),
        ("https://burrow.atlassian.net:443", "burrow.atlassian.net"),
        ("HTTPS://Burrow.Atlassian.NET", "burrow.atlassian.net"),
        ("https://burrow-2.jira.com", "burrow-2.jira.com"),
        ("https://burrow.atlassian-us-gov-mod.net", "burrow.atlassian-us-gov-mod.net"),
    ],
)
def test_a_site_of_jira_cloud_may_install_the_app(url: str, host: str) -> None:
    assert PRODUCTION.host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "burrow.atlassian.net",
        "//burrow.atlassian.net",
        "http://burrow.atlassian.net",
        "ftp://burrow.atlassian.net",
        "javascript://burrow.atlassian.net",
        "https://atlassian.net",
        "https://.atlassian.net",
        "https://evilatlassian.net",
        "https://burrow.atlassian.net.evil.com",
        "https://a.b.atlassian.net",
        "https://burrow.atlassian.net.",
        "https://burrow.atlassian.net/wiki",
        "https://burrow.atlassian.net//",
        "https://burrow.atlassian.net?",
        "https://burrow.atlassian.net?a=1",
        "https://burrow.atlassian.net#",
        "https://burrow.atlassian.net/#evil.com",
        "https://burrow.atlassian.net:444",
        "https://burrow.atlassian.net:",
        "https://burrow.atlassian.net:x",
        "https://burrow.atlassian.net:99999999999",
        "https://evil.com@burrow.atlassian.net",
        "https://burrow.atlassian.net@evil.com",
        "https://@burrow.atlassian.net",
        "https://evil.com/.atlassian.net",
        "https://evil.com#.atlassian.net",
        "https://evil.com?.atlassian.net",
        "https://localhost",
        "https://127.0.0.1",
        "http://localhost:2990",
        "https://burrow.atlassian-stg-fedm.net",
        "https://burrow.jira-dev.com",
        "https://[::1]",
        "https://[burrow.atlassian.net",
    ],
)
def test_any_other_site_may_not(url: str) -> None:
    assert PRODUCTION.host(url) is None


@pytest.mark.parametrize(
    "url",
    [
        # A browser takes the backslash for a slash, so the host would be evil or, as a number, this very machine.
        "https://evil\\.atlassian.net",
        "https://2130706433\\.atlassian.net",
        "https:\\\\burrow.atlassian.net",
        # Readers of URLs remove these; what is stored and called would still hold them.
        " https://burrow.atlassian.net",
        "https://burrow.atlassian.net ",
        "\x00https://burrow.atlassian.net",
        "https://bur\trow.atlassian.net",
        "https://burrow.atlassian.net\n",
        "https://bur row.atlassian.net",
        "https://bur%00row.atlassian.net",
        "https://b;script-src.atlassian.net",
        # The Kelvin sign is a capital k to Python, and so is the long s a letter of ASCII.
        "https://bac\u212aup.atlassian.net",
        "https://burrow.atla\u017f\u017fian.net",
        "https://burr\u00f6w.atlassian.net",
        "https://burrow\u3002atlassian.net",
        "https://\ud800.atlassian.net",
    ],
)
def test_a_host_is_what_every_reader_of_urls_takes_it_for(url: str) -> None:
    assert PRODUCTION.host(url) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://localhost:2990", "localhost"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("https://burrow.atlassian.net", "burrow.atlassian.net"),
        ("http://burrow.atlassian.net", None),
        ("http://192.168.0.1:2990", None),
        ("https://localhost:2990", None),
    ],
)
def test_in_the_stage_local_this_machine_may_do_without_https(url: str, host: str | None) -> None:
    assert LOCAL.host(url) == host


def test_this_machine_is_only_let_in_where_the_setting_names_it_and_in_no_other_stage() -> None:
    assert AllowedHosts(ATLASSIAN_HOSTS, local=True).host("http://localhost:2990") is None
    assert AllowedHosts(("localhost",), local=False).host("http://localhost:2990") is None


def test_a_host_that_the_setting_names_whole_is_that_one_alone() -> None:
    hosts = AllowedHosts(("jira.example.com",), local=False)
    assert hosts.host("https://jira.example.com") == "jira.example.com"
    for url in ("https://eviljira.example.com", "https://evil.jira.example.com", "https://jira.example.com.evil.com"):
        assert hosts.host(url) is None


_hostile = st.text("abc.-:/\\@?#[]%0 \t\n", max_size=12)


@strategies.patient
@given(st.one_of(strategies.broken_texts, st.builds("{}burrow{}.atlassian.net{}".format, _hostile, _hostile, _hostile)))
def test_whatever_is_let_in_is_the_plain_origin_of_an_allowed_host(rest: str) -> None:
    for url in (rest, "https://" + rest):
        host = PRODUCTION.host(url)
        if host is not None:
            assert re.fullmatch(r"[a-z0-9-]+\.(atlassian\.net|jira\.com|atlassian-us-gov-mod\.net)", host)
            assert urlsplit(url).hostname == host
            assert url.lower().removesuffix("/").removesuffix(":443") == f"https://{host}"


def test_a_site_that_has_a_display_url_without_tls_is_not_framed_there_but_in_the_stage_local() -> None:
    urls = ["https://burrow.atlassian.net", "http://jira.example.com"]
    assert PRODUCTION.frame_ancestors_of(urls) == "https://burrow.atlassian.net"
    assert LOCAL.frame_ancestors_of(urls) == "https://burrow.atlassian.net http://jira.example.com"


def test_the_sites_that_may_install_the_app_may_frame_its_pages() -> None:
    assert PRODUCTION.frame_ancestors() == (
        "https://*.atlassian.net https://*.jira.com https://*.atlassian-us-gov-mod.net"
    )
    assert AllowedHosts(("localhost",), local=True).frame_ancestors() == "https://localhost http://localhost:*"
