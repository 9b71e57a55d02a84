"""What `python -m devkit secrets` is told, and what it then does."""

from __future__ import annotations

import argparse
import os
import sys

from chalicelib.connect.errors import UnavailableError
from chalicelib.connect.settings import LOCAL, Resources
from devkit.errors import DevkitError
from devkit.interrupts import Interrupts
from devkit.places import Places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells `parser` its one command and the options of that."""
    encrypt = parser.add_subparsers(dest="action", required=True).add_parser(
        "encrypt", help="seal the secrets of all tenants with the key of CONNECT_SECRETS_KEY"
    )
    encrypt.add_argument("--stage", default=LOCAL, help="the stage; default local, that of `make run`")
    encrypt.add_argument("--yes", action="store_true", help="do it; without this it is only said")


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from botocore.exceptions import BotoCoreError, ClientError

    from devkit.deliveries.stage import find_aws
    from devkit.secrets.encryption import Encryption, key_of

    try:
        aws = find_aws(Places(), chosen.stage, os.environ)
        key = key_of(aws, chosen.stage)
        Encryption.of(aws, Resources(chosen.stage), key, sys.stdout, interrupts.check).run(yes=chosen.yes)
    except (BotoCoreError, ClientError, UnavailableError) as fault:
        raise DevkitError(
            f"AWS did not do it: {fault.__cause__ or fault} What is sealed is sealed: run the same command again, "
            "and it goes on from there."
        ) from fault
