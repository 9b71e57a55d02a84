"""The AWS of a stage, for the commands that look into one or act on it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.settings import LOCAL
from devkit.cloud import HOST
from devkit.cloud.embedded import EmbeddedCloud, forget_users_aws
from devkit.deploy.aws import Aws, RealAws, is_code
from devkit.deploy.staging import check_stage
from devkit.errors import DevkitError
from devkit.places import Addresses, Places


@contextmanager
def aws_of(stage: str, *, after_fault: str = "") -> Iterator[Aws]:
    """The AWS that has `stage`: for ``local`` the embedded one of `make run`, else that of the user's own settings.

    Raises `DevkitError` where it does not run, can not be reached, or does not do what it is asked; `after_fault` then
    says what is to be known of that.
    """
    try:
        yield _found(Places(), stage)
    except (BotoCoreError, ClientError, UnavailableError) as fault:
        refused = fault.__cause__ or fault
        if isinstance(refused, ClientError) and is_code(refused, "ResourceNotFoundException"):
            raise DevkitError(f"AWS does not have what was asked for: is the stage {stage} deployed?") from fault
        raise DevkitError(f"AWS did not do it: {refused}{after_fault}") from fault


def _found(places: Places, stage: str) -> Aws:
    if stage != LOCAL:
        check_stage(places.root, stage)
        return RealAws()
    port = Addresses.read(os.environ).cloud_port
    forget_users_aws()
    try:
        socket.create_connection((HOST, port), timeout=2).close()
    except OSError as fault:
        raise DevkitError(
            f"The embedded AWS does not run on port {port}: start it with `make run`, or name a stage on AWS with "
            "--stage."
        ) from fault
    return EmbeddedCloud(places.of("cloud"), port, places.logs / "cloud.log")
