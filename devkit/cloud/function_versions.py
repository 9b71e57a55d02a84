"""The code of a published version: Lambda hands out the package of the version that is asked for.

ministack 1.5.33 keeps the package of each version, but hands out the newest one whatever the qualifier says. This
changes private names of that version; `devkit.cloud.launcher` checks it.
Source: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import lambda_svc

_ministacks_get_function = lambda_svc._get_function
_ministacks_serve_function_code = lambda_svc.serve_function_code


def install() -> None:
    """Makes GetFunction lead to the package of the version that it was asked for."""
    lambda_svc._get_function = get_function
    lambda_svc.serve_function_code = serve_function_code


def get_function(name: str, qualifier: str | None = None) -> Any:
    """The answer to GetFunction, its code's address with the qualifier behind the name."""
    status, headers, body = _ministacks_get_function(name, qualifier)
    if status != 200 or not qualifier:
        return status, headers, body
    answer = json.loads(body)
    address = answer["Code"].get("Location", "")
    answer["Code"]["Location"] = address.replace(f"/{name}?", f"/{name}:{qualifier}?")
    return lambda_svc.json_response(answer)


def serve_function_code(name: str, account_id: str | None = None, region: str | None = None) -> Any:
    """The package at an address that `get_function` has given."""
    function, _, qualifier = name.partition(":")
    if not qualifier:
        return _ministacks_serve_function_code(name, account_id, region)
    record, _ = lambda_svc._effective_func_record_for_qualifier(
        lambda_svc._functions.get_scoped(account_id, region, function), qualifier
    )
    if not record:
        return 404, {"Content-Type": "text/plain"}, b"There is no such version."
    return 200, {"Content-Type": "application/zip"}, record["code_zip"]
