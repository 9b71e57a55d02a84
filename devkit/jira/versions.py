"""The versions of projects: made, changed, released, put in order, merged, deleted.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from devkit.jira.checks import checked_name
from devkit.jira.happenings import Happening, SiteFault
from devkit.jira.model import Project, User
from devkit.jira.site import Site


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the project of an id; `place` orders those of a project, dates are written 2026-11-24."""

    id: str
    project: str
    name: str
    place: float
    description: str = ""
    archived: bool = False
    released: bool = False
    start_date: str | None = None
    release_date: str | None = None


class Versions:
    """The versions of a site, kept in its store; they end with their project."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known = {body["id"]: Version(**body) for body in site.store.all("version")}
        site.listeners.append(self._heard)

    def of(self, project: Project) -> list[Version]:
        """Those of a project, in their order."""
        return sorted((each for each in self._known.values() if each.project == project.id), key=lambda one: one.place)

    def find(self, identity: str) -> Version:
        """One that can be seen; raises `SiteFault`."""
        found = self._known.get(identity)
        if found is None or found.project not in self._site.projects:
            raise SiteFault(f"Could not find version for id '{identity}'", status=404)
        return found

    def create(self, project: Project, name: object, *, by: User, **given: Any) -> Version:
        """A new version, the last in the order; `given` are further fields. Raises `SiteFault`."""
        place = max((each.place for each in self.of(project)), default=0.0) + 1
        version = replace(Version(self._site.new_id(), project.id, self._name(project, name), place), **_checked(given))
        self._put(version)
        self._tell("jira:version_created", version, by)
        return version

    def change(self, version: Version, *, by: User, **given: Any) -> Version:
        """Changes the fields that are given, and tells whether that was a release, its taking back, or something else.

        Raises `SiteFault`.
        """
        if "name" in given and given["name"] != version.name:
            given["name"] = self._name(self._site.projects[version.project], given["name"])
        changed = replace(version, **_checked(given))
        if changed == version:
            return version
        self._put(changed)
        if replace(changed, released=version.released) != version:
            self._tell("jira:version_updated", changed, by)
        if changed.released != version.released:
            self._tell("jira:version_released" if changed.released else "jira:version_unreleased", changed, by)
        return changed

    def move(self, version: Version, place: int, *, by: User) -> Version:
        """Puts a version at a place among the others of its project, counted from 0."""
        others = [each for each in self.of(self._site.projects[version.project]) if each.id != version.id]
        others.insert(place, version)
        for number, each in enumerate(others):
            self._put(replace(each, place=float(number)))
        self._tell("jira:version_moved", self._known[version.id], by)
        return self._known[version.id]

    def delete(self, version: Version, *, by: User, merged_to: Version | None = None) -> None:
        """Deletes a version, or merges it into another one, which Jira tells as a deletion; raises `SiteFault`."""
        if merged_to and merged_to.id == version.id:
            raise SiteFault("A version can not be merged into itself.")
        if merged_to and merged_to.project != version.project:
            raise SiteFault("A version can only be merged into one of the same project.")
        del self._known[version.id]
        self._site.store.remove("version", version.id)
        self._tell("jira:version_deleted", version, by, merged_to)

    def _heard(self, happening: Happening) -> None:
        if happening.event == "project_deleted" and isinstance(happening.thing, Project):
            for version in self.of(happening.thing):
                del self._known[version.id]
                self._site.store.remove("version", version.id)

    def _name(self, project: Project, name: object) -> str:
        checked = checked_name(name)
        if any(each.name == checked for each in self.of(project)):
            raise SiteFault("A version with this name already exists in this project.", "name")
        return checked

    def _put(self, version: Version) -> None:
        self._known[version.id] = version
        self._site.store.put("version", version.id, asdict(version))

    def _tell(self, event: str, version: Version, by: User, other: Version | None = None) -> None:
        self._site.tell(event, None, by, self._site.clock(), thing=version, other=other, subject=version.name)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The fields, found to be of their kinds, with dates as Jira writes them; raises `SiteFault`."""
    for name in ("archived", "released"):
        if type(given.get(name, False)) is not bool:
            raise SiteFault(f"{name} must be true or false.", name)
    if not isinstance(given.get("description", ""), str):
        raise SiteFault("description must be a text.", "description")
    dates = (("start_date", "startDate"), ("release_date", "releaseDate"))
    return {**given, **{name: _day(given[name], field) for name, field in dates if given.get(name) is not None}}


def _day(text: Any, field: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except (ValueError, TypeError) as fault:
        raise SiteFault("A date is written 2026-11-24.", field) from fault
