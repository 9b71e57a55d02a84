"""Links from issue to issue. Each is told as a link, which names the issues by number alone, and as two changes.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
"""

from __future__ import annotations

from dataclasses import asdict

from devkit.jira.happenings import Happening, SiteFault, item
from devkit.jira.model import Issue, Link, LinkType, User
from devkit.jira.site import Site


class IssueLinks:
    """The links of a site, kept in its store; they end with either of their issues."""

    def __init__(self, site: Site) -> None:
        self._site = site
        site.listeners.append(self._heard)

    def find(self, identity: str) -> Link:
        """One of them; raises `SiteFault`."""
        if identity not in self._site.links:
            raise SiteFault(f"No issue link with id '{identity}' exists.", status=404)
        return self._site.links[identity]

    def add(self, kind: LinkType, source: Issue, destination: Issue, *, by: User) -> Link:
        """Links one issue to another; one that is there already is left as it is. Raises `SiteFault`."""
        if source.id == destination.id:
            raise SiteFault("You cannot link an issue to itself.")
        for known in self._site.links.values():
            if (known.type, known.source, known.destination) == (kind.id, source.id, destination.id):
                return known
        link = Link(self._site.new_id(), kind.id, source.id, destination.id)
        self._site.links[link.id] = link
        self._site.store.put("issuelink", link.id, asdict(link))
        self._tell("issuelink_created", link, by)
        self._change(link, source, destination, by, added=True)
        return link

    def remove(self, link: Link, *, by: User) -> None:
        """Takes a link away."""
        self._drop(link)
        self._tell("issuelink_deleted", link, by)
        source, destination = self._site.by_id(link.source), self._site.by_id(link.destination)
        if source and destination:
            self._change(link, source, destination, by, added=False)

    def _heard(self, happening: Happening) -> None:
        if happening.event == "jira:issue_deleted" and happening.issue:
            for link in self._site.links_of(happening.issue):
                self._drop(link)
                self._tell("issuelink_deleted", link, happening.user, secondary=True)

    def _drop(self, link: Link) -> None:
        del self._site.links[link.id]
        self._site.store.remove("issuelink", link.id)

    def _tell(self, event: str, link: Link, by: User, *, secondary: bool = False) -> None:
        now, subject = self._site.clock(), link.kind.name
        self._site.tell(event, None, by, now, thing=link, subject=subject, secondary=secondary)

    def _change(self, link: Link, source: Issue, destination: Issue, by: User, *, added: bool) -> None:
        now = self._site.clock()
        ends = ((source, destination, link.kind.outward), (destination, source, link.kind.inward))
        for issue, other, words in ends:
            said = f"This issue {words} {other.key}"
            change = (None, None, other.key, said) if added else (other.key, said, None, None)
            linked = {**item("Link", *change), "fieldId": "issuelinks"}
            self._site.changed(issue, by, now, [linked], "issue_updated")
