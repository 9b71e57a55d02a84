"""An app with every kind of route over fakes, for the tests that go from an API Gateway event to its answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from chalice.app import Chalice

from chalicelib.connect.errors import UnauthorizedError
from chalicelib.connect.jira.client import JiraClient
from chalicelib.connect.jira.install_keys import InstallKeys
from chalicelib.connect.lifecycle import Lifecycle
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.services import Services
from chalicelib.connect.starter import Starter, TenantJobs
from chalicelib.connect.tenants import Tenant
from chalicelib.connect.tools import Tools
from chalicelib.connect.web.guards import InstallGuard, TenantGuard
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.connect.web.request import InstallRequest, Request, TenantRequest
from chalicelib.connect.web.responses import empty
from chalicelib.connect.web.routes import Routes
from chalicelib.connect.webhooks import Webhooks
from tests import tokens
from tests.api_gateway import rest_event
from tests.fakes import FakeDeliveryQueue, FakeJobQueue, FakeRecords, FakeRuns, FakeTenants, no_jira

BASE_URL = "https://app.example.com/base"
APP_KEY = "dormouse-time-in-status"


def tenant_with(secret: str) -> Tenant:
    """A tenant with the shared secret `secret`."""
    return Tenant(
        client_key=tokens.CLIENT_KEY,
        shared_secret=secret,
        base_url="https://burrow.atlassian.net",
        lifecycle_at=int(time.time()),
    )


class FakeKeys(InstallKeys):
    """The install keys without a network; counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.outdated = ""

    def get(self, kid: str, tenant_host: str, *, fresh: bool = False) -> str:
        self.asked += 1
        if kid != tokens.KID:
            raise UnauthorizedError("kid")
        if self.outdated and not fresh:
            return self.outdated
        return tokens.public_pem()


class Bench:
    """An app of one route per kind of token, with everything behind it but the network."""

    def __init__(self) -> None:
        self.tenants = FakeTenants()
        self.queue = FakeDeliveryQueue()
        self.keys = FakeKeys()
        self.runs = FakeRuns()
        self.job_queue = FakeJobQueue()
        self.starter = Starter(lambda name: name == "recount", self.runs, self.job_queue)
        self.clock: Callable[[], float] = time.time
        self.jira: Callable[[Tenant], JiraClient] = no_jira
        hosts = AllowedHosts(("*.atlassian.net",), local=False)
        lifecycle = Lifecycle(APP_KEY, self.tenants, ("recount",), lambda: self.clock())
        webhooks = Webhooks({"jira:issue_updated", "dynamic:comment_created"}, self.queue, lambda: self.clock())
        services = SimpleNamespace(
            install_guard=InstallGuard(self.keys, hosts, lambda: self.clock()),
            tenant_guard=TenantGuard(APP_KEY, self.tenants, self._tools, lambda: self.clock()),
        )
        self.app = Chalice(app_name="bench", configure_logs=False)
        self.routes = Routes(self.app, BASE_URL, hosts, lambda: cast(Services, services))

        def installed(request: InstallRequest) -> Any:
            lifecycle.installed(request)
            return empty()

        def uninstalled(request: InstallRequest) -> Any:
            lifecycle.uninstalled(request)
            return empty()

        def enabled(request: TenantRequest) -> Any:
            lifecycle.enabled(request)
            return empty()

        def disabled(request: TenantRequest) -> Any:
            lifecycle.disabled(request)
            return empty()

        def webhook(request: TenantRequest) -> Any:
            webhooks.receive(request)
            return empty()

        def data(request: TenantRequest) -> Any:
            return {"issue": request.issue_id, "account": request.account_id}

        def broken(request: Request) -> Any:
            raise OSError("the secret is " + tokens.SECRET)

        self.routes.install_token("/installed")(installed)
        self.routes.install_token("/uninstalled")(uninstalled)
        self.routes.server_token("/enabled", uninstalled=True)(enabled)
        self.routes.server_token("/disabled", uninstalled=True)(disabled)
        self.routes.server_token("/webhooks/{event}")(webhook)
        self.routes.context_token("/api/data")(data)
        self.routes.public("/broken")(broken)

    def _tools(self, tenant: Tenant) -> Tools:
        return Tools(FakeRecords(), self.jira(tenant), TenantJobs(tenant.client_key, lambda: self.starter))

    def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        body: Any = None,
        *,
        resource: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Status and JSON of one call; checks what must hold of every answer."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"JWT {token}"
        text = body if isinstance(body, str) else json.dumps(body)
        event = rest_event(method, path, resource=resource or path, headers=sent, body=text)
        answer = self.app(event, None)
        assert answer["headers"]["Cache-Control"] == "no-cache, no-store"
        assert tokens.SECRET not in answer["body"]
        if token:
            assert token not in answer["body"]
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def install(self, *, at: float | None = None, kid: str = tokens.KID, **changes: Any) -> tuple[int, Any]:
        """An install as Jira makes it, made `at`."""
        qsh = query_hash("POST", "/installed", {})
        token = tokens.asymmetric(tokens.claims(qsh, now=at or self.clock(), aud=[BASE_URL]), kid)
        return self.call("POST", "/installed", token, tokens.install_payload(**changes))

    def uninstall(self, *, at: float | None = None) -> tuple[int, Any]:
        """An uninstall as Jira makes it, made `at`."""
        qsh = query_hash("POST", "/uninstalled", {})
        token = tokens.asymmetric(tokens.claims(qsh, now=at or self.clock(), aud=[BASE_URL]))
        payload = tokens.install_payload("uninstalled", sharedSecret=None)
        return self.call("POST", "/uninstalled", token, payload)

    def signed(self, path: str, body: Any, *, secret: str = tokens.SECRET, **changes: Any) -> tuple[int, Any]:
        """A call that Jira makes with a server token."""
        qsh = query_hash("POST", path, {})
        token = tokens.symmetric(tokens.claims(qsh, now=self.clock(), **changes), secret)
        resource = "/webhooks/{event}" if path.startswith("/webhooks/") else path
        return self.call("POST", path, token, body, resource=resource, headers={"X-Atlassian-Webhook-Identifier": "w1"})

    def webhook(self, secret: str = tokens.SECRET) -> int:
        """The status of a good webhook."""
        return self.signed("/webhooks/jira:issue_updated", {"issue": {}}, secret=secret)[0]

    def stored(self) -> Tenant | None:
        """The tenant as it is stored."""
        return self.tenants.get(tokens.CLIENT_KEY)
