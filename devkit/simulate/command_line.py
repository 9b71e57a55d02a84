"""The arguments of `python -m devkit simulate`."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command to `parser`."""
    parser.add_argument("--tenants", type=int, default=10_000, help="sites with the app")
    parser.add_argument("--webhooks", type=int, default=1_000_000, help="a day, beside bursts and the bulk edit")
    parser.add_argument("--bursts", type=int, default=500, help="a day, of 20 to 2,000 webhooks each")
    parser.add_argument("--bulk", type=int, default=100_000, help="issues that one site edits at once")
    parser.add_argument("--workers", type=int, default=20, help="at a time, as CONNECT_WORKER_CONCURRENCY")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same day")
