"""The people of the site: invited, renamed, deleted; and the options that hold for the whole site.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Final

from devkit.jira.chance import Chance
from devkit.jira.checks import checked_name
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json, User
from devkit.jira.site import Site

OPTIONS: Final = {
    "voting": "jira.option.voting",
    "watching": "jira.option.watching",
    "unassigned_issues": "jira.option.allowunassigned",
    "subtasks": "jira.option.allowsubtasks",
    "issuelinks": "jira.option.issuelinking",
    "timetracking": "jira.option.timetracking",
}
"""The options of a site by the middle of their event (``option_voting_changed``), and the property that it names."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of the site, and whether it is on."""

    name: str
    on: bool

    @property
    def key(self) -> str:
        """The property by which Jira names it."""
        return OPTIONS[self.name]


class People:
    """Who is on a site, and how it is set."""

    def __init__(self, site: Site, chance: Chance) -> None:
        self._site = site
        self._chance = chance
        kept: Json = site.store.get("options", "site") or {}
        self._options = {name: bool(kept.get(name, True)) for name in OPTIONS}

    def person(self, account_id: str) -> User:
        """Someone who can use the site; raises `SiteFault`."""
        found = self._site.users.get(account_id)
        if found is None or found.account_type != "atlassian" or not found.active:
            raise SiteFault(f"The user with the account ID {account_id!r} does not exist.", status=404)
        return found

    def invite(self, name: object, *, by: User) -> User:
        """A new member; raises `SiteFault`."""
        user = User(f"557058:{self._chance.identity()}", checked_name(name))
        self._put("user_created", user, by)
        return user

    def change(self, user: User, *, by: User) -> None:
        """Keeps a user as it is now, and tells it where that is something new."""
        if self._site.users.get(user.account_id) != user:
            self._put("user_updated", user, by)

    def delete(self, user: User, *, by: User) -> None:
        """Deletes someone, whose deeds then are those of a former user; raises `SiteFault`."""
        if user.account_id == self._site.current_user.account_id:
            raise SiteFault("Whoever uses the pages can not be deleted.")
        self._put("user_deleted", replace(user, name="Former user", active=False), by)

    def options(self) -> dict[str, bool]:
        """All options, with whether they are on."""
        return dict(self._options)

    def set_options(self, wanted: Json, *, by: User) -> None:
        """Switches options, all that are wanted or, where one is wrong, none; raises `SiteFault`."""
        if wrong := [name for name, on in wanted.items() if name not in OPTIONS or type(on) is not bool]:
            raise SiteFault(f"{wrong[0]} is no option that is true or false. There are: {', '.join(OPTIONS)}.")
        changed = {name: on for name, on in wanted.items() if self._options[name] != on}
        self._options |= changed
        self._site.store.put("options", "site", dict(self._options))
        for name, on in changed.items():
            now = self._site.clock()
            self._site.tell(f"option_{name}_changed", None, by, now, thing=Option(name, on), subject=name)

    def _put(self, event: str, user: User, by: User) -> None:
        self._site.users[user.account_id] = user
        if self._site.current_user.account_id == user.account_id:
            self._site.current_user = user
        self._site.store.put("user", user.account_id, asdict(user))
        self._site.tell(event, None, by, self._site.clock(), thing=user, subject=user.name)
