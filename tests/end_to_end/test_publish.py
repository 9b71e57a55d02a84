"""A real stage, deployed as a person does it, on the embedded AWS in the place of a real account."""

from __future__ import annotations

import io
import json

import pytest

from chalicelib.connect.settings import Resources
from chalicelib.connect.tenants import Tenant
from devkit.cloud import ACCOUNT, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.deploy.versions import KEPT
from devkit.places import Places
from devkit.sbom import sbom
from devkit.tenants import tenants_of
from tests import tokens
from tests.end_to_end.client import JiraClient
from tests.end_to_end.person import STAGE, Person, left_of
from tests.end_to_end.project import Project
from tests.shipped import PACKAGES, not_to_be_shipped


@pytest.fixture(scope="module")
def person(project: Project, cloud: EmbeddedCloud) -> Person:
    return Person(project, cloud)


@pytest.fixture(scope="module")
def key(cloud: EmbeddedCloud) -> str:
    """The key that seals the secrets of the stage's tenants."""
    return str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture(scope="module")
def deployed(person: Person, key: str) -> str:
    """What the first deploy of the stage printed; Lambda had made a log group before, as it does."""
    person.cloud.client("logs").create_log_group(logGroupName="/aws/lambda/dormouse-dev-worker")
    person.configure(key, routes=30)
    code, said = person.run("deploy", "--yes")
    assert code == 0, said
    return said


def test_without_a_terminal_and_without_a_yes_nothing_is_changed(person: Person) -> None:
    code, said = person.run("deploy")

    assert code == 1
    assert "  add     DynamoDB::Table        TenantsTable" in said
    assert said.endswith(
        "Nothing was changed: there is no terminal to ask on. Say --yes (`make … YES=1`) to go ahead without.\n"
    )
    assert "dormouse-dev-tenants" not in person.cloud.client("dynamodb").list_tables()["TableNames"]
    stacks = person.cloud.client("cloudformation").list_stacks()["StackSummaries"]
    assert not [each for each in stacks if each["StackStatus"] == "REVIEW_IN_PROGRESS"]


@pytest.mark.parametrize("command", ["status", "logs", "rollback"])
def test_a_stage_that_is_not_deployed_is_told_apart_from_a_quiet_one(person: Person, command: str) -> None:
    code, said = person.run(command)

    assert code == 1
    assert said.splitlines()[-1] in (
        "There is no function dormouse-dev here: is the stage deployed?",
        "The stage dev is not deployed: run `make deploy STAGE=dev`.",
    )


def test_faults_are_told_together_before_anything_is_changed(person: Person) -> None:
    code, said = person.run("deploy", "--yes", CONNECT_BASE_URL="http://x", CONNECT_RETENTION_DAYS="0", CONNECT_ODD="1")

    assert code == 1
    assert "Nothing was changed. This stands in the way:\n- The app can not be loaded: The settings are wrong" in said
    assert "CONNECT_ODD is no setting" in said
    assert "CONNECT_BASE_URL must be an https URL" in said
    assert "CONNECT_RETENTION_DAYS" in said


def test_a_deploy_shows_what_it_does_tries_the_app_and_says_what_comes_next(deployed: str) -> None:
    assert "Deployed app tried out: descriptor, unsigned install, headers, 1 page" in deployed
    assert "\nApp: https://" in deployed
    assert "Since 30 March 2026 a new app" in deployed


def test_a_stage_has_its_stack_with_alarms_and_an_end_to_its_logs(deployed: str, person: Person) -> None:
    found = person.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix="dormouse-dev-")["MetricAlarms"]
    alarms = {each["AlarmName"].removeprefix("dormouse-dev-"): each for each in found}
    assert {"dead-letters", "dead-jobs", "deliveries-wait", "worker-errors", "api-throttles"} <= alarms.keys()
    assert alarms["dead-letters"]["Dimensions"] == [{"Name": "QueueName", "Value": "dormouse-dev-deliveries-dead"}]
    assert all(each["AlarmActions"] for each in found)

    groups = person.cloud.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/dormouse-dev")["logGroups"]
    assert {each["logGroupName"]: each.get("retentionInDays") for each in groups} == {
        f"/aws/lambda/dormouse-dev{name}": 30 for name in ("", "-worker", "-job_worker", "-hourly", "-daily")
    }


def test_what_the_stack_could_not_set_is_set(deployed: str, person: Person, key: str) -> None:
    dynamodb = person.cloud.client("dynamodb")
    expiry = dynamodb.describe_time_to_live(TableName="dormouse-dev-jobs")["TimeToLiveDescription"]
    assert expiry["TimeToLiveStatus"] == "ENABLED"
    functions = person.cloud.client("lambda")
    found = functions.get_function_configuration(FunctionName="dormouse-dev-worker")["Environment"]["Variables"]
    assert found == {"CONNECT_STAGE": "dev", "CONNECT_PARTIAL_BATCHES": "on", "CONNECT_SECRETS_KEY": key}
    tags = person.cloud.client("iam").list_role_tags(RoleName="dormouse-dev-worker")["Tags"]
    assert {"Key": f"dormouse-in-{REGION}", "Value": "deployed"} in tags


def test_only_what_runs_is_shipped(deployed: str, person: Person) -> None:
    (package,) = (person.project.folder / ".dormouse/dev").rglob("*.zip")
    assert not_to_be_shipped(package) == []


def test_the_bill_of_what_is_shipped_names_the_wheels_for_lambdas_processor(deployed: str, person: Person) -> None:
    out = io.StringIO()
    sbom(Places(person.project.folder), lambda: None, out)

    parts = {each["name"]: each["properties"][0]["value"] for each in json.loads(out.getvalue())["components"]}
    assert parts.keys() == {*PACKAGES, "chalice"}
    assert "x86_64" in parts["cryptography"]


def test_routes_have_the_concurrency_that_is_reserved_for_them(deployed: str, person: Person) -> None:
    functions = person.cloud.client("lambda")
    found = functions.get_function_concurrency(FunctionName="dormouse-dev")
    assert found["ReservedConcurrentExecutions"] == 30
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName="dormouse-dev-worker")


@pytest.mark.long_drill
def test_status_shows_the_stage(deployed: str, person: Person) -> None:
    code, said = person.run("status")

    assert code == 0, said
    assert "Function  dormouse-dev-worker: version 1, " in said
    assert "\nApp       https://" in said
    assert "\nTenants   none\n" in said
    assert "\nQueue     0 waiting, 0 in hand\n" in said


def test_secrets_are_sealed_in_place_and_functions_open_them_by_their_own_right(
    deployed: str, person: Person, key: str
) -> None:
    names = Resources(STAGE)
    tenant = Tenant(
        client_key="site-1", shared_secret=tokens.SECRET, base_url="https://a.atlassian.net", lifecycle_at=1
    )
    tenants_of(person.cloud, names).update("site-1", lambda _: tenant)

    code, said = person.run("secrets encrypt")
    assert (code, said.splitlines()[-1]) == (0, "1 tenant would be sealed: say --yes to do it.")
    code, said = person.run("secrets encrypt", "--yes")
    assert (code, said.splitlines()[-1]) == (0, "1 tenant sealed."), said

    item = person.cloud.client("dynamodb").get_item(TableName=names.tenants_table, Key={"client_key": {"S": "site-1"}})[
        "Item"
    ]
    assert tokens.SECRET not in item["value"]["S"]
    assert JiraClient(person.api(), "site-1").webhook("jira:issue_updated", {"issue": {"id": "no number"}}, "d") == 204


@pytest.mark.long_drill
def test_the_key_that_has_sealed_secrets_can_not_be_taken_away(deployed: str, person: Person, key: str) -> None:
    person.configure("", routes=30)
    try:
        code, said = person.run("deploy", "--yes")
    finally:
        person.configure(key, routes=30)

    assert code == 1
    assert f"are sealed with {key}, and CONNECT_SECRETS_KEY says nothing" in said


def test_a_second_deploy_finds_nothing_to_change(deployed: str, person: Person) -> None:
    code, said = person.run("deploy", "--yes")

    assert code == 0, said
    assert "nothing has changed" in said
    assert "\n  add " not in said
    assert "\n  modify " not in said


def test_without_chalices_notes_what_stands_is_found_and_would_be_taken_over(deployed: str, person: Person) -> None:
    notes = person.project.folder / ".chalice/deployed/dev.json"
    kept = notes.read_text()
    notes.unlink()
    try:
        code, said = person.run("deploy")
    finally:
        notes.write_text(kept)

    assert code == 1  # it only looked
    assert "functions and API stand, and were not deployed from here to the end: they are taken over" in said


def test_another_region_than_that_of_the_stage_is_noticed(deployed: str, person: Person) -> None:
    code, said = person.run("deploy", "--yes", AWS_DEFAULT_REGION="eu-central-1")

    assert code == 1
    assert f"The stage dev stands in {REGION} of the account {ACCOUNT}" in said
    assert "set AWS_DEFAULT_REGION and AWS_PROFILE to the former" in said


@pytest.mark.long_drill
def test_a_failed_step_says_what_stands_and_the_next_try_goes_on_from_there(deployed: str, person: Person) -> None:
    requirements = person.project.folder / "requirements.txt"
    good = requirements.read_text()
    requirements.write_text("no-such-package-of-ours==1\n")
    try:
        code, said = person.run("deploy", "--yes", PIP_NO_INDEX="1")
    finally:
        requirements.write_text(good)

    assert code == 1
    assert "Done before that, and standing: “Stack of tables, queues, buckets and alarms brought up to date”" in said
    assert person.run("deploy", "--yes")[0] == 0


def test_a_stage_from_before_the_stack_is_kept_as_it_is(person: Person) -> None:
    names = Resources("prod")
    resources.create(person.cloud, names)
    tenants = person.cloud.client("dynamodb")
    tenants.put_item(TableName=names.tenants_table, Item={"client_key": {"S": "old"}})

    code, said = person.run("deploy", stage="prod")

    assert code == 1  # it only looked
    assert "DynamoDB::Table" not in said
    assert "  add     CloudWatch::Alarm      DeadLettersThere" in said


@pytest.mark.long_drill
def test_a_rollback_runs_what_ran_before(deployed: str, person: Person) -> None:
    functions = person.cloud.client("lambda")

    def code() -> tuple[str, str]:
        found = functions.get_function_configuration(FunctionName="dormouse-dev")
        worker = functions.get_function_configuration(FunctionName="dormouse-dev-worker")
        return found["CodeSha256"], worker["CodeSha256"]

    before = code()
    person.project.append("app.py", "\n# A comment that makes another package.\n")
    assert person.run("deploy", "--yes", CONNECT_BASE_URL="https://time.example.com")[0] == 0
    after = code()
    assert after[0] != before[0]

    exit_code, said = person.run("rollback", "--yes")
    assert exit_code == 0, said
    assert "App tried out: descriptor, unsigned install, headers, 1 page" in said
    assert code() == before
    worker = functions.get_function_configuration(FunctionName="dormouse-dev-worker")
    assert worker["Environment"]["Variables"]["CONNECT_PARTIAL_BATCHES"] == "on"

    for _ in range(KEPT):
        exit_code, said = person.run("rollback", "--yes")
        if exit_code:
            break
    assert exit_code == 1, "at the first version that is kept, there is nothing to go back to"
    assert "There is no version of dormouse-dev" in said
    assert "nothing was changed" in said


def test_without_a_yes_destroy_only_shows_what_would_die(deployed: str, person: Person) -> None:
    before = left_of(STAGE, person.cloud)
    code, said = person.run("destroy")

    assert code == 1
    dying = {"Lambda::Function": "worker", "Events::Rule": "hourly-event", "DynamoDB::Table": "tenants"}
    for kind, name in {**dying, "SNS::Topic": "alarms", "CloudWatch::Dashboard": REGION}.items():
        assert f"  {kind:22} dormouse-dev-{name}\n" in said
    assert "  ApiGateway::RestApi    " in said
    assert left_of(STAGE, person.cloud) == before


def test_destroy_leaves_nothing_and_destroying_nothing_is_well(deployed: str, person: Person) -> None:
    code, said = person.run("destroy", "--yes")

    assert code == 0, said
    assert left_of(STAGE, person.cloud) == []
    assert person.run("destroy", "--yes")[0] == 0


@pytest.mark.long_drill
def test_prod_keeps_its_tables_until_it_is_told_otherwise(person: Person) -> None:
    code, said = person.run("deploy", "--yes", stage="prod")
    assert code == 0, said

    code, said = person.run("destroy", "--yes", stage="prod")
    assert code == 0, said
    assert "Still there, since prod protects them: dormouse-prod-tenants" in said
    kept = [f"dormouse-prod-{name}" for name in ("deliveries", "jobs", "records", "tenants")]
    assert sorted(left_of("prod", person.cloud)) == kept
    dynamodb = person.cloud.client("dynamodb")
    assert "Item" in dynamodb.get_item(TableName="dormouse-prod-tenants", Key={"client_key": {"S": "old"}})

    code, said = person.run("destroy", "--yes", "--tables", stage="prod")
    assert code == 0, said
    assert left_of("prod", person.cloud) == []
