"""Jobs: work that takes longer than a function lives, done in slices for one tenant.

A job is a plain function that yields the places at which it can go on, as JSON objects. Each place is stored; when the
function's time runs out, when it is killed or deployed anew, the next slice is called with `Job.place` as it was last
yielded. What lies between two yields may be done twice, and must come out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.connect.errors import UnknownJobError
from chalicelib.connect.values import frozen, hidden

if TYPE_CHECKING:
    from chalicelib.connect.jira.client import JiraClient
    from chalicelib.connect.runs import Run, State
    from chalicelib.connect.starter import TenantJobs
    from chalicelib.connect.storage.ports import Records
    from chalicelib.connect.tenants import Tenant

Value = Mapping[str, Any]


@frozen(kw_only=True)
class Job:
    """What a job is given in each slice."""

    tenant: Tenant
    key: str
    """What it was started with; tells it from another of the same name and tenant."""
    input: Value
    """What it was started with, and stays the same."""
    place: Value
    """What it last yielded; empty in the first slice."""
    before: Value
    """What the run before this one last yielded, for a job that goes on where that ended; empty the first time."""
    progress: dict[str, Any]
    """What pages may show of it, stored with each place: change it as you like before a yield."""
    seconds_left: Callable[[], float] = hidden()
    """What remains of this slice."""
    records: Records = hidden()
    jira: JiraClient = hidden()
    jobs: TenantJobs = hidden()


@frozen(kw_only=True)
class SystemJob:
    """What a job of the framework itself is given: one that is about all tenants."""

    input: Value
    place: Value
    progress: dict[str, Any]
    seconds_left: Callable[[], float] = hidden()


SystemFunction = Callable[[SystemJob], Iterator[Value]]

JobFunction = Callable[[Job], Iterator[Value] | None]
"""A generator of places; a function that yields nothing is a job of one slice."""


@frozen
class JobStatus:
    """What can be said of the newest run of a job."""

    state: State
    progress: Value
    error: str
    """Why it failed, or how its last try ended; empty where nothing went wrong."""
    began_at: float
    changed_at: float
    """Seconds since the epoch."""

    @classmethod
    def of(cls, run: Run) -> JobStatus:
        """The status of `run`."""
        error = "" if run.holder else run.error
        return cls(run.state, run.progress, error, run.began_at, run.changed_at)


class Jobs:
    """The jobs of an app, by name."""

    def __init__(self) -> None:
        self._functions: dict[str, JobFunction] = {}
        self._on_install: list[str] = []

    def job(self, name: str, *, on_install: bool = False) -> Callable[[JobFunction], JobFunction]:
        """Register the decorated function as the job `name`; with `on_install` it is started for every new tenant.

        The name is in messages and in the store, and so is kept from one deploy to the next. Raises `ValueError` for
        one that is taken.
        """

        def register(function: JobFunction) -> JobFunction:
            if name in self._functions:
                raise ValueError(f"Two jobs are named {name}.")
            self._functions[name] = function
            if on_install:
                self._on_install.append(name)
            return function

        return register

    def function(self, name: str) -> JobFunction:
        """The function of the job `name`; raises `UnknownJobError`."""
        if name not in self._functions:
            raise UnknownJobError(f"There is no job named {name!r}.")
        return self._functions[name]

    def names(self) -> tuple[str, ...]:
        """The names of all jobs, sorted."""
        return tuple(sorted(self._functions))

    def on_install(self) -> tuple[str, ...]:
        """The names of those that every new tenant gets."""
        return tuple(self._on_install)
