"""The life of a project: made, changed, archived, put into the trash, fetched back from there, deleted for good.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Final

from devkit.jira.checks import checked_name
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Project, User
from devkit.jira.site import Site

KEY: Final = re.compile(r"[A-Z][A-Z0-9]{1,9}")


def create(site: Site, key: object, name: object, *, by: User, lead: str = "", description: str = "") -> Project:
    """A new project; raises `SiteFault`."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise SiteFault(
            "Project keys must start with an uppercase letter, and be 2 to 10 letters and digits.", "projectKey"
        )
    for known in (*site.projects.values(), *site.put_away.values()):
        if known.key == key:
            raise SiteFault(f"Project '{known.name}' uses this project key.", "projectKey")
    _check_lead(site, lead)
    project = site.add_project(key, checked_name(name, 80), lead, description)
    _tell(site, "project_created", project, by)
    return project


def change(
    site: Site,
    project: Project,
    *,
    by: User,
    name: str | None = None,
    description: str | None = None,
    lead: str | None = None,
) -> None:
    """Changes what is given; raises `SiteFault`."""
    before = asdict(project)
    if lead is not None:
        _check_lead(site, lead)
    project.name = project.name if name is None else checked_name(name, 80)
    project.description = project.description if description is None else description
    project.lead = project.lead if lead is None else lead
    if asdict(project) != before:
        site.keep_project(project)
        _tell(site, "project_updated", project, by)


def put_away(site: Site, project: Project, state: str, *, by: User) -> None:
    """Archives a project, or puts it into the trash (``deleted``); raises `SiteFault`."""
    _set_aside(site, project)
    project.state = state
    site.keep_project(project)
    _tell(site, "project_archived" if state == "archived" else "project_soft_deleted", project, by)


def restore(site: Site, project: Project, *, by: User) -> None:
    """Takes a project out of the archive or the trash; raises `SiteFault`."""
    if project.id not in site.put_away:
        raise SiteFault("The project is neither archived nor in the trash.")
    event = "project_restored_archived" if project.state == "archived" else "project_restored_deleted"
    project.state = "live"
    del site.put_away[project.id]
    site.projects[project.id] = project
    site.keep_project(project)
    _tell(site, event, project, by)


def delete(site: Site, project: Project, *, by: User) -> None:
    """Deletes a project with its issues for good; raises `SiteFault`."""
    if project.id in site.projects:
        _set_aside(site, project)
    site.forget(project)
    _tell(site, "project_deleted", project, by)


def find(site: Site, id_or_key: str) -> Project:
    """A project, also one that was put away; raises `SiteFault`."""
    for project in site.put_away.values():
        if id_or_key in (project.id, project.key):
            return project
    return site.project(id_or_key)


def _set_aside(site: Site, project: Project) -> None:
    if len(site.projects) == 1:
        raise SiteFault("The stand-in keeps its last project: its board shows one.", status=409)
    site.put_away[project.id] = site.projects.pop(project.id)


def _check_lead(site: Site, lead: str) -> None:
    if lead and lead not in site.users:
        raise SiteFault("You must specify a valid project lead.", "projectLead")


def _tell(site: Site, event: str, project: Project, by: User) -> None:
    site.tell(event, None, by, site.clock(), thing=project, subject=project.key)
