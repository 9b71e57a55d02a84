"""What `python -m devkit secrets` is told, and what it then does."""

from __future__ import annotations

import argparse
import sys

from chalicelib.connect.settings import Resources
from devkit.interrupts import Interrupts
from devkit.options import add_stage, add_yes

GO_ON = " What is sealed is sealed: run the same command again, and it goes on from there."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells `parser` its one command and the options of that."""
    encrypt = parser.add_subparsers(dest="action", required=True).add_parser(
        "encrypt", help="seal the secrets of all tenants with the key of CONNECT_SECRETS_KEY"
    )
    add_stage(encrypt)
    add_yes(encrypt)


def run(chosen: argparse.Namespace, interrupts: Interrupts) -> None:
    """Does what was `chosen`. Raises `DevkitError` with the reason where it can not be done."""
    from devkit.secrets.encryption import Encryption, key_of
    from devkit.stages import aws_of

    with aws_of(chosen.stage, after_fault=GO_ON) as aws:
        key = key_of(aws, chosen.stage)
        Encryption.of(aws, Resources(chosen.stage), key, sys.stdout, interrupts.check).run(yes=chosen.yes)
