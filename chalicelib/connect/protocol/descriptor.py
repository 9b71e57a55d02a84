"""The app descriptor: what the author wrote, completed with what the framework knows, and what Jira would refuse.

Source: https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/ and the module pages below it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from chalicelib.connect.protocol.event_names import DYNAMIC_EVENTS, PREFIX, WEBHOOK_EVENTS

Json = Mapping[str, Any]

LIFECYCLE = ("installed", "uninstalled", "enabled", "disabled")

API_MIGRATIONS = {"signed-install": True, "context-qsh": True, "gdpr": True}
"""https://developer.atlassian.com/cloud/confluence/connect-active-api-migrations/"""

SCOPES = {"NONE", "READ", "WRITE", "DELETE", "PROJECT_ADMIN", "ADMIN", "ACT_AS_USER", "ACCESS_EMAIL_ADDRESSES"}
READERS = {"READ", "WRITE", "DELETE", "PROJECT_ADMIN", "ADMIN"}
"""``READ`` and those that include it; without it Jira refuses a descriptor that has webhooks.
Source: https://developer.atlassian.com/cloud/jira/platform/scopes-for-connect-and-oauth-2-apps/"""

_PAGE = ("key", "name", "url")
_REQUIRED = {
    "generalPages": _PAGE,
    "adminPages": _PAGE,
    "configurePage": _PAGE,
    "postInstallPage": _PAGE,
    "webPanels": (*_PAGE, "location"),
    "webItems": ("key", "name", "location"),
    "dialogs": ("key", "url"),
    "jiraIssueGlances": ("key", "name", "icon", "content", "target"),
    "jiraIssueContexts": ("key", "name", "icon", "content", "target"),
    "jiraIssueContents": ("key", "name", "icon", "target", "tooltip"),
    "jiraProjectPages": _PAGE,
    "jiraEntityProperties": ("key", "name"),
    "jiraIssueFields": ("key", "name", "description", "type"),
    "webhooks": ("event",),
}
"""The fields that each kind of module must have; other kinds are passed on unread."""

_PAGE_URL = r"/pages/([^?#]*)"
_PAGE_NAME = r"[a-z0-9][a-z0-9-]{0,63}"
"""What `chalicelib/connect/pages.py` serves; `tests/unit/test_pages.py` holds the two together."""


def complete(authored: Json, *, base_url: str, events: Collection[str]) -> dict[str, Any]:
    """The descriptor for Jira: `authored`, with all that the framework answers for.

    `events` are those that have a handler; each gets a ``webhooks`` module, with the filter and the other fields that
    the author gave it. Those of dynamic webhooks are not asked for here.
    """
    events = [event for event in events if not _is_dynamic(event)]
    modules = dict(authored.get("modules", {}))
    written = {module["event"]: module for module in modules.get("webhooks", [])}
    modules["webhooks"] = [{**written.get(event, {"event": event}), "url": f"/webhooks/{event}"} for event in events]
    return {
        **authored,
        "baseUrl": base_url,
        "authentication": {"type": "jwt"},
        "lifecycle": {name: f"/{name}" for name in LIFECYCLE},
        "apiMigrations": {**authored.get("apiMigrations", {}), **API_MIGRATIONS},
        "links": {**authored.get("links", {}), "self": f"{base_url}/atlassian-connect.json"},
        "modules": modules,
    }


def faults(
    authored: Json, *, events: Collection[str], pages: Collection[str] | None, routes: Collection[str]
) -> list[str]:
    """Why Jira would refuse the app, or its users would miss a part of it: a sentence for each fault.

    `pages` are the names of the pages that exist; None leaves them unchecked. `routes` are the paths of the app's
    routes, such as ``/pages/{page}``.
    """
    modules = authored.get("modules", {})
    if not isinstance(modules, dict):
        return ["modules must be an object that maps a kind of module to its modules"]
    found = [*_identity_faults(authored), *_event_faults(modules, events), *_scope_faults(authored, events)]
    for where, module in _modules(modules):
        found += _module_faults(where, module) if isinstance(module, dict) else [f"{where} must be an object"]
    found += _key_faults(modules)
    for where, url in _urls("modules", modules):
        found += _url_faults(where, url, pages)
    for where, url in _urls("modules", _shown_by_the_app(modules)):
        found += _route_faults(where, url, routes)
    return found


def page_names(authored: Json) -> set[str]:
    """The pages that the modules name."""
    urls = (url for _, url in _urls("modules", authored.get("modules")) if isinstance(url, str))
    return {page[1] for url in urls if (page := re.match(_PAGE_URL, url))}


def _identity_faults(authored: Json) -> Iterator[str]:
    key = authored.get("key")
    if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", key):
        yield "key must be 1 to 64 letters, digits, dots, hyphens and underscores"
    name = authored.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= 80:
        yield "name must be a text of 1 to 80 characters"
    vendor = authored.get("vendor")
    if not isinstance(vendor, dict) or not vendor.get("name") or not vendor.get("url"):
        yield "vendor must have a name and a url"
    for completed in ("apiMigrations", "links"):
        if not isinstance(authored.get(completed, {}), dict):
            yield f"{completed} must be an object"
    for filled_in in ("baseUrl", "authentication", "lifecycle"):
        if filled_in in authored:
            yield f"{filled_in} is filled in by the framework and must not be written here"


def _scope_faults(authored: Json, events: Collection[str]) -> Iterator[str]:
    scopes = authored.get("scopes", [])
    if not isinstance(scopes, list):
        yield "scopes must be a list"
        return
    for scope in scopes:
        if str(scope).upper() not in SCOPES:
            yield f"scopes holds {scope!r}, which is no scope of Connect"
    if READERS.isdisjoint(str(scope).upper() for scope in scopes) and not all(map(_is_dynamic, events)):
        yield "scopes lacks READ, and without it Jira refuses an app that has handlers of webhooks"


def _event_faults(modules: Json, events: Collection[str]) -> Iterator[str]:
    for event in sorted(set(events) - WEBHOOK_EVENTS - DYNAMIC_EVENTS):
        yield f"a handler waits for {event!r}, which is no webhook event of Jira"
    webhooks = modules.get("webhooks", [])
    if not isinstance(webhooks, list):
        yield "modules.webhooks must be a list"
        return
    written = [str(module["event"]) for module in webhooks if isinstance(module, dict) and module.get("event")]
    for asked in dict.fromkeys(written):
        if asked not in events:
            yield f"modules.webhooks asks for {asked!r}, but no handler waits for it"
        if written.count(asked) > 1:
            yield f"modules.webhooks names {asked!r} twice"
    if any(module.get("excludeBody") for module in webhooks if isinstance(module, dict)):
        yield "modules.webhooks uses excludeBody, and then a handler would learn nothing of what has happened"


def _is_dynamic(event: str) -> bool:
    return event.startswith(PREFIX)


def _module_faults(where: str, module: Json) -> Iterator[str]:
    kind = where.split(".")[1].split("[")[0]
    for field in _REQUIRED.get(kind, ()):
        if not module.get(field):
            yield f"{where} lacks {field}"
    key = module.get("key")
    if key is not None and not (isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9-]{1,100}", key)):
        yield f"{where}.key must be 1 to 100 letters, digits and hyphens"


def _key_faults(modules: Json) -> Iterator[str]:
    seen: dict[str, str] = {}
    for where, module in _modules(modules):
        key = module.get("key") if isinstance(module, dict) else None
        if isinstance(key, str) and seen.setdefault(key, where) != where:
            yield f"the module key {key!r} is used twice: by {seen[key]} and by {where}"


def _url_faults(where: str, url: object, pages: Collection[str] | None) -> Iterator[str]:
    if not isinstance(url, str) or not url.startswith("/") or url.startswith("//"):
        yield f"{where} must be relative to the base URL and begin with a slash, and is {url!r}"
    elif page := re.match(_PAGE_URL, url):
        if not re.fullmatch(_PAGE_NAME, page[1]):
            yield f"{where} names the page {page[1]!r}; a page's name has lower-case letters, digits and hyphens alone"
        elif pages is not None and page[1] not in pages:
            yield f"{where} names the page {page[1]!r}, but static_site/{page[1]}.html does not exist"


def _route_faults(where: str, url: object, routes: Collection[str]) -> Iterator[str]:
    path = re.split("[?#]", url)[0] if isinstance(url, str) else ""
    # Of pages `_url_faults` says more.
    if (
        path.startswith("/")
        and not path.startswith("/pages/")
        and not any(_pattern(route).fullmatch(path) for route in routes)
    ):
        yield f"{where} is {url!r}, which no route of the app serves"


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route)))


def _shown_by_the_app(modules: Json) -> dict[str, Any]:
    """The modules whose URLs the app itself must serve: the URL of a webhook is the framework's, and a web item may
    lead to a page of Jira's own."""
    items = modules.get("webItems")
    own = [{} if _is_jiras(item) else item for item in items] if isinstance(items, list) else []
    return {**modules, "webhooks": [], "webItems": own}


def _is_jiras(item: object) -> bool:
    return isinstance(item, dict) and item.get("context") in ("page", "product")


def _modules(modules: Json) -> Iterator[tuple[str, Any]]:
    for kind, listed in modules.items():
        if isinstance(listed, list):
            yield from ((f"modules.{kind}[{index}]", module) for index, module in enumerate(listed))
        else:
            yield f"modules.{kind}", listed


def _urls(where: str, value: object) -> Iterator[tuple[str, object]]:
    """Every ``url`` that Jira would load into a frame or call; icons and links may be anywhere."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _urls(f"{where}[{index}]", each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "url":
                yield f"{where}.url", each
            elif name not in ("icon", "icons", "links"):
                yield from _urls(f"{where}.{name}", each)
