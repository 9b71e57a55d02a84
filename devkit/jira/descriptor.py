"""An app's descriptor as Jira reads it: its modules, and the reasons for which Jira would refuse it.

Source: https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/ and the module pages below it; what
a kind of module must have, by the JSON schema that Atlassian published with npm's atlassian-connect-express 3.5.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from devkit.jira import json_places

Json = dict[str, Any]

SCOPES = {
    *("NONE", "READ", "WRITE", "DELETE", "PROJECT_ADMIN", "SPACE_ADMIN", "ADMIN", "ACT_AS_USER"),
    "ACCESS_EMAIL_ADDRESSES",
}
_INCLUDES = {
    "ADMIN": ("PROJECT_ADMIN", "DELETE", "WRITE", "READ"),
    "PROJECT_ADMIN": ("DELETE", "WRITE", "READ"),
    "DELETE": ("WRITE", "READ"),
    "WRITE": ("READ",),
}
"""What each scope includes (https://developer.atlassian.com/cloud/jira/platform/scopes-for-connect-and-oauth-2-apps/)."""

ISSUE_PANELS = {"atl.jira.view.issue.right.context", "atl.jira.view.issue.left.context"}

_PAGE = ("key", "name", "url")
_REQUIRED = {
    "generalPages": _PAGE,
    "adminPages": _PAGE,
    "configurePage": _PAGE,
    "postInstallPage": _PAGE,
    "webPanels": ("key", "name", "url", "location"),
    "webItems": ("key", "name", "location"),
    "dialogs": ("key", "url"),
    "jiraIssueGlances": ("key", "name", "icon", "content", "target"),
    "jiraIssueContexts": ("key", "name", "icon", "content", "target"),
    "jiraIssueContents": ("key", "name", "icon", "target", "tooltip"),
    "jiraProjectPages": _PAGE,
    "jiraProjectAdminTabPanels": _PAGE,
    "jiraProjectTabPanels": _PAGE,
    "jiraIssueTabPanels": _PAGE,
    "jiraSearchRequestViews": _PAGE,
    "jiraReports": (*_PAGE, "description"),
    "jiraDashboardItems": (*_PAGE, "description", "thumbnailUrl"),
    "webSections": ("key", "name", "location"),
    "jiraEntityProperties": ("key", "name"),
    "jiraIssueFields": ("key", "name", "description", "type"),
    "jiraGlobalPermissions": ("key", "name", "description"),
    "jiraProjectPermissions": ("key", "name", "description"),
    "jiraWorkflowPostFunctions": ("key", "name", "triggered"),
    "jiraWorkflowConditions": ("key", "name", "expression"),
    "jiraWorkflowValidators": ("key", "name", "expression", "errorMessage"),
    "webhooks": ("event", "url"),
}


class Refused(Exception):
    """Jira would refuse the descriptor, or the install; says why, one sentence for each reason."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True, slots=True)
class Module:
    """One module: a page that is shown in a frame, or whatever else its kind says."""

    kind: str
    key: str
    name: str
    url: str
    cacheable: bool
    raw: Json

    @property
    def is_issue_panel(self) -> bool:
        """Whether it is shown beside an issue."""
        if self.kind == "webPanels":
            return self.raw.get("location") in ISSUE_PANELS
        return self.kind in ("jiraIssueContents", "jiraIssueContexts", "jiraIssueGlances") and bool(self.url)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A descriptor that Jira would take."""

    raw: Json
    key: str
    name: str
    base_url: str
    signs: bool
    """Whether the app wants tokens (authentication ``jwt``)."""
    scopes: frozenset[str]
    """What it may do over REST: all that it asks for, and what that includes."""
    lifecycle: dict[str, str]
    modules: tuple[Module, ...]

    def webhooks(self, event: str) -> list[Json]:
        """The modules that wait for one event."""
        return [module.raw for module in self.modules if module.kind == "webhooks" and module.raw["event"] == event]

    def module(self, key: str) -> Module | None:
        """The module of a key, or None."""
        return next((module for module in self.modules if module.key == key), None)


Fault = tuple[str, str]
"""The path of what is wrong, such as ``modules.webPanels[0].key``, and a sentence about it."""


def read(raw: object, text: str = "") -> Descriptor:
    """The descriptor out of its JSON; raises `Refused` with all reasons at once.

    Each names its line and column in the `text` of the descriptor, where that is given.
    """
    if not isinstance(raw, dict):
        raise Refused("The descriptor must be a JSON object.")
    if found := list(_faults(raw)):
        known = json_places.spots(text) if text else {}
        raise Refused(*(f"{json_places.nearest(known, path)}: {words}" if known else words for path, words in found))
    return Descriptor(
        raw=raw,
        key=raw["key"],
        name=raw.get("name") or raw["key"],
        base_url=raw["baseUrl"].rstrip("/"),
        signs=_authentication(raw) == "jwt",
        scopes=included(str(scope).upper() for scope in raw.get("scopes") or []),
        lifecycle={name: on_the_wire(url) for name, url in (raw.get("lifecycle") or {}).items()},
        modules=tuple(_module(kind, module) for kind, _, module in _modules(raw.get("modules") or {})),
    )


def included(scopes: Iterable[str]) -> frozenset[str]:
    """Scopes, and those that they include."""
    return frozenset(each for scope in scopes for each in (scope, *_INCLUDES.get(scope, ())))


def on_the_wire(url: str) -> str:
    """A URL as it is sent and signed: what may not stand in a URL is escaped; variables in braces stay."""
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~{}")


def _module(kind: str, raw: Json) -> Module:
    target = raw.get("target") if isinstance(raw.get("target"), dict) else {}
    name = raw.get("name")
    return Module(
        kind=kind,
        key=raw.get("key", ""),
        name=(name.get("value", "") if isinstance(name, dict) else str(name or "")) or raw.get("key", ""),
        url=on_the_wire(raw.get("url") or (target or {}).get("url") or ""),
        cacheable=bool(raw.get("cacheable") or (target or {}).get("cacheable")),
        raw=raw,
    )


def _modules(modules: Json) -> Iterator[tuple[str, str, Any]]:
    """Kind, place and value of every module."""
    for kind, listed in modules.items():
        if isinstance(listed, list):
            yield from ((kind, f"modules.{kind}[{index}]", module) for index, module in enumerate(listed))
        else:
            yield kind, f"modules.{kind}", listed


def _faults(raw: Json) -> Iterator[Fault]:
    for name in ("key", "baseUrl", "authentication"):
        if not raw.get(name):
            yield name, f"{name} is missing."
    yield from _identity_faults(raw)
    yield from _lifecycle_faults(raw)
    modules = raw.get("modules")
    if modules is not None and not isinstance(modules, dict):
        yield "modules", "modules must be an object."
        return
    if (modules or {}).get("webhooks") and not _reads(raw.get("scopes")):
        yield "modules.webhooks", "modules.webhooks is a feature that requires the READ scope, which is not requested."
    seen: dict[str, str] = {}
    for kind, where, module in _modules(modules or {}):
        yield from _module_faults(kind, where, module, seen)


def _identity_faults(raw: Json) -> Iterator[Fault]:
    key, name, base_url = raw.get("key"), raw.get("name"), raw.get("baseUrl")
    if key and (not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", key)):
        yield "key", "key must be 1 to 64 letters, digits, dots, hyphens and underscores."
    if name is not None and (not isinstance(name, str) or len(name) > 80):
        yield "name", "name must be a text of at most 80 characters."
    if base_url and (not isinstance(base_url, str) or not _is_base_url(base_url)):
        yield "baseUrl", "baseUrl must be an https URL (http is taken for this machine only) of at most 200 characters."
    if "authentication" in raw and _authentication(raw) not in ("jwt", "none"):
        yield "authentication.type", "authentication.type must be jwt or none."
    if not isinstance(raw.get("vendor", {}), dict):
        yield "vendor", "vendor must be an object."
    scopes = raw.get("scopes") or []
    if not isinstance(scopes, list):
        yield "scopes", "scopes must be a list."
    else:
        yield from (
            (f"scopes[{index}]", f"scopes holds {scope!r}, which is no scope.")
            for index, scope in enumerate(scopes)
            if str(scope).upper() not in SCOPES
        )


def _authentication(raw: Json) -> str:
    """The type of authentication in lower case; empty where it is none that there is."""
    authentication = raw.get("authentication")
    kind = authentication.get("type") if isinstance(authentication, dict) else None
    return kind.lower() if isinstance(kind, str) else ""


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    return bool(parts.hostname) and (parts.scheme == "https" or here) and len(url) <= 200 and not parts.query


def _lifecycle_faults(raw: Json) -> Iterator[Fault]:
    lifecycle = raw.get("lifecycle") or {}
    if not isinstance(lifecycle, dict):
        yield "lifecycle", "lifecycle must be an object."
        return
    for name, url in lifecycle.items():
        if not _is_relative(url):
            where = f"lifecycle.{name}"
            yield where, f"{where} must be relative to the base URL and begin with a slash, and is {url!r}."
    if _authentication(raw) == "jwt" and not lifecycle.get("installed"):
        words = "lifecycle.installed is missing: the app would never get its secret."
        yield "lifecycle", f"authentication.type is jwt, but {words}"


def _module_faults(kind: str, where: str, module: Any, seen: dict[str, str]) -> Iterator[Fault]:
    if not isinstance(module, dict):
        yield where, f"{where} must be an object."
        return
    if _is_single(kind) == where.endswith("]"):
        yield f"modules.{kind}", f"modules.{kind} must be {'one object' if _is_single(kind) else 'a list'}."
    yield from ((where, f"{where} lacks {name}.") for name in _REQUIRED.get(kind, ()) if not module.get(name))
    for name in ("name", "tooltip"):
        given = module.get(name)
        if given and not (isinstance(given, dict) and isinstance(given.get("value"), str)):
            yield (
                f"{where}.{name}",
                f'{where}.{name} must be an object such as {{"value": "Burrows"}}, and is {given!r}.',
            )
    if not isinstance(module.get("filter", ""), str):
        yield f"{where}.filter", f"{where}.filter must be a text."
    key = module.get("key")
    if key is not None:
        if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9-]{1,100}", key):
            yield f"{where}.key", f"{where}.key must be 1 to 100 letters, digits and hyphens."
        elif seen.setdefault(key, where) != where:
            yield f"{where}.key", f"The module key {key!r} is used twice: by {seen[key]} and by {where}."
    target = module.get("target")
    for place, holder in ((where, module), (f"{where}.target", target if isinstance(target, dict) else {})):
        if holder.get("url") and not _is_relative(holder["url"]) and not _may_be_absolute(kind, holder):
            words = f"must be relative to the base URL and begin with a slash, and is {holder['url']!r}."
            yield f"{place}.url", f"{place}.url {words}"


def _is_single(kind: str) -> bool:
    """Whether an app has one module of a kind at most; those of development tools are of such kinds."""
    return kind in ("configurePage", "postInstallPage", "jiraDevelopmentTool") or kind.endswith("Provider")


def _reads(scopes: object) -> bool:
    return isinstance(scopes, list) and "READ" in included(str(scope).upper() for scope in scopes)


def _may_be_absolute(kind: str, holder: Json) -> bool:
    """Whether the URL of a module leads elsewhere, or is the key of a page (a web item's, in the context ``page``)."""
    if kind == "webItems" and str(holder.get("context")).lower() in ("page", "product"):
        return True
    return kind in ("webItems", "jiraDevelopmentTool") and re.match(r"https?://.", str(holder["url"])) is not None


def _is_relative(url: object) -> bool:
    return isinstance(url, str) and url.startswith("/") and not url.startswith("//")
