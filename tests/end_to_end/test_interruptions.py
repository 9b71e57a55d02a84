"""Deploy, rollback and destroy, stopped at each change that they make on AWS, and run again: they go on from there."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.connect.settings import Resources, Settings
from devkit.cloud import ACCOUNT, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources, roles, site
from devkit.deploy.aws import Aws
from devkit.deploy.gateway import guard_gateways
from devkit.deploy.partial_batches import report_partial_batches
from devkit.deploy.removal import Removal
from devkit.deploy.template import Home, stores
from devkit.deploy.versions import GOAL, Versions
from devkit.places import ROOT
from devkit.steps import Steps
from tests.deployed_app import DeployedApp
from tests.end_to_end.person import left_of
from tests.end_to_end.stopping import StoppingAws, stopped_at_each_call

LATE = pytest.mark.parametrize("late", [False, True], ids=["before the change", "after the change"])
ROLE = "interrupted"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'


def home(stage: str) -> Home:
    return Home(Resources(stage), ACCOUNT, REGION)


@LATE
def test_what_makes_tables_queues_and_buckets_goes_on_and_destroy_takes_them_all_away(
    cloud: EmbeddedCloud, late: bool
) -> None:
    place = home("late" if late else "early")
    stopped_at_each_call(cloud, lambda aws: resources.bring_into_line(aws, stores(place)), late=late)

    expiry = cloud.client("dynamodb").describe_time_to_live(TableName=place.names.jobs_table)
    assert expiry["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    url = cloud.client("sqs").get_queue_url(QueueName=place.names.deliveries_queue)["QueueUrl"]
    queue = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert "RedrivePolicy" in queue
    cloud.client("s3").put_object(Bucket=place.site_bucket, Key="a.html", Body=b"")

    def destroy(aws: StoppingAws) -> None:
        removal = Removal(aws, place, tables=False)
        list(removal.remove_functions())
        removal.empty_buckets()
        removal.remove_rest()

    stopped_at_each_call(cloud, destroy, late=late)
    assert left_of(place.stage, cloud) == []


@LATE
def test_the_upload_of_a_site_goes_on(cloud: EmbeddedCloud, late: bool) -> None:
    bucket = f"interrupted-{'late' if late else 'early'}"
    cloud.client("s3").create_bucket(Bucket=bucket)
    cloud.client("s3").put_object(Bucket=bucket, Key="gone.html", Body=b"")

    def upload(aws: StoppingAws) -> None:
        site.upload(aws.client("s3"), bucket, ROOT / "static_site")
        site.remove_gone(aws.client("s3"), bucket, ROOT / "static_site")

    stopped_at_each_call(cloud, upload, late=late)
    found = {each["Key"] for each in cloud.client("s3").list_objects_v2(Bucket=bucket)["Contents"]}
    assert found == site.built(ROOT / "static_site").keys()


@LATE
def test_what_chalice_can_not_set_is_set_at_last(deployment: DeployedApp, late: bool) -> None:
    cloud, notes = deployment.cloud, deployment.deployment.staging.deployed()
    settings = Settings.read({"CONNECT_STAGE": "local", "CONNECT_REQUESTS_PER_SECOND": "400"})

    def finish(aws: StoppingAws) -> None:
        report_partial_batches(aws.client("lambda"), notes)
        guard_gateways(aws.client("apigateway"), notes, "local", settings, pause=lambda _: None)

    before = deployment.deployment.settings
    try:
        assert stopped_at_each_call(cloud, finish, late=late) > 5
        stage = cloud.client("apigateway").get_stage(restApiId="dormouse", stageName="local")
        assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 400
    finally:
        guard_gateways(cloud.client("apigateway"), notes, "local", Settings.read(before))


@LATE
def test_a_stage_that_is_taken_away_in_one_region_leaves_its_roles_to_the_other(
    cloud: EmbeddedCloud, late: bool
) -> None:
    stage, iam = f"roles{'late' if late else 'early'}", cloud.client("iam")
    for name in roles.names(stage):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=POLICY)
    roles.claim(iam, stage, "eu-central-1")
    stopped_at_each_call(cloud, lambda aws: roles.claim(aws.client("iam"), stage, "us-east-1"), late=late)

    def remove(region: str) -> list[str]:
        stopped_at_each_call(cloud, lambda aws: roles.remove(aws.client("iam"), stage, region), late=late)
        return left_of(stage, cloud)

    assert sorted(remove("us-east-1")) == sorted(roles.names(stage))
    assert sorted(remove("us-east-1")) == sorted(roles.names(stage))
    assert remove("eu-central-1") == []


def test_a_stage_for_which_chalice_has_made_no_roles_has_none_to_note_and_to_remove(cloud: EmbeddedCloud) -> None:
    """With `manage_iam_role: false` in Chalice's configuration its functions have a role of the project's own."""
    iam = cloud.client("iam")
    roles.claim(iam, "ownroles", REGION)
    roles.remove(iam, "ownroles", REGION)
    assert left_of("ownroles", cloud) == []


NAMES = ("interrupted-api", "interrupted-worker")


class Stage:
    """Two functions of which three versions were deployed, the third of which runs, behind an API."""

    def __init__(self, cloud: EmbeddedCloud) -> None:
        self._lambda, self._gateway = cloud.client("lambda"), cloud.client("apigateway")
        self._iam = cloud.client("iam")
        role = self._iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        for name in NAMES:
            self._lambda.create_function(
                FunctionName=name, Runtime="python3.12", Role=role, Handler="a.b", Code={"ZipFile": package(0)}
            )
        self.api = self._gateway.create_rest_api(name="interrupted")["id"]
        root = self._gateway.get_resources(restApiId=self.api)["items"][0]["id"]
        self._gateway.put_method(restApiId=self.api, resourceId=root, httpMethod="GET", authorizationType="NONE")
        self._gateway.put_integration(restApiId=self.api, resourceId=root, httpMethod="GET", type="MOCK")
        for number in (1, 2, 3):
            for name in NAMES:
                self._lambda.update_function_code(FunctionName=name, ZipFile=package(number))
            self._gateway.create_deployment(restApiId=self.api, stageName="dev")
            self.versions(cloud).publish()

    def versions(self, aws: Any) -> Versions:
        return Versions(aws, NAMES, self.api, "dev")

    def live(self) -> list[str]:
        """The digest of what each function runs."""
        return [self._lambda.get_function_configuration(FunctionName=name)["CodeSha256"] for name in NAMES]

    def published(self) -> list[str]:
        return [each.code for each in self.versions(_AsAws(self._lambda, self._gateway)).of(NAMES[0])]

    def remove(self) -> None:
        for name in NAMES:
            self._lambda.delete_function(FunctionName=name)
        self._gateway.delete_rest_api(restApiId=self.api)
        self._iam.delete_role(RoleName=ROLE)


class _AsAws:
    """Clients as an AWS."""

    def __init__(self, functions: Any, gateway: Any) -> None:
        self._clients = {"lambda": functions, "apigateway": gateway}
        self.environment: dict[str, str] = {}

    def client(self, service: str) -> Any:
        return self._clients[service]


def package(number: int) -> bytes:
    """The package of a version."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        # With a date of its own: two packages of one version are the same, also where a second ends between them.
        archive.writestr(zipfile.ZipInfo("a.py"), f"def b(*_):\n    return {number}\n")
    return data.getvalue()


@pytest.fixture
def stage(cloud: EmbeddedCloud) -> Iterator[Stage]:
    made = Stage(cloud)
    yield made
    made.remove()


@LATE
def test_a_rollback_that_is_cut_short_again_and_again_goes_one_version_back_and_no_further(
    cloud: EmbeddedCloud, stage: Stage, late: bool
) -> None:
    first, second, third = stage.published()
    assert stage.live() == [third, third]

    def roll_back(aws: Aws) -> None:
        versions = stage.versions(aws)
        versions.go_back(versions.former(), Steps(io.StringIO()))

    stopped_at_each_call(cloud, roll_back, late=late)
    assert stage.live() == [second, second]
    assert stage.published() == [first, second]

    roll_back(cloud)
    assert stage.live() == [first, first], "the next one goes one further"


def test_a_deploy_ends_a_rollback_that_was_cut_short(cloud: EmbeddedCloud, stage: Stage) -> None:
    third = stage.published()[2]
    functions = cloud.client("lambda")
    arn = functions.get_function_configuration(FunctionName=NAMES[0])["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={GOAL: "1 1"})
    for name in NAMES:
        functions.update_function_code(FunctionName=name, ZipFile=package(4))
    stage.versions(cloud).publish()

    assert [each.code for each in stage.versions(cloud).former().values()] == [third, third]


def test_a_rollback_takes_back_what_a_deploy_has_set_of_a_function(cloud: EmbeddedCloud, stage: Stage) -> None:
    functions = cloud.client("lambda")
    for name in NAMES:
        functions.update_function_configuration(FunctionName=name, Runtime="python3.13", Timeout=9, MemorySize=1_024)
    versions = stage.versions(cloud)
    versions.publish()

    versions.go_back(versions.former(), Steps(io.StringIO()))

    for name in NAMES:
        found = functions.get_function_configuration(FunctionName=name)
        assert (found["Runtime"], found["Timeout"], found["MemorySize"]) == ("python3.12", 3, 128)
