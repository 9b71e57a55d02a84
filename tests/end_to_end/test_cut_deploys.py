"""One stage, deployed by whatever is at hand: by a Chalice that is cut off from AWS in the middle of its work, where it
has noted nothing yet; by a plain `chalice deploy`; from elsewhere. Each next deploy goes on from there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.connect.settings import Resources
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.deploy.deployment import Deployment
from devkit.deploy.notes import apis
from devkit.deploy.removal import Removal
from devkit.deploy.smoke import Smoke
from devkit.errors import DevkitError
from tests.end_to_end.cutting import cut
from tests.end_to_end.person import STAGE, left_of
from tests.end_to_end.project import Project

CALLS = [
    r"^POST /2015-03-31/event-source-mappings/? ",
    r"^POST /restapis\?mode=import",
    r"^POST /restapis/\w+/deployments ",
]
"""The changes after which Chalice is cut off, in the order in which a first deploy comes to them: the
consumer of a queue, the API, and the API's deployment. Functions and roles Chalice finds by their names."""


@dataclass(frozen=True, slots=True)
class CutAws:
    """The embedded AWS, which the programs that are started find at `url`."""

    cloud: EmbeddedCloud
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {**self.cloud.environment, "AWS_ENDPOINT_URL": self.url}

    def client(self, service: str) -> Any:
        return self.cloud.client(service)


@pytest.fixture(scope="module")
def stage(project: Project, cloud: EmbeddedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A stage that was never deployed, of a project without packages, which are not what is looked at."""
    (project.folder / "requirements.txt").write_text("")
    resources.create(cloud, Resources(STAGE))
    folder = tmp_path_factory.mktemp("stage")
    made = Deployment(
        aws=cloud,
        root=project.folder,
        work=folder / "work",
        stage=STAGE,
        settings={},
        log=folder / "deploy.log",
        packages=folder / "packages",
    )
    made.upload_site()
    yield made
    removal = Removal(cloud, made.home, tables=True)
    list(removal.remove_functions())
    removal.empty_buckets()
    removal.remove_rest()
    assert left_of(STAGE, cloud) == []


def is_whole(stage: Deployment) -> None:
    """Asserts that everything of the stage is there once, and that Chalice has noted it."""
    ((api, served),) = apis(stage.aws, STAGE)
    assert served == {STAGE}
    assert {each.get("rest_api_id") for each in stage.noted()} == {None, api}
    for name in ("worker", "job_worker"):
        found = stage.aws.client("lambda").list_event_source_mappings(FunctionName=f"dormouse-dev-{name}")
        assert [each["FunctionResponseTypes"] for each in found["EventSourceMappings"]] == [["ReportBatchItemFailures"]]


def test_each_next_deploy_goes_on_where_chalice_was_cut_off(stage: Deployment, cloud: EmbeddedCloud) -> None:
    for call in CALLS:
        with cut(cloud.endpoint.removeprefix("http://"), call) as url, pytest.raises(DevkitError) as fault:
            replace(stage, aws=CutAws(cloud, url)).deploy()
        assert "Your credentials have expired: run `aws login`" in str(fault.value)
    assert stage.deploy() is True
    is_whole(stage)


def test_a_plain_chalice_deploy_changes_the_same_stage_and_what_it_resets_is_set_by_the_next_deploy(
    stage: Deployment, cloud: EmbeddedCloud
) -> None:
    stage.deploy()
    subprocess.run(
        [Path(sys.executable).with_name("chalice"), "deploy", "--stage", STAGE],
        cwd=stage.root,
        env=cloud.environment,
        capture_output=True,
        check=True,
    )

    is_whole(stage)
    address = f"{cloud.endpoint}/_aws/execute-api/{apis(cloud, STAGE)[0][0]}/{STAGE}"
    assert Smoke(address, stage.api_url()).check() == "descriptor, unsigned install, headers, 1 page"
    worker = cloud.client("lambda").get_function_configuration
    assert worker(FunctionName="dormouse-dev-worker")["Environment"]["Variables"] == {"CONNECT_STAGE": STAGE}
    assert stage.deploy() is True
    assert worker(FunctionName="dormouse-dev-worker")["Environment"]["Variables"]["CONNECT_PARTIAL_BATCHES"] == "on"


def test_what_was_deployed_elsewhere_is_found_without_chalices_notes(stage: Deployment, cloud: EmbeddedCloud) -> None:
    stage.deploy()
    noted = {each["name"]: each for each in stage.noted()}
    stage.staging.record.unlink()

    assert {each["name"]: each for each in stage.found()}.items() <= noted.items()
    assert stage.api_url() == f"https://{apis(cloud, STAGE)[0][0]}.execute-api.us-east-1.amazonaws.com/{STAGE}"
    assert stage.versions().of("dormouse-dev-worker")
