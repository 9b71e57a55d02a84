"""What a stage keeps on AWS, as CloudFormation reads it."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib.connect.batches import backoff
from chalicelib.connect.protocol.messages import MOST_BYTES
from chalicelib.connect.settings import Resources
from chalicelib.connect.worker import LONGEST_STAY
from devkit.deploy.alarms import watchers
from devkit.deploy.stack import as_template
from devkit.deploy.template import DAY, MAX_RECEIVES, QUEUE_DAYS, VISIBILITY_SECONDS, Home, functions, stores
from devkit.places import ROOT
from tests.loaded_app import LoadedApp


def home(stage: str = "dev", *, private_site: bool = False) -> Home:
    """A stage in Frankfurt."""
    return Home(Resources(stage), "111122223333", "eu-central-1", private_site)


def test_every_function_of_the_app_is_watched_and_none_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {source.name for source in LoadedApp(monkeypatch).app.event_sources}
    assert set(functions("dev").values()) == {"dormouse-dev", *(f"dormouse-dev-{name}" for name in own)}


@pytest.mark.parametrize(("stage", "is_protected"), [("prod", True), ("dev", False)])
def test_the_tables_of_prod_outlive_their_stack_and_resist_deletion(stage: str, is_protected: bool) -> None:
    tables = [each for each in stores(home(stage)).values() if each["Type"] == "AWS::DynamoDB::Table"]
    assert len(tables) == 4
    for table in tables:
        assert table["DeletionPolicy"] == ("Retain" if is_protected else "Delete")
        assert table["Properties"]["DeletionProtectionEnabled"] is is_protected


def test_every_table_is_encrypted_and_can_be_taken_back_to_any_second() -> None:
    for table in stores(home()).values():
        if table["Type"] == "AWS::DynamoDB::Table":
            assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
            assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_a_private_site_is_read_by_the_accounts_own_cloudfront_alone() -> None:
    private = stores(home(private_site=True))
    (statement,) = private["SiteBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    own = "arn:aws:cloudfront::111122223333:distribution/*"
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": own}}
    assert all(private["SiteBucket"]["Properties"]["PublicAccessBlockConfiguration"].values())


def test_the_bodies_are_open_to_no_one_whatever_the_site_is() -> None:
    for each in (home(), home(private_site=True)):
        assert all(stores(each)["BodiesBucket"]["Properties"]["PublicAccessBlockConfiguration"].values())


def test_what_waits_is_the_workers_for_all_of_its_days_and_then_sqs_s_before_it_is_deleted() -> None:
    waits = sum(backoff(receives) for receives in range(1, MAX_RECEIVES))
    assert LONGEST_STAY < waits < QUEUE_DAYS * DAY
    assert MAX_RECEIVES * VISIBILITY_SECONDS < QUEUE_DAYS * DAY


def test_every_queue_takes_the_longest_message_that_the_app_sends() -> None:
    queues = [each["Properties"] for each in stores(home()).values() if each["Type"] == "AWS::SQS::Queue"]
    assert len(queues) == 4
    assert all(MOST_BYTES < each["MaximumMessageSize"] <= 1_048_576 for each in queues)


def test_a_queue_waits_six_times_as_long_as_its_function_may_take() -> None:
    queues = stores(home())
    assert queues["DeliveriesQueue"]["Properties"]["VisibilityTimeout"] == 6 * 60
    assert queues["JobsQueue"]["Properties"]["VisibilityTimeout"] == 6 * 120


def test_what_a_stack_does_not_hold_it_does_not_wait_for() -> None:
    everything = stores(home())
    held = {name: each for name, each in everything.items() if name != "DeadLettersQueue"}
    assert "DependsOn" not in as_template(held)["Resources"]["DeliveriesQueue"]
    assert as_template(everything)["Resources"]["DeliveriesQueue"]["DependsOn"] == "DeadLettersQueue"


def test_nothing_is_named_twice() -> None:
    everything = {**stores(home()), **watchers(home())}
    assert len(everything) == len(stores(home())) + len(watchers(home()))
    alarms = [each["Properties"]["AlarmName"] for each in everything.values() if each["Type"].endswith("Alarm")]
    assert len(set(alarms)) == len(alarms)


def test_the_dashboard_shows_what_the_app_counts() -> None:
    body = json.loads(watchers(home())["Dashboard"]["Properties"]["DashboardBody"])
    shown = {metric[1] for widget in body["widgets"] for metric in widget["properties"]["metrics"]}
    code = "".join(path.read_text() for path in (ROOT / "chalicelib/connect").rglob("*.py"))
    counted = set(re.findall(r'"(\w+)": (?:1|age)\b', "".join(re.findall(r"metrics=\{[^}]*\}", code))))
    assert counted
    assert counted <= shown
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == len(places)
