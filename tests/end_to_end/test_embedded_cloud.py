"""The embedded AWS under the real Chalice: what `devkit/cloud` changes in ministack still does what it was made for.

`probe/` is an app that says what reaches it. These tests are the guard of the pinned version: a new ministack that
breaks a name that the launcher changes fails here.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from chalicelib.connect.settings import Resources
from devkit.cloud import ACCOUNT, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.deploy.chalice import chalice_deploy
from devkit.deploy.deployment import never_stop
from devkit.deploy.partial_batches import report_partial_batches
from devkit.processes import free_port
from tests.end_to_end.client import eventually

HTTP = urllib3.PoolManager(retries=False, timeout=20)
PROJECT = Path(__file__).parent / "probe"
BUCKET = "probe-done"
QUEUE = "probe-jobs"


class Probe:
    """The probe app, deployed onto `cloud` from a copy of its project in `folder`."""

    def __init__(self, cloud: EmbeddedCloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        shutil.copytree(PROJECT, folder)

    def deploy(self) -> None:
        """Deploy it with the real Chalice."""
        chalice_deploy(self.folder, "local", self.cloud.environment, self.folder.with_suffix(".log"), never_stop)
        report_partial_batches(self.cloud.client("lambda"), self.deployed())

    def delete(self) -> None:
        """Delete it with the real Chalice."""
        chalice = Path(sys.executable).with_name("chalice")
        subprocess.run(
            [chalice, "delete", "--stage", "local"],
            cwd=self.folder,
            env=self.cloud.environment,
            check=True,
            capture_output=True,
        )

    def deployed(self) -> list[dict[str, Any]]:
        """What Chalice notes."""
        noted: list[dict[str, Any]] = json.loads((self.folder / ".chalice/deployed/local.json").read_text())[
            "resources"
        ]
        return noted

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace `old` by `new` in a file of the project."""
        path = self.folder / name
        path.write_text(path.read_text().replace(old, new))

    def call(self, method: str, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """The answer to one call."""
        url = f"{self.cloud.endpoint}/_aws/execute-api/probe/local{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return HTTP.request(method, url, headers=sent)

    def seen(self, path: str, **headers: str) -> Any:
        """What reached the function."""
        return self.call("GET", path, **headers).json()

    def done(self) -> dict[str, str]:
        """What the worker has written: the mark of its environment, by message."""
        s3 = self.cloud.client("s3")
        found = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {item["Key"]: s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read().decode() for item in found}

    def send(self, *bodies: str) -> None:
        """Put messages on the queue, as one tenant's."""
        sqs = self.cloud.client("sqs")
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="tenant")


@pytest.fixture(scope="module")
def probe(cloud: EmbeddedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The probe app, deployed once for this module."""
    prepare(cloud)
    made = Probe(cloud, tmp_path_factory.mktemp("probe") / "project")
    made.deploy()
    yield made
    made.delete()


def prepare(cloud: EmbeddedCloud) -> None:
    """Create what the probe's worker reads from and writes to."""
    cloud.client("sqs").create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": "2"})
    cloud.client("s3").create_bucket(Bucket=BUCKET)


def test_a_function_is_given_the_path_as_it_was_sent(probe: Probe) -> None:
    assert probe.seen("/echo/jira:issue_updated")["event"]["path"] == "/echo/jira:issue_updated"
    encoded = probe.seen("/echo/jira%3Aissue%2Fupdated")["event"]
    assert encoded["path"] == "/echo/jira%3Aissue%2Fupdated"
    assert encoded["pathParameters"] == {"name": "jira%3Aissue%2Fupdated"}


def test_a_function_is_given_the_last_of_repeated_parameters_and_all_of_them(probe: Probe) -> None:
    event = probe.seen("/echo/x?a=1&b=x%20y+z&a=2")["event"]

    assert event["queryStringParameters"] == {"a": "2", "b": "x y z"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["x y z"]}


def test_a_function_is_told_what_a_front_of_aws_adds(probe: Probe) -> None:
    seen = probe.seen("/echo/x", X_Custom="value")

    assert seen["event"]["headers"]["x-custom"] == "value"
    assert seen["event"]["multiValueHeaders"]["x-custom"] == ["value"]
    assert seen["event"]["headers"]["X-Forwarded-Proto"] == "https"
    assert seen["domain"] == "probe.execute-api.us-east-1.amazonaws.com"


def test_a_function_sees_its_own_environment_and_not_the_launchers(probe: Probe) -> None:
    seen = probe.seen("/echo/x")["environment"]

    assert seen["MARK"] == "first"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "probe-local"
    assert seen["AWS_ENDPOINT_URL"] == probe.cloud.endpoint
    assert seen.keys().isdisjoint({"HOME", "STATE_DIR", "S3_DATA_DIR", "GATEWAY_PORT", "AUTH", "VIRTUAL_ENV"})


def test_head_not_modified_not_found_and_binary_bodies_come_through(probe: Probe) -> None:
    head = probe.call("HEAD", "/echo/x")
    assert (head.status, head.data, head.headers["x-probe"]) == (200, b"", "seen")
    unchanged = probe.call("GET", "/unchanged")
    assert (unchanged.status, unchanged.data, unchanged.headers["etag"]) == (304, b"", '"1"')
    missing = probe.call("GET", "/missing")
    assert (missing.status, missing.json()["Code"]) == (404, "NotFoundError")
    assert probe.call("GET", "/binary", Accept="application/octet-stream").data == b"\x00\xff\xfe"


def test_a_path_with_raw_bytes_is_a_bad_request(probe: Probe) -> None:
    with socket.create_connection(("127.0.0.1", probe.cloud.port), timeout=10) as connection:
        connection.sendall(
            b"GET /_aws/execute-api/probe/local/echo/x?a=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        assert b" 400 " in connection.recv(1000).splitlines()[0]


def test_what_lambda_would_not_take_is_answered_413(probe: Probe) -> None:
    url = f"{probe.cloud.endpoint}/_aws/execute-api/probe/local/echo/x"
    headers = {"Content-Type": "application/json"}

    def post(body: str) -> int:
        return HTTP.request("POST", url, body=body, headers=headers).status

    assert post(json.dumps("x" * 5_500_000)) == 200
    # The quotation marks of the body count twice: it is a string in the event.
    assert post('["' + '","' * 2_000_000 + '"]') == 413
    assert post(json.dumps("x" * 6_300_000)) == 413


def test_only_the_failed_message_of_a_batch_comes_again(probe: Probe) -> None:
    probe.send("one", "fail", "two")

    assert eventually(lambda: len(probe.done()) == 2 and probe.done()) == {"one": "first", "two": "first"}


def test_objects_of_the_site_are_served_to_anyone_and_others_to_no_one(cloud: EmbeddedCloud) -> None:
    names = Resources("probe")
    resources.create(cloud, names)
    s3, site = cloud.client("s3"), names.site_bucket(ACCOUNT, REGION)
    s3.create_bucket(Bucket="probe-closed")
    for bucket in (site, "probe-closed"):
        s3.put_object(Bucket=bucket, Key="a/b.js", Body=b"1", ContentType="text/javascript", CacheControl="no-cache")

    for method, body in (("GET", b"1"), ("HEAD", b"")):
        answer = HTTP.request(method, f"{cloud.endpoint}/{site}/a/b.js", headers={"Origin": "https://a.example"})
        assert (answer.status, answer.data) == (200, body)
        assert answer.headers["content-type"] == "text/javascript"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-length"] == "1"
        assert answer.headers["access-control-allow-origin"] == "*"
    assert HTTP.request("GET", f"{cloud.endpoint}/probe-closed/a/b.js").status == 403


def test_a_redeploy_changes_routes_and_environment_and_keeps_the_id_and_a_delete_leaves_nothing(
    tmp_path: Path,
) -> None:
    with EmbeddedCloud(tmp_path / "state", free_port(), tmp_path / "cloud.log") as cloud:
        prepare(cloud)
        probe = Probe(cloud, tmp_path / "project")
        probe.deploy()
        assert probe.call("GET", "/missing").status == 404

        probe.edit("app.py", '"/missing"', '"/renamed"')
        probe.edit(".chalice/config.json", '"first"', '"second"')
        probe.deploy()
        assert probe.call("GET", "/missing").status == 403
        assert probe.call("GET", "/renamed").status == 404
        assert probe.seen("/echo/x")["environment"]["MARK"] == "second"
        probe.send("three")
        assert eventually(probe.done) == {"three": "second"}

        probe.delete()
        assert probe.call("GET", "/renamed").status == 404
        assert cloud.client("lambda").list_functions()["Functions"] == []
        assert cloud.client("apigateway").get_rest_apis()["items"] == []
        assert cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []


def test_a_stop_keeps_everything_and_leaves_no_process(tmp_path: Path) -> None:
    cloud = EmbeddedCloud(tmp_path / "state", free_port(), tmp_path / "cloud.log")
    with cloud:
        prepare(cloud)
        probe = Probe(cloud, tmp_path / "project")
        probe.deploy()
        cloud.client("s3").put_object(Bucket=BUCKET, Key="kept", Body=b"yes")
        assert probe.call("GET", "/echo/x").status == 200
        session = cloud.pid
        assert session
        assert len(processes_of(session)) > 1, "the function runs in a process of its own"
        started = time.monotonic()
    assert time.monotonic() - started < 3
    assert cloud.exit_code == 0
    assert processes_of(session) == []
    assert list((tmp_path / "state" / "tmp").iterdir()) == []

    with cloud:
        assert probe.done() == {"kept": "yes"}
        assert probe.call("GET", "/echo/x").status == 200
        probe.send("later")
        assert eventually(lambda: "later" in probe.done())


def test_it_ends_and_saves_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    port = free_port()
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from devkit.cloud.embedded import EmbeddedCloud\n"
        f"cloud = EmbeddedCloud(Path({str(tmp_path / 'state')!r}), {port}, Path({str(tmp_path / 'cloud.log')!r}))\n"
        "cloud.start()\n"
        "cloud.client('s3').create_bucket(Bucket='kept')\n"
        "print(cloud.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    session = int(killed.stdout)

    eventually(lambda: processes_of(session) == [])
    with EmbeddedCloud(tmp_path / "state", port, tmp_path / "again.log") as cloud:
        assert [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]] == ["kept"]


def processes_of(session: int) -> list[int]:
    """The processes that run in `session`."""
    found = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,sess=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in found.splitlines()]
    return [int(pid) for pid, sess, state in rows if int(sess) == session and not state.startswith("Z")]
