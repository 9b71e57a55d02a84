"""The part ``cold``: what a start takes on each path, on a whole core and on a function's share of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devkit.bench import peer
from devkit.bench.aws_stub import AwsStub
from devkit.bench.certificates import Certificates
from devkit.bench.cold import Row, aims, bars, rounds, table
from devkit.bench.contenders import Endpoints, contenders
from devkit.bench.figures import Aim, Section, here_and_now
from devkit.bench.paths import TENANT, public_key
from devkit.bench.shares import NoShares

SHARE = 512
"""The memory of the app's functions, MB; it decides their share of a core."""

MOST_MB = 32
"""The most that the api function may hold on the way of a webhook."""

MOST_PACKAGE_MB = 8

TIMES_THE_PEER = 6
"""How many times as fast as the peer a webhook is to be."""

WEBHOOK, WEBHOOK_BY_TLS, FIRST_DELIVERY = "verified webhook", "verified webhook, TLS", "first delivery"

INTRO = (
    "The package that Chalice makes, started under AWS's own Python client of the Runtime API on one core, in rounds "
    "in which every path is started once; medians of {rounds} rounds. “First answer” is from the start of the process "
    "until the function's first answer is there. AWS is a server on this machine that answers at once, by HTTP or, "
    "where the path says so, by TLS with three certificates as AWS has them. Processor time is shown beside the "
    "clock's: other work of the machine has less influence on it, and an aim is met only by both. “Express” is "
    "atlassian-connect-express on Node, which answers the same webhook with the same AWS beside it."
)


def measure(python: Path, made: Path, home: Path, number: int) -> Section:
    """The figures of `number` rounds of the package `made`. Raises `DevkitError`."""
    section = Section("cold", "Cold starts", INTRO.format(rounds=number), measured=here_and_now())
    size = made.stat().st_size / 1e6
    with _aws(home / "certificates") as aws:
        all_of_them = contenders(python, made, home, aws)
        if lack := peer.missing():
            section.notes.append(lack)
        else:
            all_of_them.extend(peer.contenders(home, aws.http))
        for mb in (None, SHARE):
            where = "a whole core" if mb is None else f"the share of a core that {mb} MB have"
            try:
                rows = rounds(all_of_them, number, mb)
            except NoShares as fault:
                section.notes.append(f"Not measured under {where}. {fault}")
                continue
            section.tables.append(table(f"Cold, {where}", rows))
            section.bars.append(bars(f"Cold, {where}", rows))
            section.aims.extend(aims(where, rows))
            section.aims.extend(against_the_peer(where, rows))
            section.aims.extend(_memory(rows) if mb is None else [])
            section.facts.update(_facts(rows, mb))
    section.aims.append(
        Aim("package, zipped", f"at most {MOST_PACKAGE_MB} MB", f"{size:.1f} MB", size <= MOST_PACKAGE_MB)
    )
    return section


@contextmanager
def _aws(folder: Path) -> Iterator[Endpoints]:
    certificates = Certificates.make(folder)
    with (
        AwsStub(TENANT, key=public_key(), peers_tenant=peer.TENANT).serving() as plain,
        AwsStub(TENANT, tls=certificates.context()).serving() as secure,
    ):
        yield Endpoints(plain.url, secure.url, certificates.root)


def against_the_peer(where: str, rows: list[Row]) -> Iterator[Aim]:
    """How many times as fast as the peer a webhook was; nothing where the peer is not among the `rows`."""
    known = {row.name: row for row in rows}
    own = known[WEBHOOK]
    for name in (peer.STORED, peer.BUNDLED):
        if row := known.get(name):
            times, of_cpu = row.total / own.total, row.cpu / own.cpu
            yield Aim(
                f"cold, {where}: a webhook beside {name}",
                f"at least {TIMES_THE_PEER} x as fast",
                f"{times:.1f} x, of CPU {of_cpu:.1f} x",
                min(times, of_cpu) >= TIMES_THE_PEER,
            )


def _memory(rows: list[Row]) -> Iterator[Aim]:
    (row,) = (row for row in rows if row.name == WEBHOOK)
    yield Aim("peak memory of a webhook", f"at most {MOST_MB} MB", f"{row.memory:.1f} MB", row.memory <= MOST_MB)


def _facts(rows: list[Row], mb: int | None) -> Iterator[tuple[str, float]]:
    """The starts of the two functions, in milliseconds, for the model of a day."""
    known = {row.name: row for row in rows}
    where = "whole" if mb is None else "share"
    yield f"cold_route_{where}_ms", known[WEBHOOK_BY_TLS].total
    yield f"cold_worker_{where}_ms", known[FIRST_DELIVERY].total
