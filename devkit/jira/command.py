"""The command line: `--port P --state DIR --install DESCRIPTOR_URL [DESCRIPTOR_URL…]`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

from devkit.jira.descriptor import Refused
from devkit.jira.happenings import SiteFault
from devkit.jira.scenario import Scenario, fill
from devkit.jira.server import Server
from devkit.jira.store import StoreFault

START_SECONDS = 15.0
"""How long an app that is not up yet is waited for."""

PAUSE_SECONDS = 0.5


def main(arguments: list[str]) -> int:
    """Runs the stand-in until it is asked to end (SIGTERM, Ctrl-C); returns the exit code, 1 where it can not start."""
    parser = argparse.ArgumentParser(prog="python -m devkit jira", description="A stand-in for Jira Cloud.")
    parser.add_argument("--port", type=int, default=2990, help="the port on 127.0.0.1 (default: 2990)")
    parser.add_argument("--state", type=Path, help="the folder for its state (default: in memory)")
    parser.add_argument("--install", nargs="*", default=[], metavar="URL", help="descriptor URLs of apps to install")
    parser.add_argument("--lapse", type=float, default=60.0, help="how much faster retries come than at Jira")
    parser.add_argument("--scenario", type=Path, help="a file that says which past an empty site is to have")
    parser.add_argument("--sites", type=int, default=1, help="how many sites, on this port and those after it")
    parser.add_argument("urls", nargs="*", metavar="URL", help="the same as --install")
    chosen = parser.parse_args(arguments)
    try:
        asyncio.run(_serve(chosen))
    except (OSError, StoreFault, SiteFault) as fault:
        print(f"The stand-in for Jira can not start on port {chosen.port}: {fault}", file=sys.stderr, flush=True)
        return 1
    return 0


async def _serve(chosen: argparse.Namespace) -> None:
    scenario = Scenario.of_file(chosen.scenario) if chosen.scenario else None
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    servers: list[Server] = []
    try:
        for number in range(max(1, chosen.sites)):
            servers.append(await _start(chosen, number, scenario))
            servers[-1].keys.share(servers[0].keys.current())
        urls = dict.fromkeys(chosen.install + chosen.urls)
        installs = [asyncio.create_task(_install(server, url)) for server in servers for url in urls]
        await ended.wait()
        for install in installs:
            install.cancel()
        await asyncio.gather(*installs, return_exceptions=True)
    finally:
        await asyncio.gather(*(server.stop() for server in servers))


async def _start(chosen: argparse.Namespace, number: int, scenario: Scenario | None) -> Server:
    """Starts one site, on a port and with a state of its own; gives it a past where it has none."""
    folder = chosen.state / f"site-{number + 1}" if chosen.state and number else chosen.state
    server = Server(chosen.port + number, folder, lapse=chosen.lapse)
    if scenario and not server.site.issues():
        fill(server.site, scenario)
    server.probes.listeners.append(lambda key: _warn(server, key))
    await server.start()
    print(f"ready {server.url}", flush=True)
    return server


async def _install(server: Server, url: str) -> None:
    """Installs one app, once it is up; prints one line about it."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            installation = await server.apps.ensure(url)
        except Refused as fault:
            if "could not be read" in str(fault) and time.monotonic() < deadline:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            print(f"warning: {url} is not installed: {' '.join(str(fault).split())}", flush=True)
            return
        print(f"installed {installation.descriptor['key']} from {url}", flush=True)
        server.probes.start(installation)
        return


def _warn(server: Server, key: str) -> None:
    """Prints what keeps pages of an app from being shown in Jira, a line for each."""
    for module, complaints in server.probes.all(key).items():
        for words in complaints:
            print(f"warning: {key}, {module}: {' '.join(words.split())}", flush=True)
