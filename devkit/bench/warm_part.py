"""The part ``warm``: each path in a process that is awake, on one core, with both kinds of AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from chalicelib.connect.settings import LOCAL, Resources
from devkit.bench import paths
from devkit.bench.aws_stub import AwsStub
from devkit.bench.figures import Aim, Bars, Section, here_and_now
from devkit.bench.packages import unpack
from devkit.bench.paths import Path as AppPath
from devkit.bench.warm import Warm, Way, drive, table
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from devkit.processes import free_port

STUBBED, EMBEDDED = 600, 150
"""How many events of each path are measured with either AWS."""

MOST_MS = {"verified webhook": 0.3, "descriptor": 0.1}
"""Aims: the processor's time outside calls to AWS."""

DELIVERY = "delivery, one at a time"

MOST_CALLS = {"verified webhook": 1, DELIVERY: 2}
"""Aims: the framework's own calls to AWS for each."""

HANDLERS_CALLS = 2
"""What the app's own handler adds to a delivery: it reads the record of the issue, and writes it."""

INTRO = (
    "The same package in a process that is awake, fed one event after another on one core. The processor's time is "
    "that of the function alone; “outside AWS” leaves out the HTTP of calls to DynamoDB and SQS, but not the signing "
    "of them. First with an AWS that answers at once, {stubbed} events each, then with the embedded one, {embedded} "
    "each. No two deliveries are the same; a delivery's handler is the app's own, which reads a record and writes it. "
    "A page is kept in memory, as in every stage but the local one."
)

ON_AWS = {"CONNECT_STAGE": "dev", "CONNECT_INSTALL_KEYS_URL": ""}
"""The environment of a stage that keeps pages."""


def measure(python: Path, made: Path, home: Path) -> Section:
    """The figures of the package `made`. Raises `DevkitError`."""
    intro = INTRO.format(stubbed=STUBBED, embedded=EMBEDDED)
    section = Section("warm", "Awake", intro, measured=here_and_now())
    task = unpack(made, home / "task")
    with AwsStub(paths.TENANT, key=paths.public_key()).serving() as aws:
        stubbed = [drive(python, task, way, paths.environment(aws.url), STUBBED // way.each, home) for way in _ways()]
        embedded = _with_embedded_aws(python, task, home, aws.url)
    section.tables.append(table("Awake, AWS answers at once", stubbed))
    section.tables.append(table("Awake, the embedded AWS", embedded))
    section.bars.append(
        Bars(
            "Awake: the processor's time outside AWS",
            "ms",
            [each.name for each in stubbed],
            [each.outside for each in stubbed],
            [MOST_MS.get(each.name, 0.0) for each in stubbed],
        )
    )
    section.aims.extend(aims(stubbed))
    section.facts.update(_facts(stubbed))
    return section


def aims(found: list[Warm]) -> Iterator[Aim]:
    """What was to be reached by the paths, and was or was not."""
    known = {each.name: each for each in found}
    for name, most in MOST_MS.items():
        outside = known[name].outside
        yield Aim(f"awake: {name}, CPU outside AWS", f"at most {most} ms", f"{outside:.2f} ms", outside <= most)
    for name, most in MOST_CALLS.items():
        own = known[name].calls - (HANDLERS_CALLS if name == DELIVERY else 0)
        yield Aim(f"awake: {name}, AWS calls of the framework", f"at most {most}", f"{own:.1f}", own <= most)


def _ways() -> list[Way]:
    return [
        Way(AppPath("descriptor", "app.app"), lambda _: paths.rest_event("GET", "/atlassian-connect.json")),
        Way(AppPath("static page", "app.app"), lambda _: paths.page_event(), environment=ON_AWS),
        Way(AppPath("verified webhook", "app.app"), lambda number: paths.webhook_event(f"bench-{number}")),
        Way(AppPath("signed install", "app.app"), lambda _: paths.install_event()),
        Way(AppPath(DELIVERY, "app.worker"), paths.deliveries),
        Way(AppPath("delivery, ten at a time", "app.worker"), _ten, each=10),
    ]


def _ten(number: int) -> dict[str, object]:
    # Far from the numbers of those that come alone: what is done already would not be done again.
    return paths.deliveries(100_000 + 10 * number, 10)


def _with_embedded_aws(python: Path, task: Path, home: Path, keys_url: str) -> list[Warm]:
    """The paths that speak to DynamoDB and SQS; the first of them installs the tenant of the others."""
    ways = {way.path.name: way for way in _ways()}
    order = ["signed install", "verified webhook", DELIVERY, "delivery, ten at a time"]
    with EmbeddedCloud(home / "cloud", free_port(), home / "cloud.log") as cloud:
        resources.create(cloud, Resources(LOCAL))
        environment = {
            **paths.environment(cloud.endpoint),
            "CONNECT_INSTALL_KEYS_URL": f"{keys_url}/install-keys",
        }
        return [drive(python, task, ways[name], environment, EMBEDDED // ways[name].each, home) for name in order]


def _facts(found: list[Warm]) -> Mapping[str, float]:
    """The processor's time of the two functions, in milliseconds, for the model of a day."""
    known = {each.name: each for each in found}
    return {
        "warm_route_ms": known["verified webhook"].cpu,
        "warm_worker_ms": known["delivery, ten at a time"].cpu,
    }
