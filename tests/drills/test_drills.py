"""Many webhooks through each fault: none is lost, and none has its effect twice.

`make test` runs the cheap ones with few webhooks; `make drill` runs all of them with 10,000 each. docs/drills.md says
what is measured and how, and what came out.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from threading import Event, Thread
from uuid import uuid4

import pytest

from chalicelib.connect.batches import MOST_TRIES
from chalicelib.connect.protocol.query_hash import query_hash
from tests import tokens
from tests.drills.drill import Drill
from tests.drills.relay import Fate, Relay
from tests.drills.stack import Stack
from tests.end_to_end.client import JiraClient
from tests.key_server import KeyServer

pytestmark = pytest.mark.timeout(3_600)

WORKERS = 5
"""How many of them run at a time on the embedded AWS, as `.chalice/config.json` says for the stage local."""

OUTAGE = 8
"""How long a service is down, in seconds: eight minutes of Jira's time (`sender.MINUTE`)."""


def everything_is_handled(drill: Drill) -> None:
    """Jira was never told to forget a webhook, and there was no reason to give one up."""
    report = drill.report
    assert report is not None
    assert report.unaccepted == 0
    assert report.handled == report.accepted == drill.number


@pytest.mark.long_drill
def test_without_a_fault(drill: Drill) -> None:
    with drill.under("none"):
        pass

    everything_is_handled(drill)


@pytest.mark.long_drill
def test_every_delivery_is_sent_six_times(drill: Drill) -> None:
    drill.webhooks *= 6
    random.shuffle(drill.webhooks)

    with drill.under("each sent six times, in any order"):
        pass

    everything_is_handled(drill)


def test_the_deliveries_are_shuffled(drill: Drill) -> None:
    random.shuffle(drill.webhooks)

    with drill.under("shuffled"):
        pass

    everything_is_handled(drill)


def test_poison_among_good_ones(drill: Drill, stack: Stack) -> None:
    hopeless = drill.tell("give up", every=50) | drill.tell("never succeed", every=50, first=1)
    drill.tell("stumble once", every=50, first=2)

    with drill.under("poison among good ones"):
        drill.wait_for(0.1)
        for _ in range(5):
            stack.put_on_queue("no delivery at all")

    report = drill.report
    assert report is not None
    assert report.unaccepted == 0
    assert report.handled == drill.number - len(hopeless)
    assert report.dead.keys() == {
        "the comment says so",
        f"Tried {MOST_TRIES} times; the last time: RetryLater in chalicelib.time_in_status.drill.obey.",
    }


def test_the_secret_is_rotated_in_flight(drill: Drill) -> None:
    with drill.under("secret rotated in flight, three times"):
        for share in (0.2, 0.4, 0.6):
            drill.wait_for(share)
            drill.site.secret = f"a new secret of this site {uuid4()}"
            assert drill.site.install() == 204
            # From now on Jira signs with either, as its own servers learn of the new one.
            drill.secrets = [*drill.secrets, drill.site.secret][-2:]

    everything_is_handled(drill)


@pytest.mark.long_drill
def test_the_worker_is_killed_in_the_middle_of_a_handler(drill: Drill) -> None:
    drill.tell("die once", every=100)
    deadly = drill.tell("die", every=drill.number // 3, first=1)

    with drill.under("worker killed in the middle of a handler"):
        pass

    report = drill.report
    assert report is not None
    assert report.unaccepted == 0
    assert report.handled == drill.number - len(deadly)
    assert list(report.dead.values()) == [len(deadly)]
    assert "it was cut short" in next(iter(report.dead))


@pytest.mark.long_drill
def test_sqs_is_down(drill: Drill, relayed: Callable[[str], Relay]) -> None:
    sqs = relayed("sqs")

    with drill.under("SQS down", sqs):
        drill.wait_for(0.1)
        sqs.meet(Fate.UNANSWERED, every=3)
        drill.wait_for(0.3)
        sqs.meet(Fate.CUT_OFF)
        time.sleep(OUTAGE)
        sqs.meet(Fate.RELAYED)

    assert sqs.faults
    everything_is_handled(drill)


@pytest.mark.long_drill
def test_dynamodb_is_throttled(drill: Drill, relayed: Callable[[str], Relay]) -> None:
    dynamodb = relayed("dynamodb")

    with drill.under("DynamoDB throttled: each third call, later each tenth", dynamodb):
        _fade(drill, dynamodb, Fate.THROTTLED)

    assert dynamodb.faults
    everything_is_handled(drill)


@pytest.mark.long_drill
def test_answers_of_dynamodb_are_lost(drill: Drill, relayed: Callable[[str], Relay]) -> None:
    dynamodb = relayed("dynamodb")

    with drill.under("answers of DynamoDB lost: each third, later each tenth", dynamodb):
        _fade(drill, dynamodb, Fate.UNANSWERED)

    assert dynamodb.faults
    everything_is_handled(drill)


def _fade(drill: Drill, relay: Relay, fate: Fate) -> None:
    """A bad time, under which two of three deliveries fail, and then a long one in which few do."""
    drill.wait_for(0.1)
    for every, until in ((3, 0.2), (10, 0.9)):
        relay.meet(fate, every=every)
        drill.wait_until_handled(until)
    relay.meet(Fate.RELAYED)


@pytest.mark.long_drill
def test_the_key_server_hangs(drill: Drill, keys: KeyServer) -> None:
    over, statuses, asked = Event(), set[int](), len(keys.asked)
    stranger = JiraClient(drill.site.base_url, str(uuid4()))

    def install() -> None:
        payload = tokens.install_payload(clientKey=stranger.client_key)
        qsh = query_hash("POST", "/installed", {})
        while not over.is_set():
            claims = tokens.claims(qsh, iss=stranger.client_key, aud=[stranger.base_url])
            token = tokens.asymmetric(claims, KeyServer.HANGING)
            statuses.add(stranger.call("POST", "/installed", token, payload)[0])

    installing = [Thread(target=install, daemon=True) for _ in range(3)]
    with drill.under("key server hanging under three installs at a time"):
        for thread in installing:
            thread.start()
        drill.wait_for(1)
        over.set()
        for thread in installing:
            thread.join()

    assert statuses == {401}
    assert KeyServer.HANGING in keys.asked[asked:]
    everything_is_handled(drill)


@pytest.mark.long_drill
def test_the_stack_is_restarted(drill: Drill, stack: Stack) -> None:
    with drill.under("stack stopped and started", killed=WORKERS):
        drill.wait_for(0.4)
        stack.cloud.stop()
        time.sleep(2)
        stack.cloud.start()

    everything_is_handled(drill)


@pytest.mark.long_drill
def test_a_deploy_in_the_middle(drill: Drill, stack: Stack) -> None:
    with drill.under("deploy in the middle", killed=WORKERS):
        drill.wait_for(0.1)
        stack.change("second")
        stack.deploy()

    assert {mark for _, mark in stack.ledger(drill.site.client_key)} == {"first", "second"}
    everything_is_handled(drill)
