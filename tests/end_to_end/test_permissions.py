"""What each function may do on AWS: all that it needs, and nothing that it does not.

The parts of the framework that call AWS are run with the credentials of a role that has a function's policy. With the
whole policy they work; with any one action taken out of it, the part that needs it is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import boto3
import pytest

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.runs import Run
from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.dynamodb import DynamoRecords, DynamoRuns, DynamoTenants, VersionedItems
from chalicelib.connect.storage.dynamodb_log import DynamoDeliveryLog
from chalicelib.connect.storage.leftovers import DynamoLeftovers, S3Leftovers
from chalicelib.connect.storage.ports import Leftover
from chalicelib.connect.storage.s3 import S3Site
from chalicelib.connect.storage.s3_bodies import S3Bodies
from chalicelib.connect.storage.sealing import Seal
from chalicelib.connect.storage.sqs import SqsDeliveryQueue, SqsJobQueue
from chalicelib.connect.tenants import Tenant
from devkit.cloud import ACCOUNT, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.deploy.rights import statements
from devkit.places import ROOT

NAMES = Resources("rights")
ROLE = "rights-under-test"
FUNCTIONS = ("api", "worker", "jobs", "schedules")
Client = Callable[[str], Any]

KEY = "arn:aws:kms:us-east-1:000000000000:key/secrets"
"""Stands for the key of these tests, which has no name that could be known before it is made."""

FUNCTION_NAMES = {
    "api": f"dormouse-{NAMES.stage}",
    "worker": f"dormouse-{NAMES.stage}-worker",
    "jobs": f"dormouse-{NAMES.stage}-job_worker",
    "schedules": f"dormouse-{NAMES.stage}-daily",
}
"""A function that has each policy."""


def needed_by_aws() -> Iterator[tuple[str, str, str]]:
    """Rights that no call of ours needs: the function, the action, and what AWS then touches in the function's name.

    Lambda writes its log and reads its queue, and makes no event source mapping without the right to
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). Of an object that is not there S3 says
    404 to who may list the bucket, and else 403 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html);
    the embedded AWS says 404 to all.
    """
    for function, name in FUNCTION_NAMES.items():
        for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents"):
            log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{name}:log-stream:1"
            yield function, f"logs:{action}", log
    for function, queue in (("worker", NAMES.deliveries_queue), ("jobs", NAMES.jobs_queue)):
        for action in ("ReceiveMessage", "GetQueueAttributes"):
            yield function, f"sqs:{action}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
    yield "api", "s3:ListBucket", f"arn:aws:s3:::{NAMES.site_bucket(ACCOUNT, REGION)}"
    yield "worker", "s3:ListBucket", f"arn:aws:s3:::{NAMES.bodies_bucket(ACCOUNT, REGION)}"


OF_AWS = {(function, action): touched for function, action, touched in needed_by_aws()}


class Parts:
    """Every part that calls AWS, by the action and the thing that it needs, with the credentials behind `client`.

    What has to be there before, `root` puts there.
    """

    def __init__(self, client: Client, root: Client, secrets_key: str) -> None:
        self.client, self.root, self.secrets_key = client, root, secrets_key
        self.key = str(uuid4())
        dynamodb = client("dynamodb")
        self.tenants = DynamoTenants(VersionedItems(dynamodb, NAMES.tenants_table), Seal(lambda: client("kms")))
        self.records = DynamoRecords(VersionedItems(dynamodb, NAMES.records_table), self.key)
        self.runs = DynamoRuns(VersionedItems(dynamodb, NAMES.jobs_table, expiry="expires_at"))
        self.bodies = S3Bodies(lambda: client("s3"), NAMES.bodies_bucket(ACCOUNT, REGION))
        self.deliveries = SqsDeliveryQueue(
            client("sqs"), self.bodies, *self._urls(NAMES.deliveries_queue, NAMES.dead_letters_queue)
        )
        self.jobs = SqsJobQueue(client("sqs"), *self._urls(NAMES.jobs_queue, NAMES.dead_jobs_queue))

    def needing(self, what: str) -> Callable[[], object]:
        """The part that needs `what`, such as ``dynamodb:GetItem tenants``; raises `KeyError` where there is none."""
        parts: dict[str, Callable[[], object]] = {
            "dynamodb:GetItem tenants": lambda: self.tenants.get(self.key),
            "dynamodb:PutItem tenants": lambda: self.tenants.update(self.key, lambda _: self.tenant),
            "dynamodb:Scan tenants": self.tenants.page,
            "dynamodb:DeleteItem tenants": self._remove_tenant,
            "dynamodb:GetItem records": lambda: self.records.get("a"),
            "dynamodb:PutItem records": lambda: self.records.update("a", lambda _: {"a": 1}),
            "dynamodb:Query records": lambda: self._leftovers("records").some(self.key),
            "dynamodb:DeleteItem records": lambda: self.records.delete("a"),
            "dynamodb:UpdateItem deliveries": self._begin,
            "dynamodb:GetItem jobs": lambda: self.runs.get(self.key, "a"),
            "dynamodb:PutItem jobs": lambda: self.runs.update(self.key, "a", lambda _: self._run),
            "dynamodb:Query jobs": lambda: self._leftovers("jobs").some(self.key),
            "dynamodb:DeleteItem jobs": lambda: self._leftovers("jobs").delete([Leftover((self.key, "a"), 1)]),
            "sqs:SendMessage deliveries": lambda: self.deliveries.send(self._message),
            "sqs:SendMessage deliveries-dead": lambda: self.deliveries.bury("{}", "a reason"),
            "sqs:ChangeMessageVisibility deliveries": lambda: self.deliveries.delay(self._receipt("deliveries"), 1),
            "sqs:DeleteMessage deliveries": lambda: self.deliveries.delete([self._receipt("deliveries")]),
            "sqs:SendMessage jobs": lambda: self.jobs.send(JobMessage(client_key=self.key, name="a", key="", run="1")),
            "sqs:SendMessage jobs-dead": lambda: self.jobs.bury("{}", "a reason"),
            "sqs:ChangeMessageVisibility jobs": lambda: self.jobs.delay(self._receipt("jobs"), 1),
            "sqs:DeleteMessage jobs": lambda: self.jobs.delete([self._receipt("jobs")]),
            "s3:PutObject bodies": lambda: self.bodies.put(self.key, "{}"),
            "s3:GetObject bodies": self._get_body,
            "s3:ListBucket bodies": lambda: self._old_bodies.some(self.key),
            "s3:DeleteObject bodies": lambda: self._old_bodies.delete([Leftover((f"{self.key}/a",), 0)]),
            "kms:Decrypt secrets": self._open,
            "kms:Encrypt secrets": lambda: self._seal(self.client).sealed(self.key, self.tenant.to_record()),
            "s3:GetObject site": self._get_page,
            "s3:ListBucket site": lambda: self._site.page("no-such"),
        }
        return parts[what]

    @property
    def tenant(self) -> Tenant:
        """A site that has the app."""
        return Tenant(client_key=self.key, shared_secret="a secret", base_url="https://a.atlassian.net", lifecycle_at=1)

    @property
    def _run(self) -> Run:
        return Run(id="1", began_at=time.time(), changed_at=time.time())

    @property
    def _message(self) -> Message:
        return Message(client_key=self.key, id="1", event="e", body="{}", attempt=0, received_at=1)

    @property
    def _site(self) -> S3Site:
        return S3Site(self.client("s3"), NAMES.site_bucket(ACCOUNT, REGION))

    @property
    def _old_bodies(self) -> S3Leftovers:
        return S3Leftovers(self.client("s3"), NAMES.bodies_bucket(ACCOUNT, REGION))

    def _leftovers(self, table: str) -> DynamoLeftovers:
        name, key = {"records": (NAMES.records_table, "key"), "jobs": (NAMES.jobs_table, "job")}[table]
        return DynamoLeftovers(self.client("dynamodb"), name, key)

    def _begin(self) -> None:
        log = DynamoDeliveryLog(self.client("dynamodb"), NAMES.deliveries_table)
        log.begin(self.key, "1", now=time.time(), lease=60)

    def _remove_tenant(self) -> None:
        stored = DynamoTenants(VersionedItems(self.root("dynamodb"), NAMES.tenants_table), Seal(lambda: None))
        stored.update(self.key, lambda _: self.tenant)
        assert self.tenants.remove(self.tenant.listed)

    def _seal(self, client: Client) -> Seal:
        return Seal(lambda: client("kms"), self.secrets_key)

    def _open(self) -> None:
        sealed = self._seal(self.root).sealed(self.key, self.tenant.to_record())
        assert self._seal(self.client).opened(self.key, sealed)["sharedSecret"] == self.tenant.shared_secret

    def _get_body(self) -> None:
        name = S3Bodies(lambda: self.root("s3"), NAMES.bodies_bucket(ACCOUNT, REGION)).put(self.key, "{}")
        assert self.bodies.get(self.key, name) == "{}"

    def _get_page(self) -> None:
        bucket = NAMES.site_bucket(ACCOUNT, REGION)
        self.root("s3").put_object(Bucket=bucket, Key="a.html", Body=b"<html>")
        # Anyone may read the site, so that its policy is shut while the role's own right is looked at.
        self.root("s3").delete_bucket_policy(Bucket=bucket)
        assert self._site.page("a") == b"<html>"

    def _receipt(self, queue: str) -> str:
        url = self._urls(f"dormouse-rights-{queue}")[0]
        self.root("sqs").send_message(QueueUrl=url, MessageBody="{}", MessageGroupId=self.key)
        (received,) = self.root("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
        return str(received["ReceiptHandle"])

    def _urls(self, *names: str) -> list[str]:
        return [self.root("sqs").get_queue_url(QueueName=name)["QueueUrl"] for name in names]


def policy(function: str) -> dict[str, Any]:
    """The policy of a function, for the stage of these tests, whose secrets are sealed."""
    text = (ROOT / f".chalice/policy-dev-{function}.json").read_text()
    found: dict[str, Any] = json.loads(text.replace("dormouse-dev", f"dormouse-{NAMES.stage}"))
    config = {"stages": {NAMES.stage: {"environment_variables": {"CONNECT_SECRETS_KEY": KEY}}}}
    found["Statement"] += statements(function, NAMES.stage, config)
    return found


def thing(arn: str) -> str:
    """The short name of what a statement is about, such as ``tenants``."""
    name = arn.rpartition("/")[2] if arn == KEY else arn.rpartition(f"dormouse-{NAMES.stage}-")[2]
    return name.removesuffix("-*/*").removesuffix("-*")


def rights() -> Iterator[tuple[str, str, str]]:
    """Every action of every statement: the function, the action, and what it is about."""
    for function in FUNCTIONS:
        for statement in policy(function)["Statement"]:
            for action in statement["Action"]:
                yield function, action, thing(statement["Resource"])


OURS = [right for right in rights() if right[:2] not in OF_AWS]


@pytest.fixture(scope="module")
def parts(cloud: EmbeddedCloud) -> Iterator[Callable[[dict[str, Any]], Parts]]:
    """Makes the parts with the credentials of a role that has a policy."""
    resources.create(cloud, NAMES)
    iam = cloud.client("iam")
    anyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [anyone]}
    arn = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="rights")["Credentials"]
    session = boto3.session.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    client: Client = cache(lambda service: session.client(service, endpoint_url=cloud.endpoint))
    key = str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])

    def with_policy(document: dict[str, Any]) -> Parts:
        text = json.dumps(document).replace(KEY, key)
        iam.put_role_policy(RoleName=ROLE, PolicyName="policy", PolicyDocument=text)
        return Parts(client, cloud.client, key)

    yield with_policy
    iam.delete_role_policy(RoleName=ROLE, PolicyName="policy")
    iam.delete_role(RoleName=ROLE)


def without(document: dict[str, Any], action: str, what: str) -> dict[str, Any]:
    """A policy without one action on one thing."""
    statements = [
        {**each, "Action": [name for name in each["Action"] if (name, thing(each["Resource"])) != (action, what)]}
        for each in document["Statement"]
    ]
    return {**document, "Statement": [each for each in statements if each["Action"]]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_with_its_policy_every_part_of_a_function_works(
    function: str, parts: Callable[[dict[str, Any]], Parts]
) -> None:
    made = parts(policy(function))
    for owner, action, what in OURS:
        if owner == function:
            made.needing(f"{action} {what}")()


@pytest.mark.parametrize(("function", "action", "what"), OURS)
def test_without_one_action_the_part_that_needs_it_is_refused(
    function: str, action: str, what: str, parts: Callable[[dict[str, Any]], Parts]
) -> None:
    made = parts(without(policy(function), action, what))
    with pytest.raises(UnavailableError) as refused:
        made.needing(f"{action} {what}")()
    assert "AccessDenied" in str(refused.value.__cause__)


@pytest.mark.parametrize(("function", "action"), OF_AWS)
def test_what_aws_does_in_the_functions_name_is_allowed_and_without_the_action_it_is_not(
    function: str, action: str, cloud: EmbeddedCloud
) -> None:
    whole = policy(function)
    (what,) = {thing for owner, name, thing in rights() if (owner, name) == (function, action)}
    assert decision(cloud, whole, action, OF_AWS[function, action]) == "allowed"
    assert decision(cloud, without(whole, action, what), action, OF_AWS[function, action]) == "implicitDeny"


def decision(cloud: EmbeddedCloud, document: dict[str, Any], action: str, arn: str) -> str:
    """What IAM's own simulator says of an action on a thing to who has a policy."""
    (found,) = cloud.client("iam").simulate_custom_policy(
        PolicyInputList=[json.dumps(document)], ActionNames=[action], ResourceArns=[arn]
    )["EvaluationResults"]
    return str(found["EvalDecision"])
