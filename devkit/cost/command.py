"""`python -m devkit cost`: the figures of docs/cost.md, or those of a stage that runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TextIO

from chalicelib.connect.settings import Resources
from devkit.cost import prices
from devkit.cost.usage import Usage
from devkit.cost.webhook import idle, million, table
from devkit.deploy.aws import Aws
from devkit.deploy.resources import home
from devkit.deploy.template import Home

BEGIN = "<!-- figures: python -m devkit cost -->"
END = "<!-- end of figures -->"


def figures() -> str:
    """What stands between the two marks in docs/cost.md."""
    somewhere = Home(Resources("prod"), "111122223333", "us-east-1")
    each_million = sum(dollars for *_, dollars in million())
    month = sum(dollars for *_, dollars in idle(somewhere))
    server = sum(dollars for _, dollars in prices.SERVERS)
    even = (server - month) / each_million
    return "\n".join(
        [
            "## One million webhooks",
            "",
            *table(million()),
            "",
            "## A month in which nothing happens",
            "",
            *table(idle(somewhere)),
            "",
            "## Beside the smallest server that is always on",
            "",
            *table([(what, "a month", dollars) for what, dollars in prices.SERVERS]),
            "",
            f"Both cost the same at {even:.1f} million webhooks a month; that server then takes {even / 2.592:.1f} "
            "a second on average, alone, and without a second one to take over.",
        ]
    )


def show_stage(aws: Aws, stage: str, out: TextIO) -> None:
    """Shows what the stage has used this month, and how long its functions took."""
    usage = Usage(aws, home(aws, Resources(stage)), datetime.now(UTC))
    print("\n".join(table(usage.lines())), file=out)
    for name, (calls, seconds) in usage.durations().items():
        if calls:
            print(f"{name}: {calls:,} calls, {seconds * 1000:.1f} ms each", file=out)
