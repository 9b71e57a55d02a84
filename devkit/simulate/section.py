"""A simulated day as a section of the bench's report: two days, with the app's own handler and with a slow one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from devkit.bench.figures import Aim, Lines, Section, Table, here_and_now
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.model import Model
from devkit.simulate.outcome import SHARES, Outcome, quantiles

SLOW = 0.3
"""How long the slow handler waits for Jira, seconds."""

INTRO = (
    "Computed, not measured: a model of Jira, API Gateway, Lambda, SQS and DynamoDB, which is given the figures above "
    "and the assumptions in the last table; seed {seed}. It has a day of {tenants:,} sites: a stream of webhooks, "
    "bursts, and one site that edits {bulk:,} issues at once. The age of a delivery is from the moment at which the "
    "route had it on the queue until its handler had run; the delay is from the moment at which it happened in Jira, "
    "which sends a site's webhooks twenty at a time. The second day has a handler that waits {slow} ms for Jira in "
    "each delivery: then the workers, {workers} at a time, are slower than Jira, and the queue keeps the sites apart."
)


def simulated(assumed: Assumptions, seed: int) -> Section:
    """Two days of the model."""
    intro = INTRO.format(
        seed=seed, tenants=assumed.tenants, bulk=assumed.bulk, slow=round(SLOW * 1000), workers=assumed.workers
    )
    section = Section("scale", "A day of ten thousand sites, simulated", intro, measured=here_and_now())
    days = {
        "the app's handler": Model(assumed, seed).run(),
        "a slow handler": Model(replace(assumed, handler=SLOW), seed).run(),
    }
    section.tables.extend([_counts(days), _ages(days), _dollars(days)])
    section.tables.append(Table("Assumptions", ["value", "unit", "what", "source"], assumed.rows()))
    section.lines.extend(_pictures(days))
    for name, day in days.items():
        missing = day.happened - day.number_handled - day.dead - day.swept
        section.aims.append(Aim(f"a day, {name}: webhooks lost", "none", str(missing), missing == 0))
    return section


def _counts(days: dict[str, Outcome]) -> Table:
    def row(what: str, values: Sequence[float]) -> list[str]:
        return [what, *(f"{value:,.0f}" for value in values)]

    outcomes = list(days.values())
    return Table(
        "A day: how much",
        ["", *days],
        [
            row("webhooks that happened", [day.happened for day in outcomes]),
            row("requests at API Gateway", [day.requests for day in outcomes]),
            row("of them refused by its limit", [day.refused for day in outcomes]),
            row("calls that Lambda throttled", [day.route.throttled + day.worker.throttled for day in outcomes]),
            row("handled", [day.number_handled for day in outcomes]),
            row("dead letters", [day.dead for day in outcomes]),
            row("given up by Jira, left to the hourly sweep", [day.swept for day in outcomes]),
            row("batches of the worker", [day.batches for day in outcomes]),
            row("tries that DynamoDB throttled", [day.throttled_writes for day in outcomes]),
            row("longest queue", [day.queue.longest for day in outcomes]),
            row("routes at a time, at most", [max(day.route.peaks.values(), default=0) for day in outcomes]),
            row("workers at a time, at most", [max(day.worker.peaks.values(), default=0) for day in outcomes]),
            row("cold starts of the route", [day.route.cold for day in outcomes]),
            row("cold starts of the worker", [day.worker.cold for day in outcomes]),
        ],
    )


def _ages(days: dict[str, Outcome]) -> Table:
    names = [f"{share * 100:g} %" if share < 1 else "all" for share in SHARES]
    rows = []
    for name, day in days.items():
        for what, kinds in (("age", day.ages), ("delay", day.delays)):
            for who, values in kinds.items():
                site = "the site of the bulk edit" if who == "noisy" else "all others"
                rows.append([f"{name}: {what}, {site}", *(f"{value:,.2f}" for value in quantiles(values))])
    return Table("A day: seconds, within which so many were handled", ["", *names], rows)


def _dollars(days: dict[str, Outcome]) -> Table:
    costs = [day.dollars() for day in days.values()]
    rows = [[part, *(f"{cost[part]:.2f}" for cost in costs)] for part in costs[0]]
    return Table(
        "A day: US dollars, at the list prices of docs/cost.md",
        ["", *days],
        [*rows, ["together", *(f"{sum(cost.values()):.2f}" for cost in costs)]],
    )


def _pictures(days: dict[str, Outcome]) -> Iterator[Lines]:
    for name, day in days.items():
        running = {"routes": _by_quarters(day.route.peaks), "workers": _by_quarters(day.worker.peaks)}
        yield Lines(f"Functions at a time, {name}", "hour of the day", "at most, in each quarter", running)
    yield Lines(
        "Age of the deliveries",
        "% of the deliveries",
        "seconds, at most",
        {f"{_who(who)}, {name}": _curve(ages) for name, day in days.items() for who, ages in day.ages.items()},
    )


def _by_quarters(peaks: Mapping[int, int]) -> list[tuple[float, float]]:
    """The most of each quarter of an hour of the day, by hours; none where nothing ran."""
    most = [0] * 96
    for minute, peak in peaks.items():
        most[min(95, minute // 15)] = max(most[min(95, minute // 15)], peak)
    return [(quarter / 4, float(peak)) for quarter, peak in enumerate(most)]


def _who(who: str) -> str:
    return "bulk edit" if who == "noisy" else "others"


def _curve(values: Sequence[float]) -> list[tuple[float, float]]:
    ordered = sorted(values)
    if not ordered:
        return []
    return [(float(percent), ordered[(len(ordered) - 1) * percent // 100]) for percent in range(101)]
