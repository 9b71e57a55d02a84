"""Importing a REST API: what `chalice deploy` sends, and ministack does not take.

Chalice hands API Gateway a Swagger document with ImportRestApi, and with PutRestApi on every further deploy. ministack
1.5.33 knows neither call, nor the extensions that Chalice writes (binary media types, mock integrations for CORS,
gateway responses), nor the two patches that Chalice sends after an import. This module adds them by changing private
names of that version; `devkit.cloud.launcher` checks it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1 as gateway

_EXTENSION = "x-amazon-apigateway-"
_COPIED = ("requestTemplates", "requestParameters", "contentHandling", "timeoutInMillis")

_ministacks_handle_request = gateway.handle_request
_ministacks_import_operation = gateway._import_operation
_ministacks_import_rest_api = gateway._import_rest_api


def install() -> None:
    """Adds the calls and extensions to ministack's API Gateway."""
    gateway.handle_request = handle_request
    gateway._import_operation = import_operation
    gateway._import_rest_api = import_rest_api


async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
    """Answers the calls that ministack lacks, mends the patches that it would misread, and leaves it the rest."""
    match method, path.strip("/").split("/"):
        case "POST", ["restapis"] if gateway._qp(query, "mode") == "import":
            return _import(json.loads(body), gateway._qp(query, "endpointConfigurationTypes") or "EDGE")
        case "PUT", ["restapis", api_id] if api_id in gateway._rest_apis:
            return _overwrite(api_id, json.loads(body), gateway._qp(query, "mode"))
        case "PATCH", ["restapis", _]:
            patches = [_mended(patch) for patch in json.loads(body)["patchOperations"]]
            body = json.dumps({"patchOperations": patches}).encode()
    return await _ministacks_handle_request(method, path, headers, body, query)


def import_rest_api(spec: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> str:
    """Creates the API that the Swagger document `spec` describes, with its extensions; returns its id.

    The id is the document's title where that can be an id and is free: so the URL of an app is known before its first
    deploy, and survives an API that was deleted.
    """
    title = str((spec.get("info") or {}).get("title", ""))
    tags = dict((base or {}).get("tags") or {})
    if re.fullmatch("[a-z0-9]+", title) and gateway.find_api_scope(title) is None:
        tags.setdefault("ms-custom-id", title)
    api_id: str = _ministacks_import_rest_api(spec, {**(base or {}), "tags": tags})
    _apply_extensions(api_id, spec)
    return api_id


def import_operation(api_id: str, resource_id: str, method: str, operation: Any, *rest: Any, **options: Any) -> None:
    """Imports one method, with what ministack drops of its integration: templates and mock responses."""
    _ministacks_import_operation(api_id, resource_id, method, operation, *rest, **options)
    spec = (operation or {}).get(f"{_EXTENSION}integration")
    stored = gateway._resources[api_id][resource_id]["resourceMethods"][method].get("methodIntegration")
    if not spec or not stored:
        return
    stored.update({key: spec[key] for key in _COPIED if key in spec})
    for pattern, response in (spec.get("responses") or {}).items():
        answer = {
            "selectionPattern": "" if pattern == "default" else pattern,
            "responseParameters": response.get("responseParameters", {}),
            "responseTemplates": response.get("responseTemplates", {}),
        }
        gateway._put_integration_response(api_id, resource_id, method, str(response.get("statusCode", "200")), answer)


def _import(spec: Mapping[str, Any], kind: str) -> Any:
    api_id = gateway._import_rest_api(spec, {"endpointConfiguration": {"types": [kind]}})
    return gateway._v1_response(gateway._rest_api_view(gateway._rest_apis[api_id]), 201)


def _overwrite(api_id: str, spec: Mapping[str, Any], mode: str | None) -> Any:
    if mode != "overwrite":
        return gateway._v1_error("BadRequestException", "Only mode=overwrite is emulated.", 400)
    resources = gateway._resources[api_id]
    root = next(resource for resource in resources.values() if resource["path"] == "/")
    resources.clear()
    root["resourceMethods"] = {}
    resources[root["id"]] = root
    gateway._authorizers_v1[api_id] = {}
    schemes = gateway._import_security_schemes(api_id, spec)
    for path, item in (spec.get("paths") or {}).items():
        gateway._import_path_item(api_id, path, item, schemes, spec.get("security"))
    _apply_extensions(api_id, spec)
    return gateway._get_rest_api(api_id)


def _apply_extensions(api_id: str, spec: Mapping[str, Any]) -> None:
    api = gateway._rest_apis[api_id]
    for name, key in ((f"{_EXTENSION}binary-media-types", "binaryMediaTypes"), (f"{_EXTENSION}policy", "policy")):
        if spec.get(name) is not None:
            api[key] = spec[name]
    for kind, response in (spec.get(f"{_EXTENSION}gateway-responses") or {}).items():
        gateway._put_gateway_response(api_id, kind, response)


def _mended(patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """One patch of UpdateRestApi, as ministack understands it.

    Chalice sends an empty size for "no compression", and the endpoint's type as ``/endpointConfiguration/types/EDGE``.
    """
    path, value = patch["path"], patch.get("value")
    if path == "/minimumCompressionSize":
        return {**patch, "value": int(value)} if value else {"op": "remove", "path": path}
    if path.startswith("/endpointConfiguration/types/"):
        return {"op": "replace", "path": "/endpointConfiguration", "value": {"types": [value]}}
    return patch
