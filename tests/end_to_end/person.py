"""Who deploys a stage: the devkit's commands in a copy of the project, and what they leave on AWS."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from devkit.cloud.embedded import EmbeddedCloud
from tests.end_to_end.project import Project

STAGE = "dev"


class Person:
    """Who runs the devkit's commands in a copy of the project, with AWS settings that lead to the embedded AWS."""

    def __init__(self, project: Project, cloud: EmbeddedCloud) -> None:
        self.project = project
        self.cloud = cloud

    def run(self, command: str, *options: str, stage: str = STAGE, **environment: str) -> tuple[int, str]:
        """The exit code of a command, and all that it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "devkit", *command.split(), "--stage", stage, *options],
            cwd=self.project.folder,
            env={**self.cloud.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def configure(self, key: str, routes: int) -> None:
        """Write into the configuration of the stage the key that seals secrets, and how many routes may always run."""
        path = self.project.folder / ".chalice/config.json"
        config = json.loads(path.read_text())
        chosen = config["stages"][STAGE]
        chosen["lambda_functions"]["api_handler"] = {"reserved_concurrency": routes}
        chosen["environment_variables"] = {"CONNECT_STAGE": STAGE, **({"CONNECT_SECRETS_KEY": key} if key else {})}
        path.write_text(json.dumps(config))

    def api(self) -> str:
        """Where the API of the stage is reached."""
        (api,) = [each["rest_api_id"] for each in self.notes() if each["resource_type"] == "rest_api"]
        return f"{self.cloud.endpoint}/_aws/execute-api/{api}/{STAGE}"

    def notes(self, stage: str = STAGE) -> list[dict[str, Any]]:
        """What Chalice has deployed of a stage."""
        found: list[dict[str, Any]] = json.loads((self.project.folder / f".chalice/deployed/{stage}.json").read_text())[
            "resources"
        ]
        return found


def left_of(stage: str, cloud: EmbeddedCloud) -> list[str]:
    """The names of all that is there of a stage."""
    found = [
        # By a hundred at a time, and other tests leave more than that in front of these.
        *cloud.client("dynamodb").get_paginator("list_tables").paginate().search("TableNames[]"),
        *cloud.client("sqs").list_queues().get("QueueUrls", []),
        *(each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"]),
        *(each["FunctionName"] for each in cloud.client("lambda").list_functions()["Functions"]),
        *(each["RoleName"] for each in cloud.client("iam").list_roles()["Roles"]),
        *(each["Name"] for each in cloud.client("events").list_rules()["Rules"]),
        *(each["AlarmName"] for each in cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(each["logGroupName"] for each in cloud.client("logs").describe_log_groups()["logGroups"]),
        *(each["TopicArn"] for each in cloud.client("sns").list_topics()["Topics"]),
    ]
    return [name for name in found if f"dormouse-{stage}" in name]
