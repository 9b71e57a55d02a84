"""The app, deployed by the real `chalice deploy` onto the session's embedded cloud, and the keys that it trusts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from chalicelib.connect.settings import LOCAL
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy.deployment import Deployment
from devkit.places import ROOT, Addresses, Places
from devkit.processes import free_port
from devkit.steps import Steps
from tests.end_to_end.project import Project
from tests.key_server import KeyServer


@dataclass(frozen=True, slots=True)
class DeployedApp:
    """The app as it is reached from outside: its `base_url`, the `cloud` that it runs on, the `keys` that it trusts."""

    base_url: str
    cloud: EmbeddedCloud
    keys: KeyServer
    deployment: Deployment
    jira_port: int
    """Where it expects the stand-in for Jira; nothing listens there until a test starts one."""


@pytest.fixture(scope="session")
def key_server() -> Iterator[KeyServer]:
    """The host of install keys; it knows the key that `tests.tokens.asymmetric` signs with."""
    with KeyServer() as server:
        yield server


@pytest.fixture(scope="session")
def deployment(cloud: EmbeddedCloud, key_server: KeyServer, tmp_path_factory: pytest.TempPathFactory) -> DeployedApp:
    """The app of this repository, deployed once for the whole session."""
    folder = tmp_path_factory.mktemp("deployment")
    addresses = Addresses(cloud_port=cloud.port, jira_port=free_port())
    settings = addresses.settings({"CONNECT_INSTALL_KEYS_URL": key_server.url})
    made = Deployment(
        aws=cloud,
        root=ROOT,
        work=folder,
        stage=LOCAL,
        settings=settings,
        log=folder / "deploy.log",
        packages=Places().of("packages"),
    )
    made.run(Steps())
    return DeployedApp(addresses.base_url, cloud, key_server, made, addresses.jira_port)


@pytest.fixture
def hanging_keys(key_server: KeyServer) -> list[socket.socket]:
    """The connections that ask for the key ``hang``: they are kept open, and never answered."""
    return key_server.hanging


@pytest.fixture
def base_url(deployment: DeployedApp) -> str:
    """Where the app is, without a trailing slash."""
    return deployment.base_url


@pytest.fixture(scope="module")
def project(deployment: DeployedApp, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of this project for one module; it takes over the packages that `deployment` has had installed."""
    folder = tmp_path_factory.mktemp("copy") / "project"
    folder.mkdir()
    return Project(folder)
