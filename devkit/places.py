"""Where things are: the project's folders, the ports, and the addresses that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from os import getpid
from pathlib import Path

from chalicelib.connect.settings import APP, LOCAL, Resources
from devkit.cloud import ACCOUNT, REGION
from devkit.errors import DevkitError

ROOT = Path(__file__).parents[1]

CLOUD_PORT = ("DORMOUSE_CLOUD_PORT", 4566)
JIRA_PORT = ("DORMOUSE_JIRA_PORT", 2990)
PREFIX = "CONNECT_"

ALLOWED_HOSTS = "*.atlassian.net,*.jira.com,localhost,127.0.0.1"
"""Atlassian's own hosts, and the stand-in."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one local run, all below one ignored folder of the project."""

    root: Path = ROOT

    @property
    def home(self) -> Path:
        """The folder that holds them all."""
        return self.root / ".dormouse"

    @property
    def logs(self) -> Path:
        """The logs of the last run."""
        return self.home / "logs"

    def of(self, name: str) -> Path:
        """The folder of one part, such as ``cloud``."""
        return self.home / name

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds the folders for this process alone. Raises `DevkitError` where another one has them."""
        self.home.mkdir(exist_ok=True)
        with (self.home / "lock").open("a+") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except OSError as fault:
                lock.seek(0)
                raise DevkitError(f"Dormouse runs here already, as process {lock.read()}: stop it first.") from fault
            lock.truncate(0)
            lock.write(str(getpid()))
            lock.flush()
            yield


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one local run."""

    cloud_port: int
    jira_port: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Addresses:
        """The addresses that `environment` asks for. Raises `DevkitError` where a port is no number."""
        return cls(_port(environment, *CLOUD_PORT), _port(environment, *JIRA_PORT))

    @property
    def base_url(self) -> str:
        """The app, as API Gateway serves it: its id is the app's name (see `devkit.cloud.rest_api_import`)."""
        return f"http://127.0.0.1:{self.cloud_port}/_aws/execute-api/{APP}/{LOCAL}"

    @property
    def site_url(self) -> str:
        """The static site, straight from its bucket."""
        return f"http://127.0.0.1:{self.cloud_port}/{Resources(LOCAL).site_bucket(ACCOUNT, REGION)}"

    @property
    def jira_url(self) -> str:
        """The stand-in; another host than the app's, as in real life, so that its frames are of another site."""
        return f"http://localhost:{self.jira_port}"

    def settings(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The deployed functions' settings: those of the user in `environment`, and ours for what he leaves open.

        Install keys are looked for at the user's address and at the stand-in's, so that both can install.
        """
        ours = {
            "CONNECT_BASE_URL": self.base_url,
            "CONNECT_SITE_URL": self.site_url,
            "CONNECT_ALL_JS_URL": f"{self.jira_url}/all.js",
            "CONNECT_ALLOWED_HOSTS": ALLOWED_HOSTS,
        }
        given = users_settings(environment)
        keys = filter(None, [given.get("CONNECT_INSTALL_KEYS_URL", ""), f"{self.jira_url}/install-keys"])
        return {**ours, **given, "CONNECT_INSTALL_KEYS_URL": ",".join(keys), "CONNECT_STAGE": LOCAL}


def users_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What the user has set of the app's settings, but for those that are not the user's: the stage is what the command
    is about, and only the deploy knows when batches may be partial."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in ("CONNECT_STAGE", "CONNECT_PARTIAL_BATCHES") and value.strip()
    }


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise DevkitError(f"{name} must be the number of a port, and is {text!r}.")
    return int(text)
