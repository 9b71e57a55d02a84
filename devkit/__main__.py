"""The command line of the devkit; the Makefile is the way to it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys

from devkit.bench import PARTS
from devkit.deliveries.command_line import add_arguments as add_deliveries
from devkit.deploy.command_line import add_arguments as add_stages
from devkit.errors import DevkitError
from devkit.interrupts import END_WITH_INPUT, Interrupted, Interrupts, end_with_input
from devkit.jobs.command_line import add_arguments as add_jobs
from devkit.retention.command_line import add_arguments as add_retention
from devkit.secrets.command_line import add_arguments as add_secrets
from devkit.simulate.command_line import add_arguments as add_simulation
from devkit.watch.command_line import COMMANDS as WATCHING
from devkit.watch.command_line import add_arguments as add_watching


def main(arguments: list[str]) -> int:
    """Runs one command; returns the exit code: 1 after a sentence that says what is wrong, 130 when interrupted."""
    if arguments[:1] == ["jira"]:
        return _jira(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m devkit")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run everything on this machine")
    add_stages(commands)
    add_watching(*(commands.add_parser(name, help=text) for name, text in WATCHING.items()))
    commands.add_parser("jira", help="run the stand-in for Jira alone")
    add_deliveries(commands.add_parser("deliveries", help="look at dead letters, replay or drop them"))
    add_jobs(commands.add_parser("jobs", help="look at jobs, start, cancel or replay them"))
    commands.add_parser("audit", help="compare the shipped packages with the published faults")
    commands.add_parser("sbom", help="print what is shipped, as a bill of materials (CycloneDX)")
    commands.add_parser("compile", help="make ready what a plain `chalice deploy` takes along, for quicker cold starts")
    commands.add_parser("lock", help="pin all packages anew, with their digests")
    bench = commands.add_parser("bench", help="measure what the app takes on this machine")
    bench.add_argument("--rounds", type=int, default=15, help="of which the medians are shown")
    bench.add_argument("--only", nargs="+", choices=PARTS, default=[], help="the parts that are measured; else all")
    bench.add_argument("--write", action="store_true", help="write the newest figures into docs/performance.md")
    bench.add_argument("--profile", action="store_true", help="show what is imported, and how long that takes")
    add_simulation(commands.add_parser("simulate", help="compute a day of ten thousand sites on AWS"))
    commands.add_parser("routes", help="write the table of the routes into docs/security.md")
    add_secrets(commands.add_parser("secrets", help="seal the secrets of tenants with a key of KMS"))
    add_retention(commands.add_parser("retention", help="delete what is kept of sites that have left"))
    chosen = parser.parse_args(arguments)
    interrupts = Interrupts()
    interrupts.install()
    try:
        code = _command(chosen, interrupts)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has had enough, as `head` has. Python would complain when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Interrupted:
        print("Stopped.", file=sys.stderr)
        return 130
    except DevkitError as fault:
        print(fault, file=sys.stderr)
        return 1
    return code


def _command(chosen: argparse.Namespace, interrupts: Interrupts) -> int:
    # Each command imports what it needs: boto3 alone takes a third of a second.
    from devkit.places import Places
    from devkit.steps import Steps

    match chosen.command:
        case "run":
            from devkit.run import run

            run(Places(), interrupts, Steps())
        case "deploy" | "destroy" | "rollback" | "package":
            from devkit.deploy.command_line import run as run_stage

            run_stage(chosen, interrupts)
        case "audit":
            from devkit.audit import audit

            audit(Places(), interrupts.check)
        case "sbom":
            from devkit.sbom import sbom

            sbom(Places(), interrupts.check)
        case "lock":
            from devkit.locking import lock

            lock(Places(), interrupts.check)
        case "bench":
            from devkit.bench.command import bench, profile

            if chosen.profile:
                profile(Places())
            else:
                bench(Places(), chosen.rounds, chosen.only, writes=chosen.write)
        case "simulate":
            from devkit.simulate.command import simulate

            simulate(Places(), chosen)
        case "compile":
            from devkit.deploy.compiled import compile_project

            compile_project(Places().root)
        case "routes":
            from devkit.routes import write

            write(Places().root)
        case "status" | "logs" | "cost":
            from devkit.watch.command_line import run as watch

            watch(chosen, interrupts)
        case "deliveries":
            from devkit.deliveries.command_line import run as run_deliveries

            run_deliveries(chosen, interrupts)
        case "jobs":
            from devkit.jobs.command_line import run as run_jobs

            run_jobs(chosen, interrupts)
        case "secrets":
            from devkit.secrets.command_line import run as run_secrets

            run_secrets(chosen, interrupts)
        case "retention":
            from devkit.retention.command_line import run as run_retention

            run_retention(chosen, interrupts)
    return 0


def _jira(arguments: list[str]) -> int:
    # Whoever wants the stand-in alone has a Python, and need not know of environments.
    if importlib.util.find_spec("aiohttp") is None:
        from devkit.environments import ENVIRONMENTS, run_within
        from devkit.places import Places

        try:
            run_within(ENVIRONMENTS[0], ["-m", "devkit", "jira", *arguments], Places(), sys.stderr)
        except DevkitError as fault:
            print(fault, file=sys.stderr)
            return 1
    from devkit.jira.command import main as stand_in

    if os.environ.get(END_WITH_INPUT):
        end_with_input()
    return stand_in(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
