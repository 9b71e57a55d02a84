"""Chalice's notes of what it has deployed, made up for from what stands on AWS.

Chalice writes them when a deploy has come to its end, and by them alone it finds its API and the consumers of its
queues. Without them it would make a second API beside the one that Jira calls, and AWS would refuse a second consumer:
so where a first deploy was cut short, and where another machine deployed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import APP
from devkit.deploy.aws import Aws, is_code
from devkit.deploy.template import functions
from devkit.errors import DevkitError

Note = dict[str, Any]


def completed(aws: Aws, stage: str, notes: list[Note]) -> list[Note]:
    """`notes` of `stage`, set right by what Chalice has made of it on `aws`.

    Raises `DevkitError` where several APIs stand for the stage, and no note says which of them Jira calls.
    """
    known = {each["name"]: each for each in notes}
    return list({**known, **{each["name"]: each for each in _standing(aws, stage, "rest_api" in known)}}.values())


def write(record: Path, notes: list[Note]) -> None:
    """Writes `notes` into the file `record` as Chalice does."""
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"resources": notes, "schema_version": "2.0", "backend": "api"}, indent=2) + "\n")


def apis(aws: Aws, stage: str) -> list[tuple[str, frozenset[str]]]:
    """The APIs whose routes lead to the function of `stage`, by their ids, each with the stages that it serves.

    One that serves none was imported, and not deployed any more.
    """
    gateway, function = aws.client("apigateway"), f":function:{functions(stage)['Api']}/"
    found = []
    for api in gateway.get_paginator("get_rest_apis").paginate().search("items[]"):
        if api["name"] == APP and any(function in uri for uri in _routes(gateway, api["id"])):
            served = gateway.get_stages(restApiId=api["id"])["item"]
            found.append((api["id"], frozenset(each["stageName"] for each in served)))
    return found


def api_of(aws: Aws, stage: str) -> str:
    """The id of the API of `stage` that Jira calls; else of one that was never called; empty where there is none.

    Raises `DevkitError` where there are several.
    """
    found = apis(aws, stage)
    served = [api for api, stages in found if stage in stages]
    if len(served) > 1:
        raise DevkitError(
            f"The APIs {', '.join(served)} serve the stage {stage}, and no .chalice/deployed/{stage}.json says which "
            "of them Jira calls: bring it from where the stage was deployed, or run "
            f"`make destroy STAGE={stage}` first."
        )
    return next(iter([*served, *(api for api, stages in found if not stages)]), "")


def standing_functions(aws: Aws, stage: str) -> Iterator[tuple[str, str]]:
    """The functions of the stage that are there, by the names that app.py gives them."""
    service = aws.client("lambda")
    for logical, name in functions(stage).items():
        try:
            found: Mapping[str, Any] = service.get_function_configuration(FunctionName=name)
        except ClientError as fault:
            if not is_code(fault, "ResourceNotFoundException"):
                raise
            continue
        yield "api_handler" if logical == "Api" else name.rpartition("-")[2], found["FunctionArn"]


def _routes(gateway: Any, api: str) -> Iterator[str]:
    """Where the methods of an API lead."""
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
    for page in pages:
        for resource in page["items"]:
            for method in resource.get("resourceMethods", {}).values():
                yield method.get("methodIntegration", {}).get("uri", "")


def _standing(aws: Aws, stage: str, has_api: bool) -> Iterator[Note]:
    service, arns = aws.client("lambda"), dict(standing_functions(aws, stage))
    for name, arn in arns.items():
        yield {"name": name, "resource_type": "lambda_function", "lambda_arn": arn}
        for mapping in service.list_event_source_mappings(FunctionName=arn)["EventSourceMappings"]:
            yield {
                "name": f"{name}-sqs-event-source",
                "resource_type": "sqs_event",
                "queue_arn": mapping["EventSourceArn"],
                "event_uuid": mapping["UUID"],
                "queue": mapping["EventSourceArn"].rpartition(":")[2],
                "lambda_arn": arn,
            }
    if not has_api and (api := api_of(aws, stage)):
        region = aws.client("apigateway").meta.region_name
        url = f"https://{api}.execute-api.{region}.amazonaws.com/{stage}/"
        yield {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": url}
