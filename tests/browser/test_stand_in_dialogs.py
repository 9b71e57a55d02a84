"""Dialogs that apps open over the stand-in's pages, their buttons, and the messages that stand above them."""

from __future__ import annotations

from playwright.sync_api import Frame, Page, expect

from devkit.jira.host import JiraHost
from tests.browser.conftest import frame_of, named
from tests.unit.jira.fake_app import FakeApp

MODULES = {
    "generalPages": [named("map")],
    "dialogs": [{"key": "talk", "url": "/panel-talk"}],
    "webItems": [
        named("chat", location="jira.issue.tools", target={"type": "inlineDialog"}),
        named("call", location="system.top.navigation.bar", target={"type": "dialog"}),
    ],
}

PANEL = named("panel", location="atl.jira.view.issue.right.context")


def test_a_link_that_opens_inline_is_closed_by_its_page(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/browse/{jira.create_issue('A burrow').key}")
    page.get_by_role("button", name="Chat").click()
    frame_of(page, "chat").evaluate("AP.inlineDialog.hide()")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_message_over_a_dialog_is_seen_and_answered_and_stays_after_it(page: Page, app_page: Frame) -> None:
    app_page.evaluate("AP.messages.info('Before')")
    app_page.evaluate("AP.dialog.create({ key: 'talk' })")
    talk = frame_of(page, "talk")
    talk.evaluate("AP.events.on('flag.action', (data) => { window.chosen = data.actionIdentifier })")
    talk.evaluate("AP.flag.create({ title: 'Dug in', close: 'manual', actions: { more: 'Dig more' } })")
    page.get_by_role("button", name="Dig more").click()
    talk.wait_for_function("window.chosen === 'more'")
    page.get_by_role("region", name="Before").get_by_role("button", name="Close message").click()
    talk.evaluate("AP.dialog.close()")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("region", name="Dug in").get_by_role("button", name="Close message").click()
    expect(page.get_by_role("region", name="Dug in")).to_have_count(0)


def test_a_dialog_gets_its_data_and_gives_back_what_it_closes_with(page: Page, app_page: Frame) -> None:
    app_page.evaluate(
        """() => {
            window.told = [];
            AP.events.on("dialog.close", (data) => told.push(data));
            AP.dialog.create({ key: "talk", header: "Talk", customData: { depth: 3 }, submitText: "Dig", size: "small",
                               buttons: [{ text: "Later", identifier: "later" }] });
        }"""
    )
    talk = frame_of(page, "talk")
    expect(page.get_by_role("dialog", name="Talk")).to_be_visible()
    assert talk.evaluate("AP.dialog.getCustomData()") == {"depth": 3}
    assert talk.evaluate("new Promise((done) => AP.dialog.getCustomData(done))") == {"depth": 3}
    talk.evaluate("AP.events.on('dialog.button.click', ({ button }) => { window.clicked = button.identifier })")
    page.get_by_role("button", name="Later").click()
    talk.wait_for_function("window.clicked === 'later'")
    talk.evaluate("AP.dialog.close({ dug: true })")
    expect(page.get_by_role("dialog")).to_have_count(0)
    app_page.wait_for_function("told.length")
    assert app_page.evaluate("told") == [{"dug": True}]


def test_the_buttons_of_a_dialog_obey_the_app(page: Page, app_page: Frame) -> None:
    app_page.evaluate("AP.dialog.create({ key: 'talk' })")
    talk = frame_of(page, "talk")
    submit, cancel = page.get_by_role("button", name="Submit"), page.get_by_role("button", name="Cancel")
    talk.evaluate("AP.dialog.getButton('submit').disable()")
    expect(submit).to_be_disabled()
    enabled = "new Promise((done) => AP.dialog.getButton('submit').isEnabled(done))"
    assert talk.evaluate(enabled) is False
    talk.evaluate("AP.dialog.getButton('submit').enable()")
    talk.evaluate("AP.dialog.getButton('cancel').hide()")
    expect(cancel).to_be_hidden()
    talk.evaluate("AP.dialog.createButton({ text: 'Help', identifier: 'help' })")
    expect(page.get_by_role("button", name="Help")).to_be_visible()
    talk.evaluate("AP.dialog.disableCloseOnSubmit()")
    talk.evaluate("AP.events.on('dialog.submit', () => { window.submitted = true })")
    submit.click()
    talk.wait_for_function("window.submitted")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_is_bound_to_a_button_may_keep_its_dialog_open(page: Page, app_page: Frame) -> None:
    app_page.evaluate("window.told = []; AP.dialog.create({ key: 'talk' }).on('close', (data) => told.push(data))")
    talk = frame_of(page, "talk")
    talk.evaluate(
        "AP.require(['dialog'], (dialog) => dialog.getButton('submit').bind(() => { window.no = 1; return false }))"
    )
    talk.evaluate("AP.dialog.createButton('Help').bind(() => { window.helped = true })")
    page.get_by_role("button", name="Submit").click()
    talk.wait_for_function("window.no")
    page.get_by_role("button", name="Help").click()
    talk.wait_for_function("window.helped")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    app_page.wait_for_function("told.length")


def test_a_dialog_without_a_module_is_complained_about(page: Page, app_page: Frame) -> None:
    app_page.evaluate("AP.dialog.create({ key: 'nothing' })")
    expect(page.get_by_role("alert").get_by_text("not here any more")).to_be_visible()


def test_a_dialog_of_the_top_bar_and_the_page_under_it_hear_each_other(page: Page, app_page: Frame) -> None:
    heard = """() => {
        window.heard = [];
        for (const name of ["dug", "dialog.close"]) AP.events.on(name, (by) => heard.push(by));
    }"""
    app_page.evaluate(heard)
    page.get_by_role("button", name="Call").click()
    call = frame_of(page, "call")
    call.evaluate(heard)
    call.evaluate("AP.events.emit('dug', 'call')")
    app_page.wait_for_function("heard.includes('call')")
    app_page.evaluate("AP.events.emit('dug', 'map')")
    call.wait_for_function("heard.includes('map')")
    call.evaluate("AP.dialog.close('closed')")
    app_page.wait_for_function("heard.includes('closed')")


def test_a_dialog_outlives_that_the_apps_of_the_page_change(page: Page, jira: JiraHost) -> None:
    page.goto(f"{jira.url}/browse/{jira.create_issue('A burrow').key}")
    page.get_by_role("button", name="Chat").click()
    chat = frame_of(page, "chat")
    with FakeApp(
        jira.install_keys_url, extra={"key": "other", "name": "Other"}, modules={"webPanels": [PANEL]}
    ) as other:
        jira.install(other.descriptor_url)
        page.wait_for_selector("iframe[id^='other__panel__']")
        assert chat.evaluate("AP.context.getContext().then((context) => context.jira.issue.key)").startswith("BUR-")
        jira.uninstall("other")
