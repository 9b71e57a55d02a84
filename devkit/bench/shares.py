"""The share of a core that a function has on Lambda, given out on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devkit.errors import DevkitError

CPU = Path("/sys/fs/cgroup/cpu")
"""Where Linux has the control group of processors (version 1)."""

PERIOD = 20_000
"""Lambda's own period, microseconds, in which a share of a core is given out."""

CORE_MB = 1_769
"""The memory at which Lambda gives a whole core
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""


class NoShares(DevkitError):
    """This machine does not let its processors be shared out."""


@contextmanager
def share(mb: int | None) -> Iterator[list[str]]:
    """What to put before a command for the share of a core that Lambda gives to `mb`, or for a whole one; always the
    same core. Raises `NoShares`."""
    pinned = ["taskset", "-c", "0"]
    if mb is None:
        yield pinned
        return
    group = CPU / f"dormouse-bench-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as fault:
        raise NoShares(f"This machine does not let its processors be shared out ({CPU}): {fault}.") from fault
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(PERIOD * mb // CORE_MB))
        join = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        yield ["sh", "-c", join, "sh", *pinned]
    finally:
        group.rmdir()
