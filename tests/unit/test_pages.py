"""The pages: the site's HTML at the app's own address, with the headers that let Jira frame it and nobody else."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import pytest
from chalice.app import Response
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.connect.errors import NotFoundError, UnavailableError
from chalicelib.connect.pages import Pages
from chalicelib.connect.protocol.descriptor import faults
from chalicelib.connect.settings import ALL_JS, ATLASSIAN_HOSTS
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.request import Request
from tests import strategies
from tests.api_gateway import rest_event

SITE = "https://dormouse-dev-site-000000000000-eu-central-1.s3.eu-central-1.amazonaws.com"
HTML = f'<!doctype html>\n<html><head><script src="{ALL_JS}"></script></head><body><header>Größe</header></body></html>'


class SiteOf:
    """The port `Site`, of pages by any name; notes what was read."""

    def __init__(self, **pages: str) -> None:
        self.down = False
        self.html = pages
        self.read: list[str] = []

    def page(self, name: str) -> bytes | None:
        html = self._noted(name).get(name)
        return None if html is None else html.encode()

    def pages(self) -> Collection[str]:
        return list(self._noted("the index"))

    def _noted(self, what: str) -> dict[str, str]:
        if self.down:
            raise UnavailableError("S3 did not answer; try again later.")
        self.read.append(what)
        return self.html


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pages(site: SiteOf, *named: str, seconds: int = 60, clock: Clock | None = None, all_js_url: str = ALL_JS) -> Pages:
    hosts = AllowedHosts(ATLASSIAN_HOSTS, local=False)
    return Pages(
        site, hosts, named=named, site_url=SITE, all_js_url=all_js_url, seconds=seconds, clock=clock or Clock()
    )


def ask(served: Pages, name: str = "panel", method: str = "GET", **headers: str) -> Response:
    sent = {header.replace("_", "-"): value for header, value in headers.items()}
    event = rest_event(method, f"/pages/{name}", resource="/pages/{page}", headers=sent)
    return served.serve(Request.from_event(event, None))


def test_a_page_is_the_sites_html_with_the_site_as_the_base_of_its_links() -> None:
    answer = ask(pages(SiteOf(panel=HTML)))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.body == HTML.replace("<head>", f'<head><base href="{SITE}/">')


@pytest.mark.parametrize("head", ["<head>", "<HEAD>", '<head lang="en">', '<head\n  lang="en">'])
def test_the_base_comes_first_in_the_head_however_that_is_written(head: str) -> None:
    html = f"<html><!-- a page -->{head}<title>Panel</title></head><body></body></html>"
    assert f'{head}<base href="{SITE}/"><title>' in ask(pages(SiteOf(panel=html))).body


@pytest.mark.parametrize("query", ["", "?xdm_e=https://evil.example.com&lic=active", "?page=other&jwt=x", "?%0d%0aX:y"])
def test_a_page_that_anyone_may_cache_is_the_same_whatever_was_sent_beside_its_name(query: str) -> None:
    served = pages(SiteOf(panel=HTML))
    plain = ask(served)
    sent = {"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com", "X-Original-URL": "/installed"}
    event = rest_event("GET", f"/pages/panel{query}", resource="/pages/{page}", headers={**sent, "Origin": "null"})
    answer = served.serve(Request.from_event(event, None))
    assert (answer.body, answer.headers) == (plain.body, plain.headers)
    assert "evil" not in f"{answer.body}{answer.headers}"


def test_a_flood_of_names_of_no_page_costs_a_read_a_second_and_hides_no_page() -> None:
    site, clock = SiteOf(panel=HTML, dialog=HTML, help=HTML), Clock()
    served = pages(site, "panel", clock=clock)
    for number in range(10_000):
        with pytest.raises(NotFoundError):
            ask(served, f"no-{number}")
        clock.now += 0.01
    assert site.read == ["the index"] * len(site.read)
    assert len(site.read) <= 100 + 1

    for name in ("panel", "dialog", "help"):
        assert ask(served, name).status_code == 200


def test_a_page_that_the_descriptor_names_is_not_looked_for_first() -> None:
    site = SiteOf(panel=HTML)
    ask(pages(site, "panel"))
    assert site.read == ["panel"]


def test_a_page_that_has_come_to_the_site_is_there_a_second_later() -> None:
    site, clock = SiteOf(panel=HTML), Clock()
    served = pages(site, clock=clock)
    with pytest.raises(NotFoundError):
        ask(served, "help")
    site.html["help"] = HTML
    clock.now += 1
    assert ask(served, "help").status_code == 200


def test_the_folder_that_the_deploy_has_put_into_a_page_is_looked_for_on_the_site() -> None:
    html = HTML.replace("<head>", '<head><base href="assets/0123456789abcdef/">')
    answer = ask(pages(SiteOf(panel=html)))
    assert answer.body == HTML.replace("<head>", f'<head><base href="{SITE}/assets/0123456789abcdef/">')


def test_no_page_can_lead_its_references_away_from_the_site() -> None:
    html = HTML.replace("<head>", '<head><base href="https://evil.example.com/">')
    assert f'<head><base href="{SITE}/"><base' in ask(pages(SiteOf(panel=html))).body, "the first one counts"


def test_a_header_is_no_head() -> None:
    html = "<header>Panel</header>"
    assert ask(pages(SiteOf(panel=html))).body == html


def test_only_the_first_head_is_the_page_s() -> None:
    rest = "</head><body><pre>&lt;html><head></pre></body>"
    assert ask(pages(SiteOf(panel="<head>" + rest))).body == f'<head><base href="{SITE}/">{rest}'


def test_the_bridge_to_jira_is_loaded_from_where_the_settings_say() -> None:
    other = "http://localhost:2990/all.js"
    answer = ask(pages(SiteOf(panel=HTML), all_js_url=other))

    assert f'<script src="{other}">' in answer.body
    assert ALL_JS not in answer.body
    assert "script-src " + SITE + " http://localhost:2990 https://connect-cdn.atl-paas.net;" in _policy(answer)


def _policy(answer: Response) -> str:
    return str(answer.headers["Content-Security-Policy"])


def test_a_page_runs_nothing_but_the_sites_and_atlassians_scripts_and_is_framed_by_jira_alone() -> None:
    assert _policy(ask(pages(SiteOf(panel=HTML)))).split("; ") == [
        "default-src 'none'",
        f"script-src {SITE} https://connect-cdn.atl-paas.net",
        f"style-src {SITE} https://connect-cdn.atl-paas.net",
        f"img-src {SITE} data:",
        f"font-src {SITE} https://connect-cdn.atl-paas.net",
        "connect-src 'self'",
        f"base-uri {SITE}",
        "form-action 'none'",
        "frame-ancestors https://*.atlassian.net https://*.jira.com https://*.atlassian-us-gov-mod.net",
    ]


def test_the_pages_of_the_shipped_app_need_nothing_that_the_policy_forbids() -> None:
    for page in (Path(__file__).parents[2] / "static_site").glob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert len(re.findall(r"<head(?:\s[^>]*)?>", html)) == 1
        assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)


def test_a_head_request_gets_the_headers_alone() -> None:
    served = pages(SiteOf(panel=HTML))
    answer = ask(served, method="HEAD")

    assert answer.body == ""
    assert answer.headers == ask(served).headers


def test_a_page_is_read_from_the_site_once_in_a_while() -> None:
    site, clock = SiteOf(panel=HTML), Clock()
    served = pages(site, clock=clock)
    for clock.now in (0, 30, 60):
        ask(served)
    assert site.read == ["the index", "panel"]

    site.html["panel"] = "<head>newer"
    clock.now = 61
    assert "newer" in ask(served).body
    assert ask(served).headers["Cache-Control"] == "public, max-age=60"


def test_a_page_that_is_known_is_served_while_the_site_is_down() -> None:
    site, clock = SiteOf(panel=HTML), Clock()
    served = pages(site, clock=clock)
    first = ask(served)
    site.down, clock.now = True, 1_000

    assert ask(served).body == first.body
    with pytest.raises(UnavailableError):
        ask(served, "other")


def test_a_page_that_was_removed_is_gone_also_while_the_site_is_down() -> None:
    site, clock = SiteOf(panel=HTML), Clock()
    served = pages(site, clock=clock)
    ask(served)
    del site.html["panel"]
    clock.now = 61
    with pytest.raises(NotFoundError):
        ask(served)
    site.down = True
    with pytest.raises(UnavailableError):
        ask(served)


def test_the_author_of_a_page_sees_each_change_at_once() -> None:
    site, clock = SiteOf(panel=HTML), Clock()
    served = pages(site, seconds=0, clock=clock)
    ask(served)
    clock.now = 0.001
    ask(served)

    assert site.read == ["the index", "panel", "panel"]
    assert ask(served).headers["Cache-Control"] == "public, max-age=0"


def test_a_browser_that_has_the_page_is_told_so_until_it_changes() -> None:
    site, clock = SiteOf(panel=HTML), Clock()
    served = pages(site, clock=clock)
    etag = str(ask(served).headers["ETag"])

    unchanged = ask(served, If_None_Match=etag)
    assert (unchanged.status_code, unchanged.body) == (304, "")
    assert _policy(unchanged)

    site.html["panel"] = "<head>newer"
    clock.now = 61
    assert ask(served, If_None_Match=etag).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "other",
        "Panel",
        "panel.html",
        "..",
        "%2e%2e%2fpanel",
        "a%2Fb",
        "panel%00",
        "panel%0A",
        "%C3%A4",
        "_a",
        "-a",
        "a" * 65,
    ],
)
def test_any_other_name_is_no_page(name: str) -> None:
    site = SiteOf(panel=HTML, Panel=HTML, _a=HTML)
    with pytest.raises(NotFoundError):
        ask(pages(site), name)
    assert site.read in ([], ["the index"])


@strategies.patient
@given(st.one_of(st.text("aZ0-_.", min_size=1, max_size=5), st.text("a", min_size=63, max_size=66)))
def test_a_page_that_the_deploy_lets_pass_is_served_and_no_other_is(name: str) -> None:
    module = {"key": "panel", "name": {"value": "Panel"}, "location": "somewhere", "url": f"/pages/{name}"}
    descriptor = {"key": "a", "name": "A", "vendor": {"name": "Me", "url": "x"}, "modules": {"webPanels": [module]}}
    served = pages(SiteOf(**{name: HTML}))

    if faults(descriptor, events=(), pages={name}, routes=("/pages/{page}",)):
        with pytest.raises(NotFoundError):
            ask(served, name)
    else:
        assert ask(served, name).status_code == 200
