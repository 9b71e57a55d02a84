"""The stack that is drilled: an embedded AWS of its own, and the app on it, deployed by the real Chalice.

It differs from what is shipped in three things: it has the handlers of `drilled_handlers` beside its own; its worker's
time-out, and with it the lease of a delivery, is `WORKER_SECONDS` instead of 60, and the queue hides a message for as
long instead of six times that, so that a drill does not wait six minutes for what was killed; and it may be sent to
DynamoDB and SQS through a relay.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from chalicelib.connect.settings import LOCAL, Resources
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy.deployment import Deployment
from devkit.deploy.staging import CHALICE, CODE, SITE
from devkit.places import ROOT, Addresses, Places
from devkit.processes import free_port
from devkit.steps import Steps
from tests.drills import drilled_handlers
from tests.drills.drilled_handlers import FOLDER, LEDGER

WORKER_SECONDS = 6

NAMES = Resources(LOCAL)

_REGISTERED = "\nfrom chalicelib.time_in_status import drill\n\ndrill.register(events)\n"


class Stack:
    """One stack, in `folder`; `deploy` comes first."""

    def __init__(self, cloud: EmbeddedCloud, keys_url: str, folder: Path) -> None:
        self.cloud = cloud
        self._project = folder / "project"
        self._notes = folder / "notes"
        self._notes.mkdir()
        _copy(self._project)
        addresses = Addresses(cloud.port, free_port())
        self.base_url = addresses.base_url
        self._settings = {**addresses.settings({"CONNECT_INSTALL_KEYS_URL": keys_url}), FOLDER: str(self._notes)}
        self._folder = folder

    def deploy(self, **settings: str) -> None:
        """Deploy what the project is now, with `settings` beside the usual ones."""
        deployment = Deployment(
            aws=self.cloud,
            root=self._project,
            work=self._folder / "work",
            stage=LOCAL,
            settings={**self._settings, **settings},
            log=self._folder / "deploy.log",
            packages=Places().of("packages"),
        )
        if deployment.staging.deployed():
            # The whole deploy would hide messages for six minutes again, and what is in flight with them.
            deployment.deploy()
            return
        deployment.run(Steps())
        self._sqs.set_queue_attributes(
            QueueUrl=self._url(NAMES.deliveries_queue), Attributes={"VisibilityTimeout": str(WORKER_SECONDS)}
        )

    def change(self, mark: str) -> None:
        """Change the app, so that its handlers note another `mark`; it takes a deploy until they do."""
        module = self._project / "chalicelib" / "time_in_status" / "drill.py"
        (before,) = [line for line in module.read_text().splitlines() if line.startswith("MARK = ")]
        module.write_text(module.read_text().replace(before, f'MARK = "{mark}"'))

    def put_on_queue(self, text: str) -> None:
        """Put something on the deliveries queue past the app."""
        self._sqs.send_message(QueueUrl=self._url(NAMES.deliveries_queue), MessageBody=text)

    def on_queue(self) -> int:
        """How many messages are on the deliveries queue, in sight or not."""
        names = ["", "NotVisible", "Delayed"]
        asked = self._sqs.get_queue_attributes(
            QueueUrl=self._url(NAMES.deliveries_queue),
            AttributeNames=[f"ApproximateNumberOfMessages{name}" for name in names],
        )
        return sum(map(int, asked["Attributes"].values()))

    def done(self, client_key: str) -> set[str]:
        """The deliveries of a tenant that the log of deliveries has as handled."""
        pages = self.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=NAMES.deliveries_table)
        items = (item for page in pages for item in page["Items"] if item.get("progress", {}).get("S") == "done")
        found = (item["id"]["S"].split(" ", 1) for item in items)
        return {identity for key, identity in found if key == client_key}

    def records(self, client_key: str) -> dict[str, Any]:
        """What the handlers remember of a tenant, by issue."""
        pages = (
            self.cloud.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=NAMES.records_table,
                KeyConditionExpression="client_key = :key AND begins_with(#key, :drill)",
                ExpressionAttributeNames={"#key": "key"},
                ExpressionAttributeValues={":key": {"S": client_key}, ":drill": {"S": "drill/"}},
            )
        )
        return {
            item["key"]["S"].removeprefix("drill/"): json.loads(item["value"]["S"])
            for page in pages
            for item in page["Items"]
        }

    def ledger(self, client_key: str) -> Counter[tuple[str, str]]:
        """How often `count` ran to its end for each delivery of a tenant, and under which mark."""
        file = self._notes / LEDGER
        lines = (line.split(" ") for line in file.read_text().splitlines()) if file.exists() else ()
        return Counter((identity, mark) for key, identity, mark in lines if key == client_key)

    def take_dead_letters(self) -> list[tuple[str, str]]:
        """The dead letters, each its text and its reason; they are gone then."""
        url, found = self._url(NAMES.dead_letters_queue), []
        while letters := self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for letter in letters:
                reason = letter.get("MessageAttributes", {}).get("Reason", {}).get("StringValue", "SQS gave it up")
                found.append((letter["Body"], reason))
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        return found

    @property
    def _sqs(self) -> Any:
        return self.cloud.client("sqs")

    def _url(self, queue: str) -> str:
        url: str = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        return url


def _copy(folder: Path) -> None:
    """A copy of this project in `folder` that has the drill's handlers."""
    folder.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "deployed", "deployments", "vendor")
    for name in (*CODE, SITE, CHALICE):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        elif source.is_file():
            shutil.copy2(source, folder / name)
    app = folder / "chalicelib" / "time_in_status"
    shutil.copy2(Path(drilled_handlers.__file__), app / "drill.py")
    with (app / "handlers.py").open("a") as handlers:
        handlers.write(_REGISTERED)
    path = folder / CHALICE / "config.json"
    config = json.loads(path.read_text())
    config["stages"][LOCAL]["lambda_functions"]["worker"]["lambda_timeout"] = WORKER_SECONDS
    path.write_text(json.dumps(config))
