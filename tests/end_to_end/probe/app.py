"""A small app that says what reaches it: with it, the tests hold the embedded AWS to what API Gateway does."""

import os
from typing import Any, cast

import boto3
from chalice.app import Chalice, Request, Response, SQSEvent

app = Chalice(app_name="probe")


@app.route("/echo/{name}", methods=["GET", "HEAD", "POST"])
def echo(name: str) -> Response:
    event = cast(Request, app.current_request).to_original_event()
    return Response(
        {
            "event": {key: value for key, value in event.items() if key != "requestContext"},
            "domain": event["requestContext"]["domainName"],
            "environment": dict(os.environ),
        },
        headers={"X-Probe": "seen", "ETag": '"1"'},
    )


@app.route("/unchanged", methods=["GET", "HEAD"])
def unchanged() -> Response:
    return Response("", status_code=304, headers={"ETag": '"1"'})


@app.route("/missing", methods=["GET"])
def missing() -> Response:
    return Response({"Code": "NotFoundError", "Message": "Nothing is here."}, status_code=404)


@app.route("/binary", methods=["GET"])
def binary() -> Response:
    return Response(b"\x00\xff\xfe", headers={"Content-Type": "application/octet-stream"})


@app.on_sqs_message(queue="probe-jobs", batch_size=10)
def worker(event: SQSEvent) -> dict[str, Any]:
    failures = []
    for record in event.to_dict()["Records"]:
        if record["body"] == "fail":
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        boto3.client("s3").put_object(Bucket="probe-done", Key=record["body"], Body=os.environ.get("MARK", "").encode())
    return {"batchItemFailures": failures}
