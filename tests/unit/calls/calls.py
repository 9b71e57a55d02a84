"""A client, and the Jira of a few lines that it calls."""

from __future__ import annotations

import time
from dataclasses import replace

from chalicelib.connect.jira.client import JiraClient
from chalicelib.connect.jira.connection import Connection
from chalicelib.connect.jira.exchange import Exchange
from chalicelib.connect.jobs import Job
from chalicelib.connect.tenants import Tenant
from tests import tokens
from tests.fakes import no_tools
from tests.unit.bench import tenant_with
from tests.unit.calls.jira_server import APP_KEY, OAUTH_CLIENT, JiraServer


class Calls:
    """A client and the Jira that it calls; its sleeps are noted and set its clock ahead."""

    def __init__(self, server: JiraServer) -> None:
        self.server = server
        self.slept: list[float] = []
        self.seconds_left = 60.0
        self.ahead = 0.0
        """How far the client's clock is ahead of the server's."""
        self.tenant: Tenant = replace(
            tenant_with(tokens.SECRET), base_url=server.base_url, oauth_client_id=OAUTH_CLIENT
        )
        self.chance = 0.0
        exchange = Exchange(clock=self.now, sleep=self.sleep, chance=lambda: self.chance)
        self.connection = Connection(APP_KEY, exchange, self.now, lambda: self.chance)
        self.jira = self.client(self.tenant)

    def now(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ahead += seconds

    def client(self, tenant: Tenant) -> JiraClient:
        return JiraClient(tenant, lambda: self.connection, lambda: self.seconds_left, clock=self.now)

    def job(self, tenant: Tenant | None = None) -> Job:
        """A job at its beginning, with records of its own, for `tenant` or else the one that the client is of."""
        tenant = tenant or self.tenant
        tools = no_tools(tenant)
        return Job(
            tenant=tenant,
            key="",
            input={},
            place={},
            before={},
            progress={},
            seconds_left=lambda: self.seconds_left,
            records=tools.records,
            jira=self.client(tenant),
            jobs=tools.jobs,
        )
