"""The table of contents: every route, queue consumer and schedule of the app, and nothing else.

A route names the one kind of token that opens it (see `chalicelib/connect/web/routes.py`); the handlers of webhooks and
the jobs are registered in the app's own package, `chalicelib/time_in_status`.
"""

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate, Response, SQSEvent

from chalicelib.connect.settings import APP
from chalicelib.connect.web.request import InstallRequest, Request, TenantRequest
from chalicelib.connect.web.responses import empty
from chalicelib.connect.wiring import Connect
from chalicelib.time_in_status.handlers import events
from chalicelib.time_in_status.jobs import RECOUNT, jobs

app = Chalice(app_name=APP, configure_logs=False)
connect = Connect(app, events, jobs)
routes = connect.routes


@routes.public("/atlassian-connect.json", touches="the descriptor; nothing of any tenant")
def descriptor(request: Request) -> Response:
    """What Jira reads to learn what the app is."""
    return connect.descriptor.serve(request)


@routes.install_token("/installed", touches="writes the tenant, its secret included")
def installed(request: InstallRequest) -> Response:
    """A site has the app, and shares a secret with it from now on."""
    connect.services(app.lambda_context).lifecycle.installed(request)
    return empty()


@routes.install_token("/uninstalled", touches="marks the tenant as gone")
def uninstalled(request: InstallRequest) -> Response:
    """A site has removed the app."""
    connect.services(app.lambda_context).lifecycle.uninstalled(request)
    return empty()


@routes.server_token("/enabled", uninstalled=True, touches="writes the tenant; starts its first jobs")
def enabled(request: TenantRequest) -> Response:
    """A site has switched the app on."""
    connect.services(app.lambda_context).lifecycle.enabled(request)
    return empty()


@routes.server_token("/disabled", uninstalled=True, touches="writes the tenant")
def disabled(request: TenantRequest) -> Response:
    """A site has switched the app off, or is about to remove it."""
    connect.services(app.lambda_context).lifecycle.disabled(request)
    return empty()


@routes.server_token("/webhooks/{event}", touches="puts the webhook on the queue")
def webhook(request: TenantRequest) -> Response:
    """Something has happened on a site: it goes to the queue, and from there to `worker`."""
    connect.services(app.lambda_context).webhooks.receive(request)
    return empty()


@routes.public("/pages/{page}", touches="a file of the site; nothing of any tenant")
def page(request: Request) -> Response:
    """A page for a frame in Jira, out of `static_site/`."""
    return connect.services(app.lambda_context).pages.serve(request)


@routes.context_token("/api/time-in-status", touches="reads the record of the token's issue")
def time_in_status(request: TenantRequest) -> dict[str, Any]:
    """How long the issue, which the page is shown beside, spent in each status."""
    from chalicelib.time_in_status import api  # which the other functions and routes need not load

    return api.time_in_status(request)


@app.on_sqs_message(
    queue=connect.resources.deliveries_queue,
    batch_size=10,
    maximum_concurrency=connect.settings.worker_concurrency,
)
def worker(event: SQSEvent) -> dict[str, Any]:
    """The webhooks from the queue, on to the functions that wait for them."""
    return connect.deliver(event)


@app.on_sqs_message(
    queue=connect.resources.jobs_queue, batch_size=1, maximum_concurrency=connect.settings.job_concurrency
)
def job_worker(event: SQSEvent) -> dict[str, Any]:
    """The jobs, slice by slice."""
    return connect.work(event)


@app.schedule(Rate(1, unit=Rate.HOURS))
def hourly(event: CloudWatchEvent) -> None:
    """What Jira could not deliver is fetched from every site."""
    connect.start_for_all("connect.sweep", event)


@app.schedule(Rate(1, unit=Rate.DAYS))
def daily(event: CloudWatchEvent) -> None:
    """What no webhook has told is read from Jira, and the framework does what it has to do every day."""
    connect.start_for_all(RECOUNT, event)
    connect.start_upkeep(event)


connect.check()
