"""A job on a stack of its own: its function is killed, runs out of time and is deployed anew, and the job goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.connect.runs import Run, State
from chalicelib.connect.settings import LOCAL, Resources
from chalicelib.connect.starter import Starter
from chalicelib.connect.storage.dynamodb import DynamoRuns, VersionedItems
from chalicelib.connect.storage.sqs import SqsJobQueue, queue_url
from devkit.cloud import ACCOUNT
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy.deployment import Deployment
from devkit.places import Addresses, Places
from devkit.processes import free_port
from devkit.steps import Steps
from tests.end_to_end.client import JiraClient, eventually
from tests.end_to_end.project import Project
from tests.key_server import KeyServer

pytestmark = pytest.mark.long_drill

NAMES = Resources(LOCAL)
SECONDS = 5
"""The function's time, and how long the queue hides a call; as shipped it is twenty times as long, and then some. Each
step is a slice of its own then, since there is never time for another one."""

METRES = 16

DIG = f'''

@jobs.job("dig")
def dig(job: Job) -> Iterator[Value]:
    """Dig {METRES} metres, with a few mishaps."""
    import os, time

    for metre in range(job.place.get("dug", 0), {METRES}):
        tries = (job.records.get(f"metre/{{metre}}") or {{}}).get("tries", 0) + 1
        job.records.update(f"metre/{{metre}}", lambda _: {{"tries": tries, "by": BY}})
        if tries == 1 and metre == 2:
            os._exit(1)
        if tries == 1 and metre == 4:
            time.sleep(3600)
        while BY == "first" and metre == 6:
            # Only the next deploy can dig here.
            time.sleep(0.2)
            yield {{"dug": metre}}
        time.sleep(0.1)
        job.progress["metres"] = metre + 1
        yield {{"dug": metre + 1}}


@jobs.job("sleep")
def sleep(job: Job) -> Iterator[Value]:
    """Sleep for long, with a step now and then."""
    import time

    for hour in range(job.place.get("hour", 0), 1_000):
        time.sleep(0.3)
        yield {{"hour": hour + 1}}


BY = "first"
'''


class Mine:
    """The stack, with two more jobs in its app."""

    def __init__(self, cloud: EmbeddedCloud, project: Project, keys: KeyServer, folder: Path) -> None:
        self.cloud = cloud
        self._project = project
        self._work = folder
        addresses = Addresses(cloud.port, free_port())
        self.base_url = addresses.base_url
        self._settings = addresses.settings({"CONNECT_INSTALL_KEYS_URL": keys.url})
        project.append("chalicelib/time_in_status/jobs.py", DIG)
        config = json.loads((project.folder / ".chalice/config.json").read_text())
        config["stages"][LOCAL]["lambda_functions"]["job_worker"]["lambda_timeout"] = SECONDS
        (project.folder / ".chalice/config.json").write_text(json.dumps(config))
        sqs, dynamodb = cloud.client("sqs"), cloud.client("dynamodb")
        self.url, dead_url = (
            queue_url(name, account=ACCOUNT, endpoint=cloud.endpoint)
            for name in (NAMES.jobs_queue, NAMES.dead_jobs_queue)
        )
        self.runs = DynamoRuns(VersionedItems(dynamodb, NAMES.jobs_table, expiry="expires_at"))
        self.starter = Starter(lambda _: True, self.runs, SqsJobQueue(sqs, self.url, dead_url))

    def create(self) -> None:
        """Deploy for the first time; the queue then hides a call for as long as the function lives."""
        self._deployment.run(Steps())
        hidden = {"VisibilityTimeout": str(SECONDS)}
        self.cloud.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes=hidden)

    def deploy(self) -> None:
        """Deploy the functions anew, and leave the queue as it is."""
        self._deployment.deploy()

    @property
    def _deployment(self) -> Deployment:
        return Deployment(
            aws=self.cloud,
            root=self._project.folder,
            work=self._work,
            stage=LOCAL,
            settings=self._settings,
            log=self._work / "deploy.log",
            packages=Places().of("packages"),
        )

    def run(self, site: JiraClient, job: str) -> Run:
        run = self.runs.get(site.client_key, job)
        assert run
        return run

    def metres(self, site: JiraClient) -> list[dict[str, Any]]:
        """What is noted of each metre."""
        table = VersionedItems(self.cloud.client("dynamodb"), NAMES.records_table)
        found = [table.get({"client_key": site.client_key, "key": f"metre/{number}"})[0] for number in range(METRES)]
        return [dict(each) for each in found if each]


@pytest.fixture(scope="module")
def mine(project: Project, key_server: KeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mine]:
    folder = tmp_path_factory.mktemp("mine")
    with EmbeddedCloud(folder / "state", free_port(), folder / "cloud.log") as cloud:
        made = Mine(cloud, project, key_server, folder)
        made.create()
        yield made


@pytest.fixture
def site(mine: Mine) -> JiraClient:
    """A site that has the app."""
    site = JiraClient(mine.base_url, str(uuid4()))
    assert site.install() == 204
    return site


def test_a_job_outlives_a_kill_a_time_out_and_a_deploy(mine: Mine, site: JiraClient, project: Project) -> None:
    mine.starter.start(site.client_key, "dig")
    eventually(lambda: mine.run(site, "dig").place.get("dug") == 6, seconds=60)
    project.append("chalicelib/time_in_status/jobs.py", 'BY = "second"\n')
    mine.deploy()
    eventually(lambda: mine.run(site, "dig").state is State.DONE, seconds=60)

    assert mine.run(site, "dig").progress == {"metres": METRES}
    metres = mine.metres(site)
    assert len(metres) == METRES
    assert {metre["by"] for metre in metres[:6]} == {"first"}
    assert {metre["by"] for metre in metres[6:]} == {"second"}
    again = [number for number, metre in enumerate(metres) if metre["tries"] > 1]
    assert again[:2] == [2, 4]
    assert set(again) <= {2, 4, 6}


def test_of_twenty_starts_at_once_one_begins_and_ends_when_the_site_removes_the_app(
    mine: Mine, site: JiraClient
) -> None:
    with ThreadPoolExecutor(20) as pool:
        began = list(pool.map(lambda _: mine.starter.start(site.client_key, "sleep"), range(20)))

    assert began.count(True) == 1
    eventually(lambda: mine.run(site, "sleep").place.get("hour", 0) >= 2)
    assert site.install("uninstalled") == 204
    eventually(lambda: mine.run(site, "sleep").state is State.CANCELLED, seconds=30)
