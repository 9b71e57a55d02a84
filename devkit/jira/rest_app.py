"""What an app keeps at Jira about itself (``/rest/atlassian-connect/1``): properties, modules at run time, its licence.

Sources: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-app-properties/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-dynamic-modules/
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devkit.jira.descriptor import Refused
from devkit.jira.happenings import SiteFault
from devkit.jira.installations import Installation
from devkit.jira.model import Json
from devkit.jira.rest_call import Call, Operation, answer


def _own(call: Call) -> Installation:
    """The app that the path names and that calls; raises `SiteFault`."""
    known = call.parts.installations.get(call.place["addon"])
    if known is None:
        raise SiteFault(f"There is no app {call.place['addon']} here.", status=404)
    # A page of the app asks as the user, through the bridge; no other app may.
    if call.caller.app_key not in (None, known.descriptor["key"]):
        raise SiteFault("The request is not from the app whose properties these are.", status=401)
    return known


def _keys(call: Call) -> web.Response:
    key = _own(call).descriptor["key"]
    at = f"{call.parts.base_url}/rest/atlassian-connect/1/addons/{key}/properties"
    return answer({"keys": [{"self": f"{at}/{each}", "key": each} for each in call.parts.app_properties.of(key)]})


def _read(call: Call) -> web.Response:
    values, key = call.parts.app_properties.of(_own(call).descriptor["key"]), call.place["key"]
    if key not in values:
        return _said(f"Property with key {key} not found.", 404)
    return answer({"key": key, "value": values[key]})


def _set(call: Call) -> web.Response:
    is_new = call.parts.app_properties.put(_own(call).descriptor["key"], call.place["key"], call.content)
    return _said("Property created.", 201) if is_new else _said("Property updated.", 200)


def _remove(call: Call) -> web.Response:
    key = call.place["key"]
    if not call.parts.app_properties.remove(_own(call).descriptor["key"], key):
        return _said(f"Property with key {key} not found.", 404)
    return web.Response(status=204)


def _said(message: str, status: int) -> web.Response:
    return answer({"message": message, "statusCode": status}, status)


def _app(call: Call) -> web.Response:
    known = _own(call)
    descriptor = call.parts.installations.descriptor(known)
    licence: Json = {"license": shown} if (shown := _licence(known)) else {}
    return answer(
        {
            "key": descriptor.key,
            "version": known.descriptor.get("version", "1.0.0-AC"),
            "state": "ENABLED" if known.enabled else "DISABLED",
            "host": {"product": "Jira", "contacts": []},
            **licence,
            "links": {"self": [{"href": f"{call.parts.base_url}/rest/atlassian-connect/1/addons/{descriptor.key}"}]},
        }
    )


def _licence(known: Installation) -> Json | None:
    if known.licence == "none":
        return None
    return {
        "active": True,
        "type": "COMMERCIAL",
        "evaluation": known.licence == "evaluation",
        "supportEntitlementNumber": "SEN-0000000",
    }


def _modules(call: Call) -> web.Response:
    # In the form of the document's example, which is that of a descriptor; its schema, a list, fits no descriptor.
    return answer(_caller(call).dynamic_modules)


def _add_modules(call: Call) -> web.Response:
    known, asked = _caller(call), call.body.get("modules", call.body)
    try:
        call.parts.installations.add_modules(known, asked)
    except Refused as fault:
        return answer({"message": f"Installation failed. {fault}"}, 400)
    return web.Response(status=200)


def _remove_modules(call: Call) -> web.Response:
    call.parts.installations.remove_modules(_caller(call), call.query.getall("moduleKey", None))
    return web.Response(status=204)


class NoApp(Exception):
    """The caller is no Connect app."""


def _caller(call: Call) -> Installation:
    known = call.parts.installations.get(call.caller.app_key or "")
    if known is None or call.caller.impersonates:
        raise NoApp
    return known


def _by_app(operation: Operation) -> Operation:
    def checked(call: Call) -> web.Response:
        try:
            return operation(call)
        except NoApp:
            return answer({"message": "The request is not from a Connect app."}, 401)

    return checked


_PROPERTIES = "/addons/{addon}/properties"

OPERATIONS: list[tuple[str, str, Any]] = [
    ("GET", "/addons/{addon}", _app),
    ("GET", _PROPERTIES, _keys),
    ("GET", f"{_PROPERTIES}/{{key}}", _read),
    ("PUT", f"{_PROPERTIES}/{{key}}", _set),
    ("DELETE", f"{_PROPERTIES}/{{key}}", _remove),
    ("GET", "/app/module/dynamic", _by_app(_modules)),
    ("POST", "/app/module/dynamic", _by_app(_add_modules)),
    ("DELETE", "/app/module/dynamic", _by_app(_remove_modules)),
]
