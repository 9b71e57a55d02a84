"""Whatever comes from outside: no 5xx, no unhandled exception, nothing changed by strangers.

``make fuzz`` tries 90,000 inputs of each target and prints how many it were; ``make test`` a small part of them.
Hypothesis draws them and, where it finds one that does harm, makes it small; `mixing` makes many more of them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote, urlsplit

from hypothesis import strategies as st

from chalicelib.connect.errors import GiveUp, JiraAddressError, JiraError
from chalicelib.connect.events import Delivery
from chalicelib.connect.jira import rate_limits
from chalicelib.connect.jira.addresses import address
from chalicelib.connect.jira.answers import Answer, read
from chalicelib.connect.jira.budget import budget
from chalicelib.connect.protocol.compact import take_apart
from chalicelib.connect.protocol.descriptor import complete, faults
from chalicelib.connect.protocol.job_messages import JobMessage
from chalicelib.connect.protocol.messages import Message
from chalicelib.connect.protocol.query_hash import query_hash
from chalicelib.connect.protocol.strict_json import read_object
from chalicelib.connect.settings import ATLASSIAN_HOSTS
from chalicelib.connect.web.hosts import AllowedHosts
from chalicelib.time_in_status.changelog import histories
from chalicelib.time_in_status.handlers import events
from chalicelib.time_in_status.store import Issues
from chalicelib.time_in_status.visits import way
from tests import strategies, tokens
from tests.api_gateway import rest_event
from tests.fakes import FakeRecords
from tests.security.mixing import Fuzz
from tests.unit.bench import BASE_URL, Bench
from tests.unit.jobs.bench import Bench as JobBench
from tests.unit.time_in_status.webhooks import CREATED, moved
from tests.unit.worker_bench import Bench as WorkerBench
from tests.unit.worker_bench import record


class Target(NamedTuple):
    """A route, as a request names it."""

    method: str
    resource: str


ROUTES = [
    Target("POST", "/installed"),
    Target("POST", "/uninstalled"),
    Target("POST", "/enabled"),
    Target("POST", "/disabled"),
    Target("POST", "/webhooks/{event}"),
    Target("GET", "/api/data"),
]
INSTALLED = ROUTES[0]
EVENT = "jira:issue_updated"
WEBHOOK = moved(501, CREATED, "1", "3")


def body_of(given_body: Any) -> str | bytes | None:
    """A body as a caller may send it: a text, bytes, nothing, or JSON."""
    return given_body if isinstance(given_body, str | bytes | None) else json.dumps(given_body)


bodies = st.one_of(st.none(), st.text(), st.binary(max_size=200), strategies.objects, strategies.values)
headers = st.dictionaries(
    st.sampled_from(["Authorization", "Content-Type", "X-Atlassian-Webhook-Identifier", "If-None-Match", "Accept"]),
    st.one_of(st.text(), st.text().map("JWT {}".format), st.just("application/json")),
)


def answered(bench: Bench, target: Target, sent: dict[str, str], body: Any, event: str = EVENT, query: str = "") -> int:
    """The status of a request; checks that it is none of ours to be ashamed of."""
    path = target.resource.replace("{event}", quote(event, safe="", errors="surrogatepass"))
    asked = rest_event(target.method, f"{path}?{query}", resource=target.resource, headers=sent, body=body_of(body))
    answer = bench.app(asked, None)
    assert answer["statusCode"] < 500, answer
    assert tokens.SECRET not in answer["body"]
    return int(answer["statusCode"])


def installed() -> Bench:
    bench = Bench()
    bench.install()
    return bench


def state(bench: Bench) -> tuple[Any, int, int]:
    return bench.tenants.get(tokens.CLIENT_KEY), len(bench.queue.sent), len(bench.job_queue.sent)


def test_requests_of_strangers(fuzz: Fuzz) -> None:
    bench = installed()
    before = state(bench)

    def check(drawn: tuple[Any, ...]) -> None:
        assert answered(bench, *drawn) >= 400
        assert state(bench) == before

    event, query = st.text(min_size=1, max_size=20), st.text("ab=&%2+", max_size=20)
    fuzz(st.tuples(st.sampled_from(ROUTES), headers, bodies, event, query), check)


def test_requests_with_tokens_of_any_header_and_claims(fuzz: Fuzz) -> None:
    bench = installed()
    before = state(bench)
    good = {**tokens.claims("context-qsh", aud=["x"], nbf=0, sub="a", context={})}
    likely = [strategies.misshapen({"alg": each, "typ": "JWT", "kid": tokens.KID}) for each in ("HS256", "RS256")]
    header = st.one_of(strategies.values, *likely)

    def check(drawn: tuple[Any, ...]) -> None:
        route, claims, header, body = drawn
        token = tokens.handmade(header, claims, "another secret, and long enough for HS256")
        assert answered(bench, route, {"Authorization": f"JWT {token}"}, body) in (401, 403, 400)
        assert state(bench) == before

    fuzz(st.tuples(st.sampled_from(ROUTES), strategies.misshapen(good), header, bodies), check)


def test_requests_that_a_tenant_has_signed(fuzz: Fuzz) -> None:
    bench = installed()

    def check(drawn: tuple[Any, ...]) -> None:
        target, changes, body = drawn
        path = target.resource.replace("{event}", EVENT)
        right = "context-qsh" if target.method == "GET" else query_hash(target.method, path, {})
        token = tokens.symmetric({**tokens.claims(right), **changes})
        answered(bench, target, {"Authorization": f"JWT {token}"}, body)
        bench.queue.sent.clear()

    context = st.dictionaries(st.sampled_from(["context", "sub", "aud", "nbf"]), strategies.values, max_size=2)
    fuzz(st.tuples(st.sampled_from(ROUTES), context, bodies), check)


def test_installs_that_atlassian_has_signed(fuzz: Fuzz) -> None:
    bench = Bench()
    token = tokens.asymmetric(tokens.claims(query_hash("POST", "/installed", {}), aud=[BASE_URL]))

    def check(payload: dict[str, Any]) -> None:
        assert answered(bench, INSTALLED, {"Authorization": f"JWT {token}"}, payload) in (*(204, 400, 401, 403, 409),)

    fuzz(strategies.misshapen(tokens.install_payload()), check)


def test_descriptors(fuzz: Fuzz) -> None:
    module = {"key": "a", "name": {"value": "A"}, "url": "/pages/a", "location": "x", "target": {}, "content": {}}
    kinds = st.sampled_from(["webPanels", "webhooks", "generalPages", "jiraIssueGlances", "x"])
    modules = st.dictionaries(kinds, st.one_of(st.lists(strategies.misshapen(module)), strategies.values))
    good = {"key": "a", "name": "A", "vendor": {"name": "A", "url": "https://a.example"}, "scopes": ["READ"]}
    drawn = st.tuples(strategies.misshapen(good), st.one_of(modules, strategies.values))

    def check(drawn: tuple[Any, Any]) -> None:
        written = {**drawn[0], "modules": drawn[1]}
        if not faults(written, events=(EVENT,), pages={"a"}, routes=("/pages/{page}",)):
            json.dumps(complete(written, base_url="https://a.example", events=(EVENT,)))

    fuzz(drawn, check)


def test_webhooks_of_jira(fuzz: Fuzz) -> None:
    issue = st.one_of(
        strategies.values,
        strategies.misshapen(WEBHOOK["issue"]["fields"]).map(lambda it: {**WEBHOOK["issue"], "fields": it}),
    )
    items = st.one_of(strategies.values, st.lists(strategies.misshapen(WEBHOOK["changelog"]["items"][0]), max_size=3))
    drawn = st.tuples(strategies.misshapen(WEBHOOK), issue, items, st.sampled_from(events.names()))
    records = FakeRecords()

    def check(drawn: tuple[Any, ...]) -> None:
        body, issue, items, event = drawn
        body = {**body, "issue": issue, "changelog": {"id": "1", "items": items}}
        delivery = cast(Delivery, _Delivery(body, records))
        with suppress(GiveUp):
            for handler in events.handlers(event):
                handler(delivery)
        known = Issues(records).find("10001")
        if known:
            way(known, CREATED)

    fuzz(drawn, check)


class _Delivery:
    def __init__(self, body: Any, records: FakeRecords) -> None:
        self.body = body
        self.records = records


def test_answers_of_jira(fuzz: Fuzz) -> None:
    names = ["retry-after", "ratelimit", "ratelimit-policy", "x-ratelimit-remaining", "x-ratelimit-reset"]
    told = st.dictionaries(st.sampled_from(names), st.text(max_size=40))
    drawn = st.tuples(st.integers(200, 599), told, st.one_of(st.binary(), strategies.values))

    def check(drawn: tuple[int, dict[str, str], Any]) -> None:
        status, told, sent = drawn
        body = sent if isinstance(sent, bytes) else strategies.encoded(sent)
        with suppress(JiraError):
            read("GET /x", Answer(status, told, body))
        budget(told, 1_700_000_000)
        wait = rate_limits.wait(status, told, tries=1, now=1_700_000_000)
        assert wait is None or wait >= 0
        with suppress(AttributeError):
            histories(json.loads(body) if body[:1] == b"[" and _is_json(body) else [])

    fuzz(drawn, check)


def _is_json(text: bytes) -> bool:
    try:
        return all(isinstance(each, dict) for each in json.loads(text))
    except ValueError:
        return False


def test_texts_that_code_of_our_own_takes_apart(fuzz: Fuzz) -> None:
    hosts = AllowedHosts(ATLASSIAN_HOSTS, local=False)
    own = "https://burrow.atlassian.net"
    known = st.sampled_from([own, "https://", ".atlassian.net", "..", "%2e", "eyJ"])
    text = st.one_of(st.text(), st.builds("{}{}{}".format, st.text(), known, st.text()))

    def check(text: str) -> None:
        for taken_apart in (take_apart, read_object, Message.decode, JobMessage.decode):
            with suppress(ValueError):
                taken_apart(text)
        allowed = hosts.host(text)
        assert allowed is None or allowed.endswith((".atlassian.net", ".jira.com", ".atlassian-us-gov-mod.net"))
        assert not set(hosts.frame_ancestors_of([text])) & set(";,'\"\r\n\t")
        with suppress(JiraAddressError):
            found = address(own, text)
            assert urlsplit(found.url).netloc == "burrow.atlassian.net"
            assert ".." not in unquote(found.path).split("/")

    fuzz(text, check)


def test_messages_of_sqs(fuzz: Fuzz) -> None:
    worker, jobs = WorkerBench(), JobBench()
    delivery = json.loads(record("a")["body"])
    call = json.loads(JobMessage(client_key="tenant-1", name="count", key="", run="r").encode())
    messages = st.one_of(
        st.text(), *(strategies.misshapen(each) for each in (delivery, call, {**delivery, "zlib": "x"}))
    )

    def check(message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        worker.run({**record("a"), "body": text})
        jobs.slice(text)

    fuzz(messages, check)
