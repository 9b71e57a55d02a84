"""The arguments of `python -m devkit simulate`."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command to `parser`; what is not given is as `Assumptions` has it."""
    parser.add_argument("--tenants", type=int, help="sites with the app")
    parser.add_argument("--webhooks", type=int, help="a day, beside bursts and the bulk edit")
    parser.add_argument("--bursts", type=int, help="a day, of 20 to 2,000 webhooks each")
    parser.add_argument("--bulk", type=int, help="issues that one site edits at once")
    parser.add_argument("--workers", type=int, help="at a time, as CONNECT_WORKER_CONCURRENCY")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same day")
