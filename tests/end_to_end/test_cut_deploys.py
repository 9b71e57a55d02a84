"""Chalice, cut off from AWS in the middle of its work, where it has noted nothing yet: the next deploy goes on."""

from __future__ import annotations

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
from devkit.errors import DevkitError
from tests.end_to_end.cutting import cut
from tests.end_to_end.person import STAGE, left_of
from tests.end_to_end.project import Project

CALLS = [
    r"^POST /2015-03-31/functions ",
    r"^POST /2015-03-31/event-source-mappings/? ",
    r"^POST /restapis\?mode=import",
    r"^POST /restapis/\w+/deployments ",
]
"""The changes after which Chalice is cut off, in the order in which a first deploy comes to them: a function, the
consumer of a queue, the API, and the API's deployment."""


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


@pytest.fixture
def stage(project: Project, cloud: EmbeddedCloud, tmp_path: Path) -> Iterator[Deployment]:
    """A stage that was never deployed, of a project without packages, which are not what is looked at."""
    (project.folder / "requirements.txt").write_text("")
    resources.create(cloud, Resources(STAGE))
    made = Deployment(
        aws=cloud,
        root=project.folder,
        work=tmp_path / "work",
        stage=STAGE,
        settings={},
        log=tmp_path / "deploy.log",
        packages=tmp_path / "packages",
    )
    yield made
    removal = Removal(cloud, made.home, tables=True)
    list(removal.remove_functions())
    removal.remove_rest()
    assert left_of(STAGE, cloud) == []


def test_each_next_deploy_goes_on_where_chalice_was_cut_off(stage: Deployment, cloud: EmbeddedCloud) -> None:
    for call in CALLS:
        with cut(cloud.endpoint.removeprefix("http://"), call) as url, pytest.raises(DevkitError) as fault:
            replace(stage, aws=CutAws(cloud, url)).deploy()
        assert "Your credentials have expired: run `aws login`" in str(fault.value)
    assert stage.deploy() is True

    ((api, served),) = apis(cloud, STAGE)
    assert served == {STAGE}
    assert {each.get("rest_api_id") for each in stage.noted()} == {None, api}
    for name in ("worker", "job_worker"):
        found = cloud.client("lambda").list_event_source_mappings(FunctionName=f"dormouse-dev-{name}")
        assert len(found["EventSourceMappings"]) == 1


def test_what_was_deployed_elsewhere_is_found_without_chalices_notes(stage: Deployment, cloud: EmbeddedCloud) -> None:
    stage.deploy()
    noted = stage.noted()
    stage.staging.record.unlink()

    assert {each["name"]: each for each in stage.found()}.items() <= {each["name"]: each for each in noted}.items()
    assert stage.api_url() == f"https://{apis(cloud, STAGE)[0][0]}.execute-api.us-east-1.amazonaws.com/{STAGE}"
    versions = stage.versions()
    assert [each.number for each in versions.of("dormouse-dev-worker")] == ["1"]
