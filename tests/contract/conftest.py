"""Every implementation of every port, under one name each; the real ones on an embedded cloud of their own stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from chalicelib.connect.settings import Resources
from chalicelib.connect.storage.aws import AwsError
from chalicelib.connect.storage.connection import Connection
from chalicelib.connect.storage.dynamodb import DynamoRecords, DynamoRuns, DynamoTenants, VersionedItems
from chalicelib.connect.storage.dynamodb_log import DynamoDeliveryLog
from chalicelib.connect.storage.dynamodb_slots import DynamoSlots
from chalicelib.connect.storage.leftovers import DynamoLeftovers, S3Leftovers
from chalicelib.connect.storage.memory import RememberedTenants
from chalicelib.connect.storage.ports import (
    AllTenants,
    Bodies,
    DeliveryLog,
    Leftovers,
    Records,
    Runs,
    Site,
    Slots,
    StoredTenants,
    Tenants,
)
from chalicelib.connect.storage.s3 import S3Site
from chalicelib.connect.storage.s3_bodies import S3Bodies
from chalicelib.connect.storage.sealing import Seal
from chalicelib.connect.storage.sigv4 import Credentials
from chalicelib.connect.storage.sqs import SqsDeliveryQueue, queue_url
from chalicelib.connect.storage.wire import JsonService
from chalicelib.connect.storage.wire_s3 import ObjectService
from chalicelib.connect.tenants import Tenant
from devkit.cloud import ACCOUNT, CREDENTIALS, REGION
from devkit.cloud.embedded import EmbeddedCloud
from devkit.deploy import resources
from tests.fake_delivery_log import FakeDeliveryLog
from tests.fakes import (
    FakeBodies,
    FakeKms,
    FakeLeftovers,
    FakeRecords,
    FakeRuns,
    FakeSite,
    FakeSlots,
    FakeTenants,
)

_STAGES = count(1)
_ME = Credentials(CREDENTIALS, CREDENTIALS, None)

EVERY_DYNAMODB = ["fake", "dynamodb", "dynamodb by boto3", "dynamodb, answers lost"]
"""A port in memory, and its adapter over each way to call DynamoDB."""


class RealQueue:
    """The real adapter, and the far side of its queue."""

    def __init__(self, cloud: EmbeddedCloud, names: Resources, sends: Any = None) -> None:
        """`sends` is what the adapter works with; None: boto3, as on the far side."""
        self.sqs = cloud.client("sqs")
        sends = sends or self.sqs
        self.url, self.dead_url = (
            queue_url(name, account=ACCOUNT, endpoint=cloud.endpoint)
            for name in (names.deliveries_queue, names.dead_letters_queue)
        )
        self.bodies = S3Bodies(lambda: cloud.client("s3"), names.bodies_bucket(ACCOUNT, REGION))
        self.port = SqsDeliveryQueue(sends, self.bodies, self.url, self.dead_url)

    def receive(self, most: int) -> list[dict[str, Any]]:
        """The next `most` messages."""
        messages: list[dict[str, Any]] = []
        for _ in range(20):
            answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            messages += answer.get("Messages", [])
            if len(messages) >= most:
                break
        return messages

    def receive_dead(self) -> list[dict[str, Any]]:
        """What lies among the dead letters."""
        answer = self.sqs.receive_message(
            QueueUrl=self.dead_url, MaxNumberOfMessages=10, WaitTimeSeconds=5, MessageAttributeNames=["All"]
        )
        received: list[dict[str, Any]] = answer.get("Messages", [])
        return received


@pytest.fixture
def names(cloud: EmbeddedCloud) -> Resources:
    """A stage of the test's own on the embedded cloud."""
    stage = Resources(f"contract{next(_STAGES)}")
    resources.create(cloud, stage)
    return stage


@pytest.fixture(params=EVERY_DYNAMODB)
def records(request: pytest.FixtureRequest) -> Callable[[str], Records]:
    if request.param == "fake":
        fakes: dict[str, FakeRecords] = {}
        return lambda client_key: fakes.setdefault(client_key, FakeRecords())
    items = VersionedItems(_dynamodb(request), _names(request).records_table)
    return lambda client_key: DynamoRecords(items, client_key)


@pytest.fixture(params=[*EVERY_DYNAMODB, "dynamodb, sealed by kms", "remembered"])
def tenants(request: pytest.FixtureRequest) -> Tenants:
    if request.param == "fake":
        return FakeTenants()
    if request.param == "remembered":
        return RememberedTenants(FakeTenants())
    return dynamo_tenants(request, seal=request.getfixturevalue("seal") if "kms" in request.param else None)


@pytest.fixture(scope="session")
def key(cloud: EmbeddedCloud) -> str:
    """A key of KMS, by its ARN."""
    return str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def seal(cloud: EmbeddedCloud, key: str) -> Seal:
    """The real one, over what the functions reach AWS by."""
    return Seal(lambda: json_service(cloud, "kms"), key)


@pytest.fixture(params=["fake", "kms", "kms by boto3"])
def seal_with_key(request: pytest.FixtureRequest) -> Callable[[str | None], Seal]:
    """Seals over one KMS, each with nothing remembered; ``key`` is one that it has."""
    if request.param == "fake":
        fake = FakeKms("key")
        return lambda key: Seal(lambda: fake, key)
    cloud: EmbeddedCloud = request.getfixturevalue("cloud")
    kms = cloud.client("kms") if "boto3" in request.param else json_service(cloud, "kms")
    real = {"key": request.getfixturevalue("key")}
    return lambda key: Seal(lambda: kms, real.get(key or "", key))


@pytest.fixture(params=EVERY_DYNAMODB)
def delivery_log(request: pytest.FixtureRequest) -> DeliveryLog:
    if request.param == "fake":
        return FakeDeliveryLog()
    return DynamoDeliveryLog(_dynamodb(request), _names(request).deliveries_table)


@pytest.fixture(params=EVERY_DYNAMODB)
def runs(request: pytest.FixtureRequest) -> Runs:
    if request.param == "fake":
        return FakeRuns()
    return dynamo_runs(_dynamodb(request), _names(request))


def dynamo_runs(dynamodb: Any, names: Resources) -> DynamoRuns:
    """The real adapter."""
    return DynamoRuns(VersionedItems(dynamodb, names.jobs_table, expiry="expires_at"))


@pytest.fixture(params=EVERY_DYNAMODB)
def tenant_pages(request: pytest.FixtureRequest) -> Callable[[list[Tenant]], AllTenants]:
    """Some tenants, to be read page by page."""

    def store(stored: list[Tenant]) -> AllTenants:
        if request.param == "fake":
            return FakeTenants(*stored)
        tenants = dynamo_tenants(request)
        for each in stored:
            tenants.update(each.client_key, lambda _, each=each: each)  # type: ignore[misc]
        return tenants

    return store


@pytest.fixture(params=EVERY_DYNAMODB)
def stored_tenants(request: pytest.FixtureRequest) -> StoredTenants:
    if request.param == "fake":
        return FakeTenants()
    return dynamo_tenants(request)


@pytest.fixture
def store_of_leftovers(request: pytest.FixtureRequest) -> tuple[Leftovers, Callable[[str, str], None]]:
    """A store of the kind that the test names, and a way to keep a thing of a tenant in it, under a name."""
    if request.param == "fake":
        fake = FakeLeftovers()
        return fake, fake.put
    cloud, names = request.getfixturevalue("cloud"), _names(request)
    if request.param == "bodies":
        bucket = names.bodies_bucket(ACCOUNT, REGION)
        bodies = S3Bodies(lambda: cloud.client("s3"), bucket)

        def put_body(client_key: str, name: str) -> None:
            bodies.put(client_key, name)

        return S3Leftovers(cloud.client("s3"), bucket), put_body
    table, sort_key = (names.records_table, "key") if request.param == "records" else (names.jobs_table, "job")
    items = VersionedItems(cloud.client("dynamodb"), table)

    def put(client_key: str, name: str) -> None:
        items.update({"client_key": client_key, sort_key: name}, lambda old: {"n": (old or {}).get("n", 0) + 1})

    return DynamoLeftovers(json_service(cloud, "dynamodb"), table, sort_key), put


@pytest.fixture(params=EVERY_DYNAMODB)
def two_slots(request: pytest.FixtureRequest) -> Slots:
    if request.param == "fake":
        return FakeSlots(2)
    return DynamoSlots(_dynamodb(request), _names(request).deliveries_table, 2)


@pytest.fixture(params=["wire", "boto3"])
def real_queue(request: pytest.FixtureRequest, cloud: EmbeddedCloud, names: Resources) -> RealQueue:
    return RealQueue(cloud, names, json_service(cloud, "sqs") if request.param == "wire" else None)


@pytest.fixture(params=["fake", "s3", "s3 by boto3"])
def bodies(request: pytest.FixtureRequest) -> Bodies:
    if request.param == "fake":
        return FakeBodies()
    return S3Bodies(lambda: _s3(request), _names(request).bodies_bucket(ACCOUNT, REGION))


@pytest.fixture(params=["fake", "s3", "s3 by boto3"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    html = "<p>é</p>"
    if request.param == "fake":
        yield FakeSite(issue_panel=html)
        return
    cloud: EmbeddedCloud = request.getfixturevalue("cloud")
    bucket = _names(request).site_bucket(ACCOUNT, REGION)
    for key, text in {"issue-panel.html": html, "pages.txt": "issue-panel\n"}.items():
        cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())
    yield S3Site(_s3(request), bucket)


def _names(request: pytest.FixtureRequest) -> Resources:
    names: Resources = request.getfixturevalue("names")
    return names


def dynamo_tenants(request: pytest.FixtureRequest, seal: Seal | None = None) -> DynamoTenants:
    """The real adapter, without a key unless it is given one."""
    items = VersionedItems(_dynamodb(request), _names(request).tenants_table)
    return DynamoTenants(items, seal or Seal(FakeKms))


def _dynamodb(request: pytest.FixtureRequest) -> Any:
    cloud: EmbeddedCloud = request.getfixturevalue("cloud")
    if "boto3" in request.param:
        return cloud.client("dynamodb")
    service = json_service(cloud, "dynamodb")
    return LosesAnswers(service) if "lost" in request.param else service


class LosesAnswers:
    """A service whose every call is made twice, as it is when the answer to the first one is lost on its way."""

    def __init__(self, service: JsonService) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        call = getattr(self._service, name)

        def twice(**parameters: Any) -> dict[str, Any]:
            with suppress(AwsError):
                call(**parameters)
            answer: dict[str, Any] = call(**parameters)
            return answer

        return twice


def _s3(request: pytest.FixtureRequest) -> Any:
    cloud: EmbeddedCloud = request.getfixturevalue("cloud")
    if "boto3" in request.param:
        return cloud.client("s3")
    return ObjectService(lambda bucket: f"{cloud.endpoint}/{bucket}", REGION, credentials=lambda: _ME)


def json_service(cloud: EmbeddedCloud, service: str) -> JsonService:
    """What the functions reach AWS by."""
    return JsonService(service, Connection(cloud.endpoint), REGION, credentials=lambda: _ME)
