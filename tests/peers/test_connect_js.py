"""Atlassian's own bridge, both halves of it, each with the other half of ours: npm's ``atlassian-connect-js``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import close, frame_of
from tests.peers.node import ExpressApp
from tests.unit.jira.fake_app import FakeApp

KEY = "connect-express"
CDN = "https://connect-cdn.atl-paas.net/"


@pytest.fixture
def page(browser: Browser, packages: Path) -> Iterator[Page]:
    """A page for which Atlassian's CDN holds what the package holds."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    dist = packages / "node_modules" / "atlassian-connect-js" / "dist"

    def serve(route: Route) -> None:
        route.fulfill(path=dist / route.request.url.removeprefix(CDN), headers={"Access-Control-Allow-Origin": "*"})

    context.route(f"{CDN}**", serve)
    yield context.new_page()
    close(context)


@pytest.fixture
def theirs(page: Page, jira: JiraHost, express: ExpressApp) -> Frame:
    """A general page with Atlassian's all.js, in a frame of ours."""
    jira.install(express.descriptor_url)
    page.goto(f"{jira.url}/plugins/servlet/ac/{KEY}/page")
    return frame_of(page, "page", KEY)


def test_its_all_js_gets_tokens_context_and_user(theirs: Frame, jira: JiraHost) -> None:
    by_promise = theirs.evaluate("AP.context.getToken()")
    by_callback = theirs.evaluate("new Promise((done) => AP.context.getToken(done))")
    for token in (by_promise, by_callback):
        assert jwt.decode(token, options={"verify_signature": False})["qsh"] == "context-qsh"
    assert theirs.evaluate("AP.context.getContext()") == {}
    assert theirs.evaluate("new Promise((done) => AP.user.getCurrentUser(done))")["atlassianAccountId"]
    assert theirs.evaluate("AP.user.getLocale()") == "en_US"
    assert theirs.evaluate("new Promise((done) => AP.getLocation(done))") == f"{jira.url}/plugins/servlet/ac/{KEY}/page"


def test_its_all_js_asks_rest(theirs: Frame, jira: JiraHost) -> None:
    issue = jira.open("Dig a burrow")
    answer = theirs.evaluate("(url) => AP.request(url)", f"/rest/api/3/issue/{issue.key}")
    assert json.loads(answer["body"])["key"] == issue.key
    assert answer["xhr"]["status"] == 200
    posting = "(url) => AP.request({ url, type: 'POST', contentType: 'application/json', data: '{\"body\": \"Dug\"}' })"
    assert theirs.evaluate(posting, f"/rest/api/2/issue/{issue.key}/comment")["xhr"]["status"] == 201
    refused = theirs.evaluate("(url) => AP.request(url).catch((fault) => fault)", "/rest/api/3/issue/NO-1")
    assert refused["xhr"]["status"] == 404


def test_its_all_js_hears_events_of_both_kinds(theirs: Frame) -> None:
    theirs.evaluate(
        """() => {
            window.heard = [];
            AP.events.on("dig", (...args) => heard.push(["own", ...args]));
            AP.events.onPublic("dig", (...args) => heard.push(["public", ...args]));
            AP.events.emit("dig", 1, { deep: true });
            AP.events.emitPublic("dig", 2);
        }"""
    )
    theirs.wait_for_function("heard.length === 2")
    assert theirs.evaluate("heard") == [["own", 1, {"deep": True}], ["public", 2]]


def test_its_all_js_opens_flags_and_dialogs(page: Page, theirs: Frame) -> None:
    theirs.evaluate(
        """() => {
            window.told = [];
            for (const name of ["flag.close", "flag.action", "dialog.close"])
                AP.events.on(name, (data) => told.push([name, data]));
            const options = { title: "Dug in", type: "success", close: "manual", actions: { more: "Dig" } };
            window.flag = AP.flag.create(options);
        }"""
    )
    page.get_by_role("button", name="Dig", exact=True).click()
    theirs.evaluate("flag.close()")
    theirs.wait_for_function("told.length === 2")
    assert [(name, data.get("actionIdentifier")) for name, data in theirs.evaluate("told")] == [
        ("flag.action", "more"),
        ("flag.close", None),
    ]
    theirs.evaluate("AP.dialog.create({ key: 'talk', header: 'Talk', customData: { depth: 3 }, submitText: 'Dig' })")
    talk = frame_of(page, "talk", KEY)
    assert talk.evaluate("new Promise((done) => AP.dialog.getCustomData(done))") == {"depth": 3}
    talk.evaluate("AP.events.on('dialog.button.click', ({ button }) => { window.clicked = button.name })")
    talk.evaluate("AP.dialog.disableCloseOnSubmit()")
    page.get_by_role("button", name="Dig", exact=True).click()
    talk.wait_for_function("window.clicked === 'submit'")
    talk.evaluate("AP.dialog.close({ dug: true })")
    expect(page.get_by_role("dialog")).to_have_count(0)
    theirs.wait_for_function("told.length === 3")
    assert theirs.evaluate("told")[2] == ["dialog.close", {"dug": True}]


def test_its_all_js_takes_the_theme_and_follows_it(page: Page, theirs: Frame) -> None:
    theirs.evaluate("AP.theming.initializeTheming()")
    theirs.wait_for_function("document.documentElement.dataset.colorMode === 'light'")
    page.get_by_label("Colours").select_option("Dark")
    theirs.wait_for_function("document.documentElement.dataset.colorMode === 'dark'")
    assert theirs.evaluate("document.documentElement.dataset.theme") == "dark:dark light:light spacing:spacing"
    text = "getComputedStyle(document.documentElement).getPropertyValue('--ds-text').trim()"
    theirs.wait_for_function(f"{text} !== ''")


def test_its_all_js_sets_the_height_cookies_and_history(page: Page, theirs: Frame) -> None:
    shown = page.locator(f"iframe[id^='{KEY}__page__']")
    theirs.evaluate("document.querySelector('.ac-content').style.height = '640px'")
    expect(shown).to_have_css("height", "640px")
    theirs.evaluate("AP.resize('100%', '300px')")
    expect(shown).to_have_css("height", "300px")
    theirs.evaluate("AP.cookie.save('depth', '3', 1)")
    assert theirs.evaluate("new Promise((done) => AP.cookie.read('depth', done))") == "3"
    theirs.evaluate("AP.history.pushState('deep')")
    page.wait_for_url("**/page#!deep")
    theirs.evaluate("AP.navigator.go('site', { relativeUrl: '/dashboard' })")
    page.wait_for_url("**/dashboard")


def test_a_panel_written_for_jira_shows_its_context(page: Page, jira: JiraHost, express: ExpressApp) -> None:
    jira.install(express.descriptor_url)
    issue = jira.open("Dig a burrow")
    jira.settle()
    page.goto(f"{jira.url}/browse/{issue.key}")
    heard = page.frame_locator(f"iframe[id^='{KEY}__heard__']").locator("#out")
    expect(heard).to_have_text(f"{issue.key}, jira:issue_created To Do")


@pytest.fixture
def ours(page: Page, jira: JiraHost, express: ExpressApp) -> Iterator[Frame]:
    """A page with our all.js, in a frame of Atlassian's own host."""
    with FakeApp(all_js=f"{jira.url}/all.js") as app:
        page.goto(f"{express.base_url}/host?frame={app.base_url}/panel")
        yield frame_of(page, "first")


def test_its_host_takes_our_all_js(page: Page, ours: Frame) -> None:
    frame_of(page, "second")
    page.wait_for_function("said.length === 2", polling=50)
    assert sorted(page.evaluate("said")) == [["established", "first"], ["established", "second"]]
    assert ours.evaluate("AP.context.getToken()") == "a.context.token"
    assert ours.evaluate("new Promise((done) => AP.context.getToken(done))") == "a.context.token"
    assert ours.evaluate("AP.context.getContext()") == {"jira": {"issue": {"key": "BUR-1"}}}
    assert ours.evaluate("AP.user.getLocale()") == "en_US"
    assert ours.evaluate("AP.request('/rest/x', { type: 'PUT' })")["body"] == "PUT /rest/x"
    assert ours.evaluate("new Promise((done) => AP.env.getLocation(done))") == page.url


def test_its_host_carries_our_events_flags_and_heights(page: Page, ours: Frame) -> None:
    second = frame_of(page, "second")
    second.evaluate("window.heard = []; AP.events.on('dig', (...args) => heard.push(args))")
    second.evaluate("AP.events.onPublic('dig', (...args) => heard.push(['public', ...args]))")
    ours.evaluate("AP.events.emit('dig', 1, { deep: true }); AP.events.emitPublic('dig', 2)")
    second.wait_for_function("heard.length === 2")
    assert second.evaluate("heard") == [[1, {"deep": True}], ["public", 2]]
    assert ours.evaluate("new Promise((done) => AP.flag.create({ title: 'Dug', type: 'info' }, done))")
    assert ["flag", "info", "Dug"] in page.evaluate("said")
    ours.evaluate("document.querySelector('.ac-content').style.height = '640px'")
    expect(page.locator("iframe[id^='fake-app__first__']")).to_have_css("height", "640px")


def test_its_host_themes_our_all_js(page: Page, ours: Frame) -> None:
    ours.evaluate("AP.theming.initializeTheming()")
    ours.wait_for_function("document.documentElement.dataset.colorMode === 'light'")
    page.evaluate("document.documentElement.dataset.colorMode = 'dark'")
    page.evaluate("document.documentElement.dataset.theme = 'light:light dark:dark spacing:spacing shape:shape'")
    ours.wait_for_function("document.documentElement.dataset.colorMode === 'dark'")
