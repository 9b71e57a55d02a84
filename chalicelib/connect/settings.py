"""What the environment says: read once, at cold start, with all faults reported together.

The names of everything the app keeps on AWS are derived here from the stage, so that a plain `chalice deploy` needs
no addresses in its configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from chalicelib.connect.errors import SettingsError
from chalicelib.connect.values import frozen

APP = "dormouse"
"""The first part of every resource's name; it is also the name of the Chalice app."""

LOCAL = "local"
"""The stage of the embedded AWS: the one place where plain HTTP and keys other than Atlassian's are admitted."""

ATLASSIAN_HOSTS = ("*.atlassian.net", "*.jira.com", "*.atlassian-us-gov-mod.net")
"""Where Jira Cloud lives; the last is Atlassian Government Cloud."""

ALL_JS = "https://connect-cdn.atl-paas.net/all.js"
"""Atlassian's side of the bridge between a page and Jira
(https://developer.atlassian.com/cloud/jira/platform/about-the-connect-javascript-api/)."""

WORKER_CONCURRENCY = 20
"""Workers at a time, unless the settings say another number: each has ten deliveries, so 200 are handled at once. A
backlog then leaves most of an account's thousand concurrent functions to the routes, which must never wait for it; and
far more than thirty deliveries are in flight, from which on SQS tells a noisy tenant from the others
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html)."""

JOB_CONCURRENCY = 10
"""Slices of jobs at a time, unless the settings say another number: jobs have time, webhooks and pages have none."""

REQUESTS_PER_SECOND = 500
"""What API Gateway lets through to each route, unless the settings say another number: one site has thirty webhooks
under way at most, which at a tenth of a second each are 300 a second; and a flood then leaves most of an account's
10,000 requests a second to its other APIs.
Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/"""

RETENTION_DAYS = 30
"""Atlassian leaves the time to the app's own published policy; a site that comes back within a month finds its data.
Source: https://developer.atlassian.com/platform/forge/user-privacy-guidelines/"""

_PLAIN = r"[A-Za-z0-9._~:/@%+?#=\[\]-]+"
"""What a URL is made of that goes into HTML and into headers as it stands. A text, since `re` compiles it when it is
first needed, and keeps it: at a cold start most patterns are not needed."""

_KEY = (
    r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?"
    r"(alias/(?!aws/)[A-Za-z0-9/_-]{1,200}|key/[0-9a-z-]{32,40})|[0-9a-z-]{32,40}"
)
"""A key of KMS by its id, its ARN or an alias; no alias of AWS's own, whose keys seal nothing for others.
Source: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id"""

_PREFIX = "CONNECT_"
NAMES = {
    "STAGE",
    "BASE_URL",
    "INSTALL_KEYS_URL",
    "ALLOWED_HOSTS",
    "FRAME_HOSTS",
    "SITE_URL",
    "ALL_JS_URL",
    "PARTIAL_BATCHES",
    "WORKER_CONCURRENCY",
    "TENANT_CONCURRENCY",
    "JOB_CONCURRENCY",
    "REQUESTS_PER_SECOND",
    "RETENTION_DAYS",
    "SECRETS_KEY",
}
"""All that may follow the prefix; anything else there is a slip of the pen, and is said to be one."""


@frozen(kw_only=True)
class Settings:
    """The settings of one deployed stage; docs/reference.md has them as a table."""

    stage: str
    """Such as ``dev``: a part of every resource's name."""
    base_url: str | None = None
    """The public base URL; None: taken from API Gateway's own word about each request."""
    install_keys_urls: tuple[str, ...] = ()
    """Where install keys are read instead of Atlassian's hosts, as ``{url}/{kid}``; stage `local` only."""
    allowed_hosts: tuple[str, ...] = ATLASSIAN_HOSTS
    """The hosts whose sites may install the app: names, or ``*.`` and a domain."""
    frame_hosts: tuple[str, ...] = ()
    """Further hosts that may show pages in a frame: the domains of sites whose Jira has one of its own."""
    site_url: str | None = None
    """Where the static site is served; None: the site bucket's own address."""
    all_js_url: str = ALL_JS
    """The script that pages load as the bridge to Jira; another than Atlassian's in stage `local` only."""
    partial_batches: bool = False
    """Whether the queue's event source mapping has ReportBatchItemFailures; the deploy sets it, after the mapping."""
    worker_concurrency: int = WORKER_CONCURRENCY
    """How many workers run at a time at most; the deploy tells it to the queue's event source mapping."""
    job_concurrency: int = JOB_CONCURRENCY
    """How many slices of jobs run at a time at most."""
    requests_per_second: int = REQUESTS_PER_SECOND
    """How many requests a second API Gateway lets through to each route; the deploy tells it to the stage."""
    retention_days: int = RETENTION_DAYS
    """How long after it has left what is kept of a tenant is deleted."""
    secrets_key: str | None = None
    """The key of KMS that seals the secrets of tenants: an id, an ARN or an alias; None: DynamoDB's own encryption."""
    tenant_concurrency: int | None = None
    """How many of them handle deliveries of one tenant at a time; None: any number, and no call to DynamoDB for it."""

    @property
    def is_local(self) -> bool:
        """Whether this is the embedded AWS of `make run`."""
        return self.stage == LOCAL

    @property
    def page_seconds(self) -> int:
        """How long this container and a browser may keep a page before they ask for it again, in seconds."""
        return 0 if self.is_local else 60

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in `environment`. Raises `SettingsError`, which names every fault."""
        given = {
            name.removeprefix(_PREFIX): value.strip()
            for name, value in environment.items()
            if name.startswith(_PREFIX) and value.strip()
        }
        settings = cls(
            stage=given.get("STAGE", ""),
            base_url=given["BASE_URL"].rstrip("/") if "BASE_URL" in given else None,
            install_keys_urls=_listed(given.get("INSTALL_KEYS_URL", "")),
            allowed_hosts=_listed(given.get("ALLOWED_HOSTS", "").lower()) or ATLASSIAN_HOSTS,
            frame_hosts=_listed(given.get("FRAME_HOSTS", "").lower()),
            site_url=given["SITE_URL"].rstrip("/") if "SITE_URL" in given else None,
            all_js_url=given.get("ALL_JS_URL", ALL_JS),
            partial_batches=given.get("PARTIAL_BATCHES") == "on",
            worker_concurrency=_number(given.get("WORKER_CONCURRENCY", str(WORKER_CONCURRENCY))),
            job_concurrency=_number(given.get("JOB_CONCURRENCY", str(JOB_CONCURRENCY))),
            requests_per_second=_number(given.get("REQUESTS_PER_SECOND", str(REQUESTS_PER_SECOND))),
            retention_days=_number(given.get("RETENTION_DAYS", str(RETENTION_DAYS))),
            secrets_key=given.get("SECRETS_KEY"),
            tenant_concurrency=_number(given["TENANT_CONCURRENCY"]) if "TENANT_CONCURRENCY" in given else None,
        )
        faults = [f"{_PREFIX}{name} is no setting" for name in sorted(given.keys() - NAMES)]
        if given.get("PARTIAL_BATCHES", "on") != "on":
            faults.append(f"CONNECT_PARTIAL_BATCHES must be on or not set, and is {given['PARTIAL_BATCHES']!r}")
        if faults := [*faults, *settings._faults()]:
            raise SettingsError("The settings are wrong: " + "; ".join(faults) + ".")
        return settings

    def _faults(self) -> Iterator[str]:
        if not re.fullmatch(r"[a-z][a-z0-9]{0,19}", self.stage):
            yield f"CONNECT_STAGE must be a short lower-case name such as dev, and is {self.stage!r}"
        for name, url in self._urls():
            if not _is_url(url, secure=not self.is_local):
                yield f"{name} must be {'a' if self.is_local else 'an https'} URL, and is {url!r}"
        for name, hosts in (("ALLOWED_HOSTS", self.allowed_hosts), ("FRAME_HOSTS", self.frame_hosts)):
            for host in hosts:
                # No *.net: a slip of the pen would let anyone in.
                if not re.fullmatch(r"\*(\.[a-z0-9-]+){2,}|[a-z0-9-]+(\.[a-z0-9-]+)*", host):
                    yield f"{_PREFIX}{name} holds {host!r}, which is neither a host name nor *. and a domain with a dot"
        if not 2 <= self.worker_concurrency <= 1_000:
            yield "CONNECT_WORKER_CONCURRENCY must be a whole number from 2 to 1000, as AWS takes it"
        if not 1 <= self.requests_per_second <= 2_500:
            yield "CONNECT_REQUESTS_PER_SECOND must be a whole number from 1 to 2500, as AWS takes twice that at once"
        if not 1 <= self.retention_days <= 3_650:
            yield "CONNECT_RETENTION_DAYS must be a whole number from 1 to 3650"
        if not 2 <= self.job_concurrency <= 1_000:
            yield "CONNECT_JOB_CONCURRENCY must be a whole number from 2 to 1000, as AWS takes it"
        if self.tenant_concurrency is not None and not 1 <= self.tenant_concurrency <= 100:
            yield "CONNECT_TENANT_CONCURRENCY must be a whole number from 1 to 100, or not set"
        if self.secrets_key is not None and not re.fullmatch(_KEY, self.secrets_key):
            yield f"CONNECT_SECRETS_KEY must be the id, the ARN or an alias/… of a KMS key, and is {self.secrets_key!r}"
        if self.install_keys_urls and not self.is_local:
            yield "CONNECT_INSTALL_KEYS_URL is refused outside the stage local"
        if self.all_js_url != ALL_JS and not self.is_local:
            yield "CONNECT_ALL_JS_URL is refused outside the stage local"

    def _urls(self) -> Iterator[tuple[str, str]]:
        if self.base_url is not None:
            yield "CONNECT_BASE_URL", self.base_url
        if self.site_url is not None:
            yield "CONNECT_SITE_URL", self.site_url
        yield "CONNECT_ALL_JS_URL", self.all_js_url
        for url in self.install_keys_urls:
            yield "CONNECT_INSTALL_KEYS_URL", url


@frozen
class Resources:
    """What one stage keeps on AWS, by name."""

    stage: str

    @property
    def tenants_table(self) -> str:
        """One item per tenant, by `client_key`."""
        return f"{APP}-{self.stage}-tenants"

    @property
    def deliveries_table(self) -> str:
        """One item per delivery that the worker has begun, by `id`; removed by DynamoDB after `expires_at`."""
        return f"{APP}-{self.stage}-deliveries"

    @property
    def records_table(self) -> str:
        """The app's records, by `client_key` and `key`."""
        return f"{APP}-{self.stage}-records"

    @property
    def jobs_table(self) -> str:
        """The newest run of each job, by `client_key` and `job`; removed by DynamoDB after `expires_at`."""
        return f"{APP}-{self.stage}-jobs"

    @property
    def jobs_queue(self) -> str:
        """The queue of the calls to go on with a job."""
        return f"{APP}-{self.stage}-jobs"

    @property
    def dead_jobs_queue(self) -> str:
        """Where the call of a job ends that could not go on."""
        return f"{APP}-{self.stage}-jobs-dead"

    @property
    def deliveries_queue(self) -> str:
        """The queue between the webhook route and the worker."""
        return f"{APP}-{self.stage}-deliveries"

    @property
    def dead_letters_queue(self) -> str:
        """Where a delivery ends that could not be handled."""
        return f"{APP}-{self.stage}-deliveries-dead"

    def bodies_bucket(self, account: str, region: str) -> str:
        """The private bucket of the bodies that no queue can carry."""
        return f"{APP}-{self.stage}-bodies-{account}-{region}"

    def site_bucket(self, account: str, region: str) -> str:
        """The bucket of the static site; bucket names are shared by all of AWS, hence account and region in it."""
        return f"{APP}-{self.stage}-site-{account}-{region}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())


def _is_url(text: str, *, secure: bool) -> bool:
    if not re.fullmatch(_PLAIN, text):
        return False
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return False
    schemes = {"https"} if secure else {"https", "http"}
    return url.scheme in schemes and bool(url.hostname) and not url.query and not url.fragment and "@" not in url.netloc
