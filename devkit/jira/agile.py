"""Boards and sprints: made, changed, started, closed, deleted.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/ and, for boards, api-group-board/
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from devkit.jira.checks import checked_instant, checked_name
from devkit.jira.forms import zulu
from devkit.jira.happenings import SiteFault
from devkit.jira.model import User
from devkit.jira.site import Site

KINDS: Final = ("scrum", "kanban", "simple")
NEXT: Final = {"future": "active", "active": "closed"}
"""The state that may follow each state of a sprint."""


@dataclass(frozen=True, slots=True)
class Board:
    """A board of the project of an id; `columns` are the ids of its statuses, each a column."""

    id: int
    name: str
    type: str
    project: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint of the board of an id. Its `state` is ``future``, ``active`` or ``closed``; dates are as in REST."""

    id: int
    board: int
    name: str
    created: str
    state: str = "future"
    goal: str = ""
    start_date: str | None = None
    end_date: str | None = None
    complete_date: str | None = None


class Agile:
    """The boards and sprints of a site, kept in its store."""

    def __init__(self, site: Site) -> None:
        self._site = site
        boards = [Board(**{**body, "columns": tuple(body["columns"])}) for body in site.store.all("board")]
        self._boards = {board.id: board for board in boards}
        self._sprints = {body["id"]: Sprint(**body) for body in site.store.all("sprint")}

    def boards(self) -> list[Board]:
        """All whose project can be seen."""
        return [board for board in self._boards.values() if board.project in self._site.projects]

    def board(self, identity: object) -> Board:
        """One board; raises `SiteFault`."""
        found = next((board for board in self.boards() if str(board.id) == str(identity)), None)
        if found is None:
            raise SiteFault(f"Board does not exist or you do not have permission to see it: {identity}.", status=404)
        return found

    def sprints(self, board: Board) -> list[Sprint]:
        """All of a board."""
        return [sprint for sprint in self._sprints.values() if sprint.board == board.id]

    def sprint(self, identity: object) -> Sprint:
        """One sprint; raises `SiteFault`."""
        found = next((sprint for sprint in self._sprints.values() if str(sprint.id) == str(identity)), None)
        if found is None:
            raise SiteFault("Sprint does not exist or you do not have permission to view it.", status=404)
        self.board(found.board)
        return found

    def create_board(self, name: object, kind: object, project: str, *, by: User) -> Board:
        """A new board, of the project of an id or a key, with a column for each status; raises `SiteFault`."""
        if kind not in KINDS:
            raise SiteFault(f"type must be one of {', '.join(KINDS)}.", "type")
        place, named = self._site.project(project, status=400), checked_name(name)
        board = Board(int(self._site.new_id()), named, str(kind), place.id, tuple(self._site.statuses))
        self._put_board(board)
        self._tell("board_created", board, by)
        return board

    def change_board(self, board: Board, *, by: User, name: object = None, columns: Any = None) -> Board:
        """Another name, which Jira tells as an update, or other columns, told as a configuration.

        Raises `SiteFault`.
        """
        if columns is not None and (
            not isinstance(columns, list) or not columns or not set(map(str, columns)) <= set(self._site.statuses)
        ):
            raise SiteFault("columns must be a list of ids of statuses.", "columns")
        renamed = board if name is None else replace(board, name=checked_name(name))
        changed = renamed if columns is None else replace(renamed, columns=tuple(map(str, columns)))
        self._put_board(changed)
        if renamed != board:
            self._tell("board_updated", changed, by)
        if changed != renamed:
            self._tell("board_configuration_changed", changed, by)
        return changed

    def delete_board(self, board: Board, *, by: User) -> None:
        """Deletes a board; its sprints end with it."""
        for sprint in self.sprints(board):
            self._drop_sprint(sprint)
        del self._boards[board.id]
        self._site.store.remove("board", str(board.id))
        self._tell("board_deleted", board, by)

    def create_sprint(self, board: Board, name: object, *, by: User, **given: Any) -> Sprint:
        """A new sprint; `given` are its goal and dates. Raises `SiteFault`."""
        if board.type != "scrum":
            raise SiteFault("Only boards of the type scrum have sprints.")
        now = zulu(self._site.clock())
        identity = int(self._site.new_id())
        sprint = replace(Sprint(identity, board.id, checked_name(name, 30), now), **_checked(given))
        self._put_sprint(sprint)
        self._tell("sprint_created", sprint, by)
        return sprint

    def change_sprint(self, sprint: Sprint, *, by: User, **given: Any) -> Sprint:
        """Changes what is given; a new `state` starts or closes the sprint. Raises `SiteFault`."""
        if "name" in given:
            given["name"] = checked_name(given["name"], 30)
        state = given.pop("state", None) or sprint.state
        changed = replace(sprint, **_checked(given))
        stepped = changed if state == changed.state else self._stepped(changed, state)
        if changed != sprint:
            self._put_sprint(changed)
            self._tell("sprint_updated", changed, by, other=sprint)
        if stepped != changed:
            self._put_sprint(stepped)
            self._tell("sprint_started" if state == "active" else "sprint_closed", stepped, by)
        return stepped

    def delete_sprint(self, sprint: Sprint, *, by: User) -> None:
        """Deletes a sprint."""
        self._drop_sprint(sprint)
        self._tell("sprint_deleted", sprint, by)

    def _stepped(self, sprint: Sprint, state: object) -> Sprint:
        if state != NEXT.get(sprint.state):
            raise SiteFault(f"A sprint that is {sprint.state} can not become {state}.", "state")
        if state == "active" and not (sprint.start_date and sprint.end_date):
            raise SiteFault("A sprint is started with a startDate and an endDate.", "startDate")
        completed = zulu(self._site.clock()) if state == "closed" else None
        return replace(sprint, state=str(state), complete_date=completed)

    def _put_board(self, board: Board) -> None:
        self._boards[board.id] = board
        self._site.store.put("board", str(board.id), asdict(board))

    def _put_sprint(self, sprint: Sprint) -> None:
        self._sprints[sprint.id] = sprint
        self._site.store.put("sprint", str(sprint.id), asdict(sprint))

    def _drop_sprint(self, sprint: Sprint) -> None:
        del self._sprints[sprint.id]
        self._site.store.remove("sprint", str(sprint.id))

    def _tell(self, event: str, thing: Board | Sprint, by: User, other: Sprint | None = None) -> None:
        self._site.tell(event, None, by, self._site.clock(), thing=thing, other=other, subject=thing.name)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a sprint, with dates as Jira writes them; raises `SiteFault`."""
    if not isinstance(given.get("goal", ""), str):
        raise SiteFault("goal must be a text.", "goal")
    dates = (("start_date", "startDate"), ("end_date", "endDate"))
    told = {name: zulu(checked_instant(given[name], field)) for name, field in dates if given.get(name) is not None}
    return {**given, **told}
