"""The stand-in in a browser: its pages clicked through, and its bridge used by a small app in a frame."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jwt
import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import close, frame_of
from tests.unit.jira.fake_app import FakeApp

PLACE = "atl.jira.view.issue.right.context"
MODULES = {
    "webhooks": [{"event": "jira:issue_updated", "url": "/webhooks/updated"}],
    "webPanels": [
        {"key": "first", "name": {"value": "First"}, "location": PLACE, "url": "/panel?issue={issue.key}"},
        {"key": "second", "name": {"value": "Second"}, "location": PLACE, "url": "/panel", "cacheable": True},
    ],
}


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraHost]:
    with JiraHost() as jira:
        yield jira


@pytest.fixture(scope="module")
def app(jira: JiraHost) -> Iterator[FakeApp]:
    with FakeApp(jira.install_keys_url, f"{jira.url}/all.js", MODULES, extra={"scopes": ["WRITE"]}) as app:
        jira.install(app.descriptor_url)
        yield app


@pytest.fixture
def page(browser: Browser, jira: JiraHost, app: FakeApp) -> Iterator[Page]:
    """A page that may load nothing but from this machine."""
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    strangers: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if _is_strange(request.url) else None)
    yield page
    close(context)
    assert strangers == []


def _is_strange(url: str) -> bool:
    return not re.match(r"(http://(localhost|127\.0\.0\.1):|data:|about:|chrome-error:)", url)


def open_issue(page: Page, jira: JiraHost) -> tuple[str, Frame, Frame]:
    """Opens a new issue; gives its key and the frames beside it."""
    issue = jira.create_issue("A burrow")
    page.goto(f"{jira.url}/browse/{issue.key}")
    return issue.key, frame_of(page, "first"), frame_of(page, "second")


def test_an_issue_goes_its_way_by_clicks_and_the_app_is_told(page: Page, jira: JiraHost, app: FakeApp) -> None:
    page.goto(jira.url)
    page.get_by_role("button", name="Create issue").click()
    page.get_by_label("Summary").fill("Dig <b>deep</b>")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Dig <b>deep</b>").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dig <b>deep</b>")
    frame = frame_of(page, "first")
    frame.evaluate("window.mark = 'the same frame'")
    page.get_by_label("Status").select_option("Done")
    page.get_by_role("button", name="History (1)").click()
    expect(page.get_by_text("changed resolution, status")).to_be_visible()
    assert frame.evaluate("window.mark") == "the same frame"
    page.get_by_role("button", name="Comments (0)").click()
    page.get_by_label("Add a comment").fill("Well dug")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("button", name="Comments (1)")).to_be_visible()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Summary").fill("Dig deeper")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dig deeper")
    jira.settle()
    kinds = [call.json["issue_event_type_name"] for call in app.calls_to("/webhooks/updated")]
    assert kinds == ["issue_generic", "issue_commented", "issue_updated"]
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Burrow", exact=True)).to_be_visible()
    expect(page.get_by_text("Dig deeper")).to_have_count(0)


def test_tokens_and_context_come_by_promise_and_by_callback(page: Page, jira: JiraHost, app: FakeApp) -> None:
    key, first, second = open_issue(page, jira)
    tokens = [
        first.evaluate("AP.context.getToken()"),
        second.evaluate("new Promise((done) => AP.context.getToken(done))"),
    ]
    for token in tokens:
        (secret,) = app.secrets.values()
        claims = jwt.decode(token, secret, algorithms=["HS256"])
        assert claims["qsh"] == "context-qsh"
        assert claims["context"]["jira"]["issue"]["key"] == key
    assert second.evaluate("AP.context.getContext()")["jira"]["project"]["key"] == "BUR"
    assert "issue=" in first.evaluate("location.search")
    assert second.evaluate("location.search") == ""


def test_requests_to_rest_are_made_as_the_user_and_reach_nothing_else(page: Page, jira: JiraHost) -> None:
    key, first, _ = open_issue(page, jira)
    answer = first.evaluate("AP.request('/rest/api/3/myself')")
    assert '"Hazel Nutt"' in answer["body"]
    assert answer["xhr"]["status"] == 200
    documented = "new Promise((success, error) => AP.request({url, success, error}))"
    assert key in first.evaluate(f"(url) => {documented}", f"/rest/api/2/issue/{key}")
    body = '{"body": "From a frame"}'
    posting = "AP.request(url, {type: 'POST', contentType: 'application/json', data: body}).then((a) => a.xhr.status)"
    assert first.evaluate(f"([url, body]) => {posting}", [f"/rest/api/2/issue/{key}/comment", body]) == 201
    failing = "AP.request(url).catch((fault) => fault.xhr.status)"
    assert first.evaluate(f"(url) => {failing}", "/rest/api/3/issue/NO-1") == 404
    deleting = "AP.request(url, {type: 'DELETE'}).catch((fault) => fault.xhr.status)"
    assert first.evaluate(f"(url) => {deleting}", f"/rest/api/3/issue/{key}") == 403, "beyond the scopes of the app"
    for url in ("/stand-in/apps", "/rest/%2e%2e/stand-in/apps", "https://example.com/rest/x"):
        assert first.evaluate(f"(url) => {failing}", url) == 403
    assert first.evaluate(f"(url) => {failing}", "/rest/../stand-in/apps") == 404, "Jira cuts this out of a path"


def test_events_reach_all_frames_of_the_app(page: Page, jira: JiraHost) -> None:
    _, first, second = open_issue(page, jira)
    for frame in (first, second):
        frame.evaluate(
            """() => {
                window.heard = [];
                AP.events.on("dig", (...args) => heard.push(["on", ...args]));
                AP.events.once("dig", () => heard.push(["once"]));
                AP.events.onPublic("dig", (...args) => heard.push(["public", ...args]));
            }"""
        )
    first.evaluate("AP.events.emit('dig', 1, {deep: true})")
    for frame in (first, second):
        frame.wait_for_function("heard.length === 2")
    second.evaluate("AP.events.emitPublic('dig', 2)")
    for frame in (first, second):
        frame.wait_for_function("heard.length === 3")
        assert frame.evaluate("heard") == [["on", 1, {"deep": True}], ["once"], ["public", 2]]


def test_flags_open_close_and_tell(page: Page, jira: JiraHost) -> None:
    _, first, _ = open_issue(page, jira)
    first.evaluate(
        """() => {
            window.told = [];
            AP.events.on("flag.action", (data) => told.push(data.actionIdentifier));
            AP.events.on("flag.close", (data) => told.push("closed"));
            window.flag = AP.flag.create({title: "Dug <i>in</i>", body: "All done", type: "success",
                                          close: "manual", actions: {more: "Dig more"}});
        }"""
    )
    page.get_by_text("Dug <i>in</i>", exact=True).wait_for()
    page.get_by_role("button", name="Dig more").click()
    first.wait_for_function("told.length === 1")
    first.evaluate("flag.close()")
    first.wait_for_function("told.length === 2")
    assert first.evaluate("told") == ["more", "closed"]
    expect(page.get_by_text("Dug <i>in</i>", exact=True)).to_have_count(0)


def test_theming_follows_the_switch_and_gives_the_tokens(page: Page, jira: JiraHost) -> None:
    _, first, second = open_issue(page, jira)
    first.evaluate("AP.theming.initializeTheming()")
    first.wait_for_function("document.documentElement.dataset.colorMode === 'light'")
    colour = "getComputedStyle(document.body).color"
    first.wait_for_function(f"{colour} === 'rgb(23, 43, 77)'")
    page.get_by_label("Colours").select_option("Dark")
    first.wait_for_function("document.documentElement.dataset.colorMode === 'dark'")
    assert first.evaluate("document.documentElement.dataset.theme") == "dark:dark light:light spacing:spacing"
    first.wait_for_function(f"{colour} !== 'rgb(23, 43, 77)'")
    assert second.evaluate(colour) == "rgb(1, 2, 3)", "without theming the app's own fallback holds"


def test_a_frame_grows_with_its_content(page: Page, jira: JiraHost) -> None:
    _, first, _ = open_issue(page, jira)
    first.evaluate("document.getElementById('out').style.height = '500px'")
    shown = page.locator("iframe[id*='__first__']")
    expect(shown).to_have_css("height", re.compile(r"[56]\d\d(\.\d+)?px"))
    first.evaluate("AP.resize('100%', 80)")
    expect(shown).to_have_css("height", "80px")


def test_the_user_and_the_place_are_told(page: Page, jira: JiraHost) -> None:
    key, first, _ = open_issue(page, jira)
    assert first.evaluate("AP.user.getCurrentUser()")["atlassianAccountId"].startswith("557058:")
    assert first.evaluate("AP.user.getLocale()") == "en_US"
    assert first.evaluate("new Promise((done) => AP.user.getTimeZone(done))") == "Europe/Berlin"
    assert first.evaluate("new Promise((done) => AP.env.getLocation(done))") == f"{jira.url}/browse/{key}"


def test_a_method_that_is_not_there_is_reported_loudly(page: Page, jira: JiraHost) -> None:
    shouts: list[str] = []
    page.on("console", lambda message: shouts.append(message.text) if message.type == "error" else None)
    _, first, _ = open_issue(page, jira)
    assert first.evaluate("typeof AP.dropdown") == "undefined"
    expect(page.get_by_role("alert").get_by_text("AP.dropdown is not part of this stand-in.")).to_be_visible()
    assert any("AP.dropdown" in shout for shout in shouts)


@pytest.mark.parametrize("trouble", ["header", "redirect"])
def test_a_panel_that_stays_without_bridge_says_why(page: Page, jira: JiraHost, app: FakeApp, trouble: str) -> None:
    if trouble == "header":
        app.page_headers = {"X-Frame-Options": "DENY"}
    else:
        app.page_redirect = f"http://localhost:{app.port}/base/panel3"
    try:
        issue = jira.create_issue("A burrow")
        page.goto(f"{jira.url}/browse/{issue.key}")
        words = "no browser shows it in a frame" if trouble == "header" else "redirects to another origin"
        expect(page.get_by_role("alert").get_by_text(words).first).to_be_visible()
    finally:
        app.page_headers, app.page_redirect = {}, ""


def test_the_window_shows_every_frame_with_its_token_and_its_messages(page: Page, jira: JiraHost, app: FakeApp) -> None:
    _, first, second = open_issue(page, jira)
    first.evaluate("AP.user.getLocale()")
    second.evaluate("AP.context.getToken()")
    window = page.context.new_page()
    window.goto(f"{jira.url}/frames")
    signed = window.locator("details.delivery", has_text="first").first
    signed.locator("summary").click()
    expect(signed.get_by_label("Bridge messages")).to_contain_text("req user.getLocale")
    expect(signed.get_by_text("qsh: as expected")).to_be_visible()
    expect(signed.get_by_label("Token")).to_contain_text("GET&/panel&")
    signed.get_by_role("button", name="Show what the app answers").click()
    expect(signed.get_by_label("Answer 200")).to_contain_text("Content-Type: text/html")
    cacheable = window.locator("details.delivery", has_text="second").first
    expect(cacheable).to_contain_text("cacheable")
    cacheable.locator("summary").click()
    expect(cacheable.get_by_label("Token over the bridge")).to_contain_text('"qsh": "context-qsh"')
    before = window.locator("details.delivery").count()
    open_issue(page, jira)
    expect(window.locator("details.delivery")).to_have_count(before + 2)


def test_apps_are_installed_refused_and_removed_by_clicks(page: Page, jira: JiraHost) -> None:
    with FakeApp(jira.install_keys_url, extra={"key": "other", "name": "Other"}) as other:
        page.goto(f"{jira.url}/apps")
        page.get_by_label("App descriptor URL").fill(f"{other.base_url}/nowhere")
        page.get_by_role("button", name="Install", exact=True).click()
        expect(page.get_by_role("alert").get_by_text("the answer is 405")).to_be_visible()
        page.get_by_label("App descriptor URL").fill(other.descriptor_url)
        page.get_by_role("button", name="Install", exact=True).click()
        card = page.get_by_label("Other", exact=True)
        card.get_by_role("button", name="Disable").click()
        expect(card.get_by_text("Disabled")).to_be_visible()
        card.get_by_role("button", name="Uninstall").click()
        page.get_by_role("dialog").get_by_role("button", name="Uninstall").click()
        expect(card).to_have_count(0)


def test_deliveries_appear_by_themselves_and_can_be_repeated(page: Page, jira: JiraHost, app: FakeApp) -> None:
    page.goto(f"{jira.url}/deliveries")
    expect(page.get_by_text("installed").first).to_be_visible()
    issue = jira.create_issue("A burrow")
    jira.move(issue, "Done")
    row = page.locator("details.delivery", has_text=issue.key).first
    row.locator("summary").click()
    expect(row.get_by_text("POST&/webhooks/updated&")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row.get_by_role("button", name="Copy as curl").click()
    page.get_by_role("region", name="Copied as curl").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -i -X POST -H 'X-Atlassian-Webhook-Identifier: ")
    assert f"'{app.base_url}/webhooks/updated'" in copied
    before = len(app.calls_to("/webhooks/updated"))
    row.get_by_role("button", name="Redeliver").click()
    expect(row.get_by_text("Call 2: 204")).to_be_visible()
    assert len(app.calls_to("/webhooks/updated")) == before + 1


def test_no_page_is_wider_than_the_window(page: Page, jira: JiraHost) -> None:
    jira.create_issue("A" * 200)
    for path in ("/", "/browse/BUR-1", "/apps", "/site", "/deliveries", "/calls", "/frames", "/faults"):
        page.goto(jira.url + path)
        page.get_by_role("heading", level=1).wait_for()
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_no_dialog_is_wider_than_the_window_and_nothing_in_it_wider_than_it(page: Page, jira: JiraHost) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    sticking_out = """dialog => [...dialog.querySelectorAll(':not(#flags)')]
        .filter(each => each.getBoundingClientRect().right > dialog.getBoundingClientRect().right - 16)
        .map(each => each.outerHTML)"""
    ways = [("/apps", "Uninstall"), ("/site", "Create a project"), ("/", "You are Hazel Nutt: change")]
    for path, button in ways:
        page.goto(jira.url + path)
        page.get_by_role("button", name=button).first.click()
        dialog = page.get_by_role("dialog")
        assert dialog.evaluate(sticking_out) == []
        assert dialog.evaluate("dialog => dialog.getBoundingClientRect().right") <= 360
