"""One deploy of one stage, from the project's files to a base URL; the same for `make run`, `make deploy` and tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import APP, LOCAL, Resources, Settings
from devkit.deploy import notes, packages, resources, roles, site
from devkit.deploy.alarms import log_groups, watchers
from devkit.deploy.aws import Aws
from devkit.deploy.chalice import chalice_deploy
from devkit.deploy.configuration import variables
from devkit.deploy.gateway import guard_gateways
from devkit.deploy.partial_batches import report_partial_batches
from devkit.deploy.stack import Stack
from devkit.deploy.staging import REQUIREMENTS, SITE, Staging
from devkit.deploy.standing import standing
from devkit.deploy.template import Home, Resource, stores
from devkit.deploy.versions import Versions
from devkit.errors import DevkitError
from devkit.steps import Steps


def never_stop() -> None:
    """The check of a deploy that nothing interrupts."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stage `stage` of the project `root` on `aws`.

    `work` is a folder for what is kept between two deploys; what pip and Chalice print goes to `log`. `packages` is
    where the packages are kept that the functions need, for this machine or for Lambda. `check` is called often while
    pip and Chalice run, and may raise to end the deploy.
    """

    aws: Aws
    root: Path
    work: Path
    stage: str
    settings: Mapping[str, str]
    log: Path
    packages: Path
    check: Callable[[], None] = never_stop

    @property
    def staging(self) -> Staging:
        """The copy of the project from which Chalice deploys."""
        return Staging(self.root, self.work / "project", self.stage)

    def run(self, steps: Steps) -> None:
        """Brings everything up to date, shown as `steps`. Raises `DevkitError` with the reason where it fails."""
        with steps.step("Tables, queues and buckets checked"):
            resources.bring_into_line(self.aws, {**stores(self.home), **self.kept()})
        self.check()
        with steps.step("Static site uploaded") as step:
            step.note = f"{self.upload_site()} files"
        self.check()
        with steps.step("App deployed by chalice") as step:
            step.note = "" if self.deploy() else "nothing has changed"
        self.clear_site()

    @property
    def home(self) -> Home:
        """Where the stage lives; its site is read by CloudFront alone where the settings name another address for it
        than the bucket's own. On the embedded AWS there is no CloudFront."""
        given = variables(self.root, self.stage, self.settings)
        private = self.stage != LOCAL and bool(given.get("CONNECT_SITE_URL", "").strip())
        return resources.home(self.aws, Resources(self.stage), private_site=private)

    def wanted(self) -> dict[str, Resource]:
        """All that the stage's stack should hold, but for what stands already and is not the stack's."""
        own = self.stack.members()
        everything = {**stores(self.home), **watchers(self.home)}
        others = standing(self.aws, {name: each for name, each in everything.items() if name not in own})
        return {name: each for name, each in everything.items() if name not in others}

    def kept(self) -> dict[str, Resource]:
        """The log groups that are there: also those that Lambda had made before the stack could."""
        if self.stage == LOCAL:
            return {}
        groups = log_groups(self.home)
        there = standing(self.aws, groups)
        return {name: group for name, group in groups.items() if name in there}

    @property
    def stack(self) -> Stack:
        """The stack of the stage's resources."""
        return Stack(self.aws.client("cloudformation"), f"{APP}-{self.stage}", self.check)

    def upload_site(self) -> int:
        """Makes the site's bucket hold `static_site/`; returns the number of files."""
        return site.upload(self.aws.client("s3"), self._site_bucket, self.root / SITE)

    def clear_site(self) -> None:
        """Removes what `static_site/` holds no more; only after a deploy, since the former app may show it."""
        site.remove_gone(self.aws.client("s3"), self._site_bucket, self.root / SITE)

    def deploy(self) -> bool:
        """Brings the functions and the API up to date; returns whether anything had to be done.

        Nothing has where the last deploy shipped the same and its functions are still as it left them. Raises
        `DevkitError` with the reason where Chalice fails; what ran before then keeps running.
        """
        if not self.is_changed():
            return False
        staging = self.staging
        digest = staging.digest(self.settings)
        self._stamp.unlink(missing_ok=True)
        replace(staging, packages=self._installed()).fill(self.settings)
        if found := self.found():
            notes.write(staging.record, found)
        chalice_deploy(staging.folder, self.stage, self.aws.environment, self.log, self.check)
        report_partial_batches(self.aws.client("lambda"), staging.deployed())
        read = Settings.read(variables(self.root, self.stage, self.settings))
        guard_gateways(self.aws.client("apigateway"), staging.deployed(), self._gateway_stage(), read)
        if self.stage != LOCAL:
            roles.claim(self.aws.client("iam"), self.stage, self.home.region)
            self.versions().publish()
        self._stamp.write_text(json.dumps({"digest": digest, "deployed": self._fingerprint()}))
        return True

    def _installed(self) -> Path | None:
        """The folder of the packages; None where one of them has no wheel for Lambda, so that Chalice must make it."""
        requirements, processor = self.root / REQUIREMENTS, None if self.stage == LOCAL else packages.X86
        try:
            packages.install(requirements, self.packages, self.aws.environment, self.log, self.check, processor)
        except packages.NoWheelError:
            return None
        return self.packages

    def found(self) -> list[notes.Note]:
        """What Chalice has made of the stage, as its notes say and AWS shows; see `devkit.deploy.notes`."""
        return notes.completed(self.aws, self.stage, self.noted())

    def noted(self) -> list[notes.Note]:
        """The same as Chalice's own notes say; empty where the stage was deployed from elsewhere, or not to the end."""
        return self.staging.deployed()

    def versions(self) -> Versions:
        """What was deployed before, and what runs. Raises `DevkitError` where the stage is not deployed."""
        found = self.noted() or self.found()
        names = [each["lambda_arn"].rpartition(":")[2] for each in found if each["resource_type"] == "lambda_function"]
        apis = [each["rest_api_id"] for each in found if each["resource_type"] == "rest_api"]
        if not apis:
            raise DevkitError(f"The stage {self.stage} is not deployed: run `make deploy STAGE={self.stage}`.")
        # In one order, wherever it is asked for: a rollback that was cut short goes on by it.
        return Versions(self.aws, sorted(names), apis[0], self._gateway_stage())

    def is_changed(self) -> bool:
        """Whether there is anything to deploy: the code, the settings, or what stands on AWS is otherwise than it was
        after the last deploy."""
        stamp = {"digest": self.staging.digest(self.settings), "deployed": self._fingerprint()}
        return bool(self._read_stamp() != stamp)

    def api_url(self) -> str:
        """The base URL that API Gateway gave to the stage, without a trailing slash."""
        urls = (each["rest_api_url"] for each in self.noted() or self.found() if each["resource_type"] == "rest_api")
        return str(next(urls)).rstrip("/")

    @property
    def _site_bucket(self) -> str:
        return resources.site_bucket(self.aws, Resources(self.stage))

    @property
    def _stamp(self) -> Path:
        return self.work / "deployed.json"

    def _read_stamp(self) -> Any:
        try:
            return json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return None

    def _fingerprint(self) -> str | None:
        """What the functions and the API on AWS are now; None where something of them is not there.

        The embedded AWS, when it was killed, comes back as it was before: then this differs from the stamp.
        """
        try:
            parts = list(self._deployed_parts())
        except ClientError:
            return None
        return hashlib.sha256("\n".join(parts).encode()).hexdigest() if parts else None

    def _deployed_parts(self) -> Iterator[str]:
        functions, gateway = self.aws.client("lambda"), self.aws.client("apigateway")
        for resource in self.staging.deployed():
            match resource["resource_type"]:
                case "lambda_function":
                    found = functions.get_function_configuration(FunctionName=resource["lambda_arn"])
                    variables = found.get("Environment", {}).get("Variables", {})
                    yield json.dumps([found["FunctionArn"], found["CodeSha256"], variables], sort_keys=True)
                case "sqs_event":
                    found = functions.get_event_source_mapping(UUID=resource["event_uuid"])
                    yield json.dumps([found["EventSourceArn"], found.get("FunctionResponseTypes")])
                case "rest_api":
                    found = gateway.get_stage(restApiId=resource["rest_api_id"], stageName=self._gateway_stage())
                    yield json.dumps([resource["rest_api_id"], found["deploymentId"]])

    def _gateway_stage(self) -> str:
        return self.api_url().rpartition("/")[2]
