"""The embedded AWS, as the rest of the devkit and the tests see it: started, spoken to, stopped."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import boto3
from botocore.config import Config

from devkit.cloud import ACCOUNT, CREDENTIALS, HOST, REGION
from devkit.errors import DevkitError
from devkit.processes import complaint, stop_process

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-cloud" / "bin" / "python"

START_SECONDS = 30
STOP_SECONDS = 30
"""It needs 0.1 s; a running function may take `launcher.DRAIN_SECONDS` more, an open connection `CLOSE_SECONDS`. The
rest is for a busy machine and thousands of messages: killed before it has written them down, it forgets them."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


class EmbeddedCloud:
    """One embedded AWS, with all of its state in one folder.

    As a context manager it is started and stopped. It ends by itself when the process that started it is gone.
    """

    def __init__(self, state: Path, port: int, log: Path, *, python: Path = PYTHON) -> None:
        """`state` is created where missing; `log` and, beside it, ``functions.log`` are begun anew at each start."""
        self.state = state.resolve()
        self.port = port
        self.log = log.resolve()
        self.functions_log = self.log.with_name("functions.log")
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._client = cache(self._make_client)

    @property
    def endpoint(self) -> str:
        """Where it serves, without a trailing slash."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """A whole environment for a child process that shall speak to this AWS, and to no other."""
        return {
            **without_aws(os.environ),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": CREDENTIALS,
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": _with_local_hosts(os.environ.get("NO_PROXY") or os.environ.get("no_proxy", "")),
            "no_proxy": _with_local_hosts(os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")),
        }

    @property
    def exit_code(self) -> int | None:
        """The exit code of its process, None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def pid(self) -> int | None:
        """The id of its process, None before the start."""
        return self._process.pid if self._process else None

    def client(self, service: str) -> Any:
        """A boto3 client of `service`, such as ``dynamodb``; the same one at each call; safe to share among threads."""
        return self._client(service)

    def start(self, check: Callable[[], None] = lambda: None) -> None:
        """Starts it and waits until it answers; `check` is called meanwhile and may raise.

        Raises `DevkitError` where it does not answer. Whatever is raised, `stop` ends what was started.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.state / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        self.functions_log.write_bytes(b"")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._python, "-m", "devkit.cloud.launcher"],
                cwd=ROOT,
                env=self._launcher_environment(scratch),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_it_answers(self._process, check)

    def complaint(self) -> str:
        """Why it does not run, or does not answer, from the end of its log."""
        return complaint("The embedded AWS", self.exit_code, self.log)

    def stop(self) -> None:
        """Stops it, its state saved; does nothing where it does not run."""
        if self._process:
            stop_process(self._process, STOP_SECONDS)
            if self._process.stdin:
                self._process.stdin.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launcher_environment(self, scratch: Path) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "STATE_DIR": str(self.state / "services"),
            "S3_DATA_DIR": str(self.state / "s3"),
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            # Functions have the rights of their policies and no more, and anyone else those of the bucket policy.
            "AUTH": "true",
            "LOG_LEVEL": "WARNING",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # It would look for containers of its own there and remove them.
            "DOCKER_HOST": f"unix://{scratch}/none",
            # The user's home may hold AWS settings, and functions would read them.
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "DORMOUSE_FUNCTIONS_LOG": str(self.functions_log),
        }

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes], check: Callable[[], None]) -> None:
        direct = build_opener(ProxyHandler({}))
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            check()
            try:
                direct.open(f"{self.endpoint}/_localstack/health", timeout=1).close()
            except (URLError, OSError):
                time.sleep(0.03)
            else:
                return
        raise DevkitError(self.complaint())

    def _make_client(self, service: str) -> Any:
        return boto3.session.Session(
            aws_access_key_id=CREDENTIALS, aws_secret_access_key=CREDENTIALS, region_name=REGION
        ).client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            config=Config(proxies={}, retries={"total_max_attempts": 2}, max_pool_connections=50),
        )


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without anything that would lead an AWS tool to a real account, a profile or another endpoint."""
    return {name: value for name, value in environment.items() if not name.upper().startswith(("AWS_", "BOTO"))}


def forget_users_aws() -> None:
    """Removes the shell's AWS settings from this process: what it does next is about the embedded AWS only."""
    kept = without_aws(os.environ)
    for name in os.environ.keys() - kept.keys():
        del os.environ[name]
    os.environ.update({"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull})


def _with_local_hosts(hosts: str) -> str:
    return ",".join(filter(None, [hosts, "127.0.0.1", "localhost"]))
