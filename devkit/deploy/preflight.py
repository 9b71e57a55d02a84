"""What is asked of AWS before anything is changed, so that no deploy stops half-way for what could be known before."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.connect.settings import Settings
from devkit.deploy.aws import Aws, is_code
from devkit.deploy.notes import api_of
from devkit.deploy.rights import KEY_SETTING
from devkit.deploy.template import Home, functions
from devkit.errors import DevkitError

LEFT_FOR_ROUTES = 20
"""How many functions at a time should be left to the routes when all workers are busy: webhooks must never wait."""

UNRESERVED = 100
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""

BUCKET_LETTERS = 63
"""Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

STACK_TAG = "aws:cloudformation:stack-name"
"""What CloudFormation tags a function with that it has made, and Chalice never does
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html)."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """The questions about one stage at `home`; `notes` are Chalice's own of what it has deployed."""

    aws: Aws
    home: Home
    notes: list[dict[str, Any]]
    reserved: int = 0
    """How many functions at a time the stage reserves for its own."""

    def faults(self, variables: Mapping[str, str]) -> list[str]:
        """What would stop the deploy, one sentence with the way out each. `variables` are those of the functions."""
        places = self._elsewhere() if self.notes else self._others()
        key = variables.get(KEY_SETTING, "").strip()
        return [*self._runtime(), *self._reserved(), *self._buckets(), *places, *self._key(key)]

    def warnings(self, variables: Mapping[str, str]) -> list[str]:
        """What will not stop it, and should be known. `variables` are those of the functions, and hold no fault."""
        settings = Settings.read(variables)
        limits = self.aws.client("lambda").get_account_settings()["AccountLimit"]
        free = int(limits["UnreservedConcurrentExecutions"])
        taken = settings.worker_concurrency + settings.job_concurrency
        if free - taken >= LEFT_FOR_ROUTES:
            return []
        return [
            f"The account runs {free} functions at a time, and the workers may take {taken} of them: webhooks would "
            "then wait. Lower CONNECT_WORKER_CONCURRENCY and CONNECT_JOB_CONCURRENCY, or ask AWS for more: "
            "https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384"
        ]

    def _runtime(self) -> Iterator[str]:
        """Chalice takes the Python that it runs with; which ones Lambda has, boto3 knows."""
        wanted = f"python{sys.version_info.major}.{sys.version_info.minor}"
        runtimes = self.aws.client("lambda").meta.service_model.shape_for("Runtime").enum
        if wanted not in runtimes:
            has = ", ".join(name.removeprefix("python") for name in runtimes if name.startswith("python3"))
            yield (
                f"Lambda has no {wanted}: it has {has}. Run `make clean`, and deploy with one of these: "
                "`make deploy PYTHON=python3.13`."
            )

    def _reserved(self) -> Iterator[str]:
        """Of all that an account runs at a time, AWS leaves a hundred to functions that have nothing reserved."""
        if not self.reserved:
            return
        most = int(self.aws.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
        if self.reserved > most - UNRESERVED:
            yield (
                f"reserved_concurrency in .chalice/config.json adds up to {self.reserved}, and of the {most} functions "
                f"that the account runs at a time AWS keeps {UNRESERVED} for all others: lower it, or ask AWS for more."
            )

    def _key(self, wanted: str) -> Iterator[str]:
        """The key that seals secrets: it must seal, and what it has sealed must go on to open."""
        arn, former = self._arn(wanted), self._former_key()
        if wanted and not arn:
            yield f"The key of {KEY_SETTING}, {wanted}, is not there, not enabled, or not yours to look at."
        elif former and former != wanted and self._arn(former) != arn:
            yield (
                f"The secrets of the stage {self.home.stage} are sealed with {former}, and {KEY_SETTING} says "
                f"{wanted or 'nothing'}: no webhook could be verified any more. Set it to {former} again."
            )

    def _arn(self, key: str) -> str:
        if not key:
            return ""
        try:
            found = self.aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        except ClientError:
            return ""
        return str(found["Arn"]) if found["KeyState"] == "Enabled" else ""

    def _former_key(self) -> str:
        try:
            found = self.aws.client("lambda").get_function_configuration(FunctionName=functions(self.home.stage)["Api"])
        except ClientError as fault:
            if not is_code(fault, "ResourceNotFoundException"):
                raise
            return ""
        return str(found.get("Environment", {}).get("Variables", {}).get(KEY_SETTING, ""))

    def _buckets(self) -> Iterator[str]:
        for name in (self.home.site_bucket, self.home.bodies_bucket):
            if len(name) > BUCKET_LETTERS:
                told = f"The bucket name {name} has {len(name)} letters, and S3 takes {BUCKET_LETTERS}"
                yield f"{told}: shorten the stage's."
                continue
            try:
                self.aws.client("s3").head_bucket(Bucket=name)
            except ClientError as fault:
                if is_code(fault, "403", "Forbidden", "AccessDenied"):
                    yield f"The bucket name {name} is taken by another AWS account, or your credentials may not see it."

    def _elsewhere(self) -> Iterator[str]:
        """Chalice believes its notes: in another account or region it would look for its functions in vain."""
        arns = [each["lambda_arn"] for each in self.notes if each["resource_type"] == "lambda_function"]
        places = {tuple(arn.split(":")[3:5]) for arn in arns}
        for region, account in sorted(places - {(self.home.region, self.home.account)}):
            yield (
                f"The stage {self.home.stage} stands in {region} of the account {account}, as "
                f".chalice/deployed/{self.home.stage}.json says, and your settings lead to {self.home.region} of "
                f"{self.home.account}: set AWS_DEFAULT_REGION and AWS_PROFILE to the former, or move that file away "
                "to deploy a second one here."
            )

    def _others(self) -> Iterator[str]:
        """Without its notes Chalice would make all a second time; what can be found by other means, is taken over."""
        try:
            api_of(self.aws, self.home.stage)
        except DevkitError as fault:
            yield str(fault)
        try:
            found = self.aws.client("lambda").get_function(FunctionName=functions(self.home.stage)["Api"])
        except ClientError as fault:
            if not is_code(fault, "ResourceNotFoundException"):
                raise
        else:
            if stack := found.get("Tags", {}).get(STACK_TAG):
                yield (
                    f"The functions of the stage {self.home.stage} belong to the stack {stack}, which a pipeline has "
                    f"made: deploy it by that pipeline, or run `make destroy STAGE={self.home.stage}` first."
                )
