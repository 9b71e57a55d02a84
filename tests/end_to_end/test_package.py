"""The template of a pipeline: expanded as AWS expands it, linted, and deployed once."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.api import ManualArgs, lint
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from chalicelib.connect.settings import Resources, Settings
from chalicelib.connect.web.responses import HEADERS
from devkit.cloud import ACCOUNT, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy.deployment import never_stop
from devkit.deploy.packages import X86
from devkit.deploy.pipeline import additions, package
from devkit.deploy.stack import Stack
from tests.end_to_end.client import HTTP
from tests.end_to_end.project import Project
from tests.shipped import PACKAGES, not_to_be_shipped

BUCKET = "dormouse-pipeline"


@pytest.fixture(scope="module")
def packaged(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pipeline packages of the stage dev."""
    folder = tmp_path_factory.mktemp("package")
    return package(project.folder, "dev", {}, folder / "work", folder / "out", folder / "log", never_stop)


@pytest.fixture(scope="module")
def expanded(packaged: Path) -> dict[str, Any]:
    """Its template, as CloudFormation sees it once AWS has expanded it."""
    template = json.loads(packaged.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{BUCKET}/deployment.zip"
    session = boto3.session.Session(region_name=REGION)
    found: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(template, {})
    return found


def faults(template: dict[str, Any]) -> list[str]:
    """What cfn-lint says of a template: what AWS would refuse, and what is merely odd."""
    return [str(each) for each in lint(json.dumps(template), config=ManualArgs(regions=[REGION]))]


def test_cfn_lint_has_nothing_to_say(expanded: dict[str, Any]) -> None:
    assert faults(expanded) == []
    assert len(expanded["Resources"]) == 53, "as docs/deploy.md says"


@pytest.mark.parametrize(
    ("resource", "path", "value"),
    [
        ("DeliveriesQueue", ("VisibilityTimeout",), {"Ref": "NoSuchThing"}),
        ("WorkerWorkerSqsEventSource", ("FunctionResponseTypes",), ["ReportBatchItemFailure"]),
        ("ApiLogs", ("LogGroupName",), {"Fn::Sub": "/aws/lambda/${ApiHandler}"}),
        ("SiteBucket", ("BucketName",), {"Fn::Sub": "a-${AWS::Region}", "Ref": "AWS::Region"}),
    ],
)
def test_cfn_lint_would_find_what_the_embedded_aws_lets_pass(
    expanded: dict[str, Any], resource: str, path: tuple[str], value: Any
) -> None:
    template = json.loads(json.dumps(expanded))
    template["Resources"][resource]["Properties"][path[0]] = value
    assert faults(template)


def test_every_function_has_its_policy_its_name_and_an_end_to_its_logs(expanded: dict[str, Any]) -> None:
    resources = expanded["Resources"]
    functions = {name: each for name, each in resources.items() if each["Type"] == "AWS::Lambda::Function"}
    groups = {
        each["Properties"]["LogGroupName"]: each["Properties"]["RetentionInDays"]
        for each in resources.values()
        if each["Type"] == "AWS::Logs::LogGroup"
    }
    names = {each["Properties"]["FunctionName"] for each in functions.values()}
    assert groups == {f"/aws/lambda/{name}": 30 for name in names}
    assert len(names) == 5
    for each in functions.values():
        (role,) = (resources[part] for part in each["Properties"]["Role"]["Fn::GetAtt"] if part in resources)
        assert role["Properties"]["Policies"]


def test_the_api_has_one_stage_alone_and_that_is_throttled(expanded: dict[str, Any]) -> None:
    kinds = ("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment")
    parts = [each["Properties"] for each in expanded["Resources"].values() if each["Type"] in kinds]
    assert [each["StageName"] for each in parts if "StageName" in each] == ["dev"]
    (limits,) = (each["MethodSettings"] for each in parts if "MethodSettings" in each)
    every = {"ResourcePath": "/*", "HttpMethod": "*"}
    assert limits == [{**every, "ThrottlingRateLimit": 500, "ThrottlingBurstLimit": 1_000}]


def test_a_site_that_cloudfront_serves_is_open_to_no_one_else() -> None:
    settings = Settings(stage="dev", site_url="https://static.example.com")
    own = additions(settings, X86)["Resources"]
    assert all(own["SiteBucket"]["Properties"]["PublicAccessBlockConfiguration"].values())


def test_functions_run_on_arm_with_packages_that_were_made_for_it(packaged: Path, expanded: dict[str, Any]) -> None:
    functions = [each for each in expanded["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    assert {tuple(each["Properties"]["Architectures"]) for each in functions} == {("arm64",)}

    with zipfile.ZipFile(packaged.with_name("deployment.zip")) as archive:
        machines = {archive.read(name)[18] for name in archive.namelist() if name.endswith(".so")}
    assert machines == {0xB7}, "ELF's number of AArch64"


def test_only_what_runs_is_shipped_and_every_module_of_it_is_compiled(packaged: Path) -> None:
    assert not_to_be_shipped(packaged.with_name("deployment.zip")) == []


def test_a_bill_says_which_files_of_which_packages_are_shipped(packaged: Path, project: Project) -> None:
    bill = packaged.with_name("sbom.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None

    parts = {each["name"]: each for each in json.loads(bill)["components"]}
    assert parts.keys() == {*PACKAGES, "chalice"}
    pinned = "".join((project.folder / f"requirements{name}.txt").read_text() for name in ("", "-dev"))
    for name, part in parts.items():
        assert f"{name}=={part['version']} " in pinned
        assert f"sha256:{part['hashes'][0]['content']}" in pinned
        assert part["licenses"]
    assert "aarch64" in parts["cryptography"]["properties"][0]["value"]


def test_the_site_is_built_beside_the_template(packaged: Path) -> None:
    site = packaged.with_name("site")
    (folder,) = (site / "assets").iterdir()
    assert (folder / "issue-panel.js").is_file()
    assert f'<base href="assets/{folder.name}/">' in (site / "issue-panel.html").read_text()


@pytest.fixture(scope="module")
def deployed(cloud: EmbeddedCloud, packaged: Path, expanded: dict[str, Any]) -> Iterator[Stack]:
    """The template as a stack of the embedded AWS."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.upload_file(str(packaged.with_name("deployment.zip")), BUCKET, "deployment.zip")
    stack = Stack(cloud.client("cloudformation"), "dormouse-pipeline", never_stop, pause=0.05)
    stack.prepare(expanded["Resources"])
    stack.execute()
    yield stack
    stack.delete()


def test_the_one_template_makes_a_stage_that_answers_and_tells_its_queues_of_partial_batches(
    cloud: EmbeddedCloud, deployed: Stack
) -> None:
    (api,) = [
        each["PhysicalResourceId"]
        for each in cloud.client("cloudformation").list_stack_resources(StackName="dormouse-pipeline")[
            "StackResourceSummaries"
        ]
        if each["ResourceType"] == "AWS::ApiGateway::RestApi"
    ]
    url = f"{cloud.endpoint}/_aws/execute-api/{api}/dev/atlassian-connect.json"
    assert HTTP.request("GET", url).status == 200
    refused = HTTP.request("GET", url.replace("atlassian-connect", "no-such-path"))
    assert refused.status == 403
    assert {name: refused.headers.get(name) for name in HEADERS} == HEADERS

    functions = cloud.client("lambda")
    for name in ("worker", "job_worker"):
        found = functions.get_function_configuration(FunctionName=f"dormouse-dev-{name}")
        assert found["Environment"]["Variables"] == {"CONNECT_STAGE": "dev", "CONNECT_PARTIAL_BATCHES": "on"}
        (mapping,) = functions.list_event_source_mappings(FunctionName=f"dormouse-dev-{name}")["EventSourceMappings"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    cloud.client("s3").head_bucket(Bucket=Resources("dev").site_bucket(ACCOUNT, REGION))
