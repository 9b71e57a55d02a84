"""A site with a past: issues of many months, each on its way through the statuses, so that reports show something.

A scenario is a JSON file such as ``{"seed": 7, "issues": 10000, "months": 6, "projects": [{"key": "BUR", "name":
"Burrow"}]}``. All its keys may be left out. The same seed makes the same past. Apps hear nothing of it: it was before
them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devkit.jira.happenings import SiteFault, item
from devkit.jira.model import PRIORITIES, Change, Issue, Project, Status
from devkit.jira.projects import KEY
from devkit.jira.site import Site

MOST_ISSUES: Final = 100_000
MOST_MONTHS: Final = 120
MONTH: Final = 30 * 86_400.0

VERBS: Final = ("Dig", "Line", "Drain", "Widen", "Map", "Guard", "Air", "Mend")
THINGS: Final = (
    "the northern burrow",
    "a winter store",
    "the way to the hazel",
    "a second door",
    "the nursery",
    "the wall",
)
LABELS: Final = ("deep", "dry", "winter", "urgent")

STAY_HOURS: Final = 40.0
"""How long an issue stays in a status, on average; few stay for weeks, as in life."""

BACK: Final = 0.15
"""How often an issue goes back a step."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many issues, spread over how many months up to now, in which projects (keys and names)."""

    issues: int = 100
    months: float = 6
    seed: int = 1
    projects: Mapping[str, str] = field(default_factory=lambda: {"BUR": "Burrow"})

    @classmethod
    def read(cls, raw: Any) -> Scenario:
        """The scenario out of its JSON; raises `SiteFault`, which names what is wrong."""
        if not isinstance(raw, dict):
            raise SiteFault("A scenario is a JSON object.")
        if unknown := sorted(raw.keys() - {"issues", "months", "seed", "projects"}):
            raise SiteFault(f"A scenario has no {', '.join(unknown)}.")
        made = cls(raw.get("issues", 100), raw.get("months", 6), raw.get("seed", 1), _projects(raw.get("projects", [])))
        if type(made.issues) is not int or not 0 <= made.issues <= MOST_ISSUES:
            raise SiteFault(f"issues must be a number from 0 to {MOST_ISSUES}.")
        if type(made.months) not in (int, float) or not 0 < made.months <= MOST_MONTHS:
            raise SiteFault(f"months must be a number up to {MOST_MONTHS}.")
        if type(made.seed) is not int:
            raise SiteFault("seed must be a whole number.")
        return made

    @classmethod
    def of_file(cls, path: Path) -> Scenario:
        """The scenario in a file; raises `SiteFault`."""
        try:
            return cls.read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as fault:
            raise SiteFault(f"The scenario {path} can not be read: {fault}.") from fault


def _projects(listed: Any) -> dict[str, str]:
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise SiteFault("projects must be a list of objects with a key and a name.")
    found = {str(each.get("key")): str(each.get("name") or each.get("key")) for each in listed}
    if wrong := [key for key in found if not KEY.fullmatch(key)]:
        raise SiteFault(f"{wrong[0]!r} is no key of a project: a capital letter, and one to nine more or digits.")
    return found or {"BUR": "Burrow"}


def fill(site: Site, scenario: Scenario) -> int:
    """Gives a site the past of a scenario; returns how many issues it made."""
    chance = random.Random(scenario.seed)  # noqa: S311 - the same past each time
    now = site.clock()
    births = sorted(now - chance.random() * scenario.months * MONTH for _ in range(scenario.issues))
    with site.store.transaction():
        projects = [_project(site, key, name) for key, name in scenario.projects.items()]
        for born in births:
            _live(site, chance.choice(projects), born, now, chance)
        for project in projects:
            site.keep_project(project)
    return len(births)


def _project(site: Site, key: str, name: str) -> Project:
    known = next((project for project in site.projects.values() if project.key == key), None)
    return known or site.add_project(key, name)


def _live(site: Site, project: Project, born: float, now: float, chance: random.Random) -> None:
    """One issue, from its birth to now."""
    statuses, people = list(site.statuses.values()), [user.account_id for user in site.users.values()]
    project.last_number += 1
    issue = Issue(
        id=site.new_id(),
        key=f"{project.key}-{project.last_number}",
        number=project.last_number,
        project=project.id,
        type=chance.choice(list(site.types)),
        summary=f"{chance.choice(VERBS)} {chance.choice(THINGS)}",
        description="",
        status=statuses[0].id,
        reporter=chance.choice(people),
        created=born,
        updated=born,
        category_changed=born,
        assignee=chance.choice([*people, None]),
        priority=chance.choice(list(PRIORITIES)),
        labels=sorted(chance.sample(LABELS, chance.choice((0, 0, 1, 2)))),
    )
    at, place = born, 0
    while place < len(statuses) - 1:
        at += chance.expovariate(1 / (STAY_HOURS * 3600))
        if at >= now:
            break
        back = place > 0 and chance.random() < BACK
        step = place - 1 if back else place + 1
        _move(site, issue, statuses[place], statuses[step], at, chance.choice(people))
        place = step
    site.adopt(issue)


def _move(site: Site, issue: Issue, before: Status, after: Status, at: float, author: str) -> None:
    items = [item("status", before.id, before.name, after.id, after.name)]
    if after.category.key == "done":
        items.insert(0, item("resolution", None, None, "10000", "Done"))
        issue.resolved = at
    if before.category != after.category:
        issue.category_changed = at
    issue.status, issue.updated = after.id, at
    issue.changes.append(Change(site.new_id(), author, at, items))
