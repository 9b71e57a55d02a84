"""Webhooks over REST: those that an app registers, and those that did not reach it (``/webhook``).

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devkit.jira import dynamic_webhooks, failed_webhooks
from devkit.jira.happenings import SiteFault
from devkit.jira.rest_call import Call, Operation, answer


def _list(call: Call) -> web.Response:
    found = call.parts.dynamic_webhooks.of(call.app_key())
    return call.page([dynamic_webhooks.shown(webhook) for webhook in found], "/webhook")


def _register(call: Call) -> web.Response:
    """One result for each, in the order in which they were asked for."""
    key, url, asked = call.app_key(), call.body.get("url"), call.body.get("webhooks")
    if not isinstance(asked, list) or not asked or not all(isinstance(each, dict) for each in asked):
        raise SiteFault("No webhooks were provided.")
    _check_url(call, key, url)
    results = [call.parts.dynamic_webhooks.register(key, str(url), each) for each in asked]
    shown: list[dict[str, Any]] = [
        {"createdWebhookId": result} if isinstance(result, int) else {"errors": result} for result in results
    ]
    return answer({"webhookRegistrationResult": shown})


def _check_url(call: Call, key: str, url: object) -> None:
    known = call.parts.installations.get(key)
    base = call.parts.installations.descriptor(known).base_url if known else ""
    if not isinstance(url, str) or not (url == base or url.startswith((f"{base}/", f"{base}?"))):
        raise SiteFault(f"The URL {url!r} must use the base URL of the app, which is {base}.")
    others = {each.url for each in call.parts.dynamic_webhooks.of(key)} - {url}
    if others:
        raise SiteFault(f"Only a single URL per app is allowed to be registered, and {others.pop()} is.")


def _remove(call: Call) -> web.Response:
    call.parts.dynamic_webhooks.remove(call.app_key(), _ids(call))
    return web.Response(status=202)


def _refresh(call: Call) -> web.Response:
    expires = call.parts.dynamic_webhooks.refresh(call.app_key(), _ids(call))
    return answer({"expirationDate": int(expires * 1000)})


def _ids(call: Call) -> list[int]:
    ids = call.body.get("webhookIds")
    if not isinstance(ids, list) or not ids or any(type(each) is not int for each in ids):
        raise SiteFault("webhookIds must be a list of numbers, and hold at least one.")
    return ids


def _failed(call: Call) -> web.Response:
    key = call.app_key()
    # Jira's reference names the parameter `after`; the URL that Jira gives as `next` says `failedAfter`.
    after, most = call.number("after", call.number("failedAfter", 0)), call.number("maxResults", 100, 100)
    values = [failed_webhooks.shown(each) for each in call.parts.failed_webhooks.after(key, after)[:most]]
    last = values[-1]["failureTime"] if values else None
    url = f"{call.base}/webhook/failed?failedAfter={last}&maxResults={most}"
    return answer({"values": values, "maxResults": most, **({} if last is None else {"next": url})})


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/webhook", _list),
    ("POST", "/webhook", _register),
    ("DELETE", "/webhook", _remove),
    ("PUT", "/webhook/refresh", _refresh),
    ("GET", "/webhook/failed", _failed),
]
