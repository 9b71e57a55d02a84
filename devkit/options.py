"""The options that commands on a stage have in common, so that they are called and explained alike."""

from __future__ import annotations

import argparse

from chalicelib.connect.settings import LOCAL


def add_stage(command: argparse.ArgumentParser) -> None:
    """Which stage it is about."""
    command.add_argument("--stage", default=LOCAL, help="the stage; default local, that of `make run`")


def add_tenant(command: argparse.ArgumentParser) -> None:
    """Of which site alone."""
    command.add_argument("--tenant", default="", metavar="KEY", help="only of the site with this client key")


def add_limit(command: argparse.ArgumentParser) -> None:
    """How much is shown."""
    command.add_argument("--limit", type=int, default=100, metavar="N", help="lines at most; default 100")


def add_yes(command: argparse.ArgumentParser) -> None:
    """Whether it is done."""
    command.add_argument("--yes", action="store_true", help="do it; without this it is only said")
