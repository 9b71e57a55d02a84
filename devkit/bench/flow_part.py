"""The part ``flow``: webhooks from end to end, from the stand-in for Jira through the embedded AWS to the handler."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import quantiles

from chalicelib.connect.settings import LOCAL
from devkit.bench.figures import Lines, Section, Table, here_and_now
from devkit.bench.flow import Flow, Sender, send
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy.deployment import Deployment
from devkit.jira.server import Server
from devkit.places import Addresses, Places
from devkit.processes import free_port
from devkit.steps import Steps

RUNS = ((1, 40), (8, 160), (32, 320))
"""How many webhooks are under way at a time, and how many there are in all."""

SIZES = (2_000, 20_000)
"""Bytes of a body, about."""

SITES = 2
"""Jira has twenty webhooks under way to an app at most, for one site: 32 are those of two."""

INTRO = (
    "The stand-in for Jira edits issues and sends the webhooks of that to the app, which runs on the embedded AWS: "
    "API Gateway, the route, SQS, the worker (five at a time) and DynamoDB, every function in a process of its own. So "
    "many webhooks are under way at a time; the next one follows when one was answered. No function starts cold. All "
    "of it shares the cores of this machine, so these figures say how much a developer's machine takes; on AWS each "
    "function has its own."
)

COLUMNS = [
    *("under way", "body, bytes", "webhooks", "answered/s", "answer, median ms", "95 % ms"),
    *("handled/s", "age, median ms", "95 % ms", "oldest ms", "sent again"),
]


def measure(places: Places, home: Path) -> Section:
    """The figures of this machine. Raises `DevkitError`."""
    section = Section("flow", "From end to end", INTRO, measured=here_and_now())
    work = home / "flow"
    shutil.rmtree(work, ignore_errors=True)
    jira_ports = [free_port() for _ in range(SITES)]
    with EmbeddedCloud(work / "state", free_port(), work / "cloud.log") as cloud:
        addresses = Addresses(cloud.port, jira_ports[0])
        others = ",".join(f"http://localhost:{port}/install-keys" for port in jira_ports[1:])
        Deployment(
            aws=cloud,
            root=places.root,
            work=work / "deploy",
            stage=LOCAL,
            settings=addresses.settings({"CONNECT_INSTALL_KEYS_URL": others}),
            log=work / "deploy.log",
            packages=places.of("packages"),
        ).run(Steps(sys.stderr))
        url = f"{addresses.base_url}/atlassian-connect.json"
        flows = asyncio.run(_flows(jira_ports, url, cloud.functions_log))
    section.tables.append(table(flows))
    section.lines.append(_picture(flows))
    return section


async def _flows(jira_ports: Sequence[int], descriptor_url: str, log: Path) -> list[Flow]:
    at_most = max(at_once for at_once, _ in RUNS)
    async with AsyncExitStack() as running:
        senders = []
        for port in jira_ports:
            server = Server(port)
            await server.start()
            running.push_async_callback(server.stop)
            await server.apps.install(descriptor_url)
            senders.append(Sender(server))
        await send(senders, 2 * at_most, at_most, SIZES[0], log)  # so that no function starts cold in what is measured
        return [
            await send(senders if at_once > 1 else senders[:1], number, at_once, size, log)
            for size in SIZES
            for at_once, number in RUNS
        ]


def table(flows: Sequence[Flow]) -> Table:
    """The figures as they are shown."""
    return Table("From end to end", COLUMNS, [_row(flow) for flow in flows])


def _row(flow: Flow) -> list[str]:
    answers, ages = (quantiles(values, n=20, method="inclusive") for values in (flow.answers, flow.ages))
    number = len(flow.answers)
    return [
        str(flow.at_once),
        f"{flow.bytes:,}",
        str(number),
        f"{number / flow.seconds:.0f}",
        f"{answers[9]:.0f}",
        f"{answers[18]:.0f}",
        f"{number / flow.handled_seconds:.0f}",
        f"{ages[9]:,.0f}",
        f"{ages[18]:,.0f}",
        f"{max(flow.ages):,.0f}",
        str(flow.refused),
    ]


def _picture(flows: Sequence[Flow]) -> Lines:
    curves = {}
    for flow in flows:
        ordered = sorted(flow.ages)
        points = [(float(percent), ordered[(len(ordered) - 1) * percent // 100]) for percent in range(101)]
        curves[f"{flow.at_once} under way, {round(flow.bytes / 1000)} KB"] = points
    return Lines("Age of the deliveries, from end to end", "% of the deliveries", "ms, at most", curves)
