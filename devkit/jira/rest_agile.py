"""Boards and sprints over Jira Software's REST (``/rest/agile/1.0``).

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/ and, for boards, api-group-board/
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from devkit.jira import thing_shapes
from devkit.jira.agile import Board, Sprint
from devkit.jira.happenings import SiteFault
from devkit.jira.model import Json
from devkit.jira.rest_call import Call, Operation, answer

_NAMES: Final = {
    "name": "name",
    "goal": "goal",
    "state": "state",
    "startDate": "start_date",
    "endDate": "end_date",
}


def _boards(call: Call) -> web.Response:
    seen = [board for board in call.parts.agile.boards() if call.may("BROWSE_PROJECTS", board.project)]
    return _page(call, [thing_shapes.board(call.shapes, board) for board in seen])


def _create_board(call: Call) -> web.Response:
    first = next(iter(call.site.projects))
    location = call.body.get("location", {"projectKeyOrId": first})
    wanted = location.get("projectKeyOrId") if isinstance(location, dict) else None
    if not wanted:
        raise SiteFault("A board here belongs to a project: its location names one by projectKeyOrId.", "location")
    call.need("CREATE_SHARED_OBJECTS")
    name, kind = call.body.get("name"), call.body.get("type")
    made = call.parts.agile.create_board(name, kind, str(wanted), by=call.caller.user)
    return answer(thing_shapes.board(call.shapes, made), 201)


def _board(call: Call) -> web.Response:
    return answer(thing_shapes.board(call.shapes, _seen(call)))


def _configuration(call: Call) -> web.Response:
    return answer(thing_shapes.board_configuration(call.shapes, _seen(call)))


def _delete_board(call: Call) -> web.Response:
    board = _seen(call)
    call.need("ADMINISTER_PROJECTS", board.project)
    call.parts.agile.delete_board(board, by=call.caller.user)
    return web.Response(status=204)


def _sprints(call: Call) -> web.Response:
    return _page(call, [thing_shapes.sprint(call.shapes, each) for each in call.parts.agile.sprints(_seen(call))])


def _create_sprint(call: Call) -> web.Response:
    board = call.parts.agile.board(call.body.get("originBoardId"))
    call.need("MANAGE_SPRINTS_PERMISSION", board.project)
    given = call.given(_NAMES)
    given.pop("state", None)  # every sprint begins in the future
    made = call.parts.agile.create_sprint(board, given.pop("name", None), by=call.caller.user, **given)
    return answer(thing_shapes.sprint(call.shapes, made), 201)


def _sprint(call: Call) -> web.Response:
    sprint = call.parts.agile.sprint(call.place["sprint"])
    project = call.parts.agile.board(sprint.board).project
    call.need("BROWSE_PROJECTS", project, "There is no such sprint.", status=404)
    return answer(thing_shapes.sprint(call.shapes, sprint))


def _change_sprint(call: Call) -> web.Response:
    changed = call.parts.agile.change_sprint(_managed(call), by=call.caller.user, **call.given(_NAMES))
    return answer(thing_shapes.sprint(call.shapes, changed))


def _delete_sprint(call: Call) -> web.Response:
    call.parts.agile.delete_sprint(_managed(call), by=call.caller.user)
    return web.Response(status=204)


def _seen(call: Call) -> Board:
    """The board of the path; raises `SiteFault`."""
    board = call.parts.agile.board(call.place["board"])
    call.need("BROWSE_PROJECTS", board.project, "There is no such board.", status=404)
    return board


def _managed(call: Call) -> Sprint:
    """The sprint of the path, which the caller may change; raises `SiteFault`."""
    sprint = call.parts.agile.sprint(call.place["sprint"])
    call.need("MANAGE_SPRINTS_PERMISSION", call.parts.agile.board(sprint.board).project)
    return sprint


def _page(call: Call, values: list[Json]) -> web.Response:
    start, most = call.number("startAt", 0), call.number("maxResults", 50, 50)
    shown, total = values[start : start + most], len(values)
    last = start + len(shown) >= total
    return answer({"maxResults": most, "startAt": start, "total": total, "isLast": last, "values": shown})


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("GET", "/board", _boards),
    ("POST", "/board", _create_board),
    ("GET", "/board/{board}", _board),
    ("DELETE", "/board/{board}", _delete_board),
    ("GET", "/board/{board}/configuration", _configuration),
    ("GET", "/board/{board}/sprint", _sprints),
    ("POST", "/sprint", _create_sprint),
    ("GET", "/sprint/{sprint}", _sprint),
    ("PUT", "/sprint/{sprint}", _change_sprint),
    ("POST", "/sprint/{sprint}", _change_sprint),
    ("DELETE", "/sprint/{sprint}", _delete_sprint),
]
