"""Whatever is stored, by this version or by another one: it is read, or passed over, and never stops the app."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from chalicelib.connect.errors import HttpError
from chalicelib.connect.runs import Run
from chalicelib.connect.storage.aws import REFUSED, AwsError
from chalicelib.connect.storage.dynamodb_log import DynamoDeliveryLog
from chalicelib.connect.storage.ports import Progress
from chalicelib.connect.tenants import Tenant
from chalicelib.time_in_status.visits import way
from tests import strategies, tokens
from tests.security.mixing import Fuzz
from tests.unit.bench import tenant_with


def test_stored_items_of_older_and_newer_versions(fuzz: Fuzz) -> None:
    tenant = tenant_with(tokens.SECRET)
    run = Run(id="r", began_at=1.0, changed_at=1.0)
    later_fields = ("appBaseUrl",)
    kept = st.sets(st.sampled_from(["place", "before", "progress", "holder", "lease_until", "tries", "error", "input"]))
    drawn = st.tuples(st.booleans(), kept, strategies.objects)

    def check(drawn: tuple[bool, set[str], dict[str, Any]]) -> None:
        older, gone, unknown = drawn
        stored = {**unknown, **tenant.to_record()}
        for name in later_fields if older else ():
            del stored[name]
        assert Tenant.from_record(tenant.client_key, stored).secrets(0) == tenant.secrets(0)
        stored = {name: value for name, value in {**unknown, **run.to_record()}.items() if name not in gone}
        assert Run.from_record(stored).id == run.id

    fuzz(drawn, check)


def test_what_the_log_of_deliveries_holds_of_older_versions(fuzz: Fuzz) -> None:
    whole = {
        "progress": {"S": "running"},
        "lease_until": {"N": "1700000000.5"},
        "tries": {"N": "2"},
        "last_error": {"S": "OSError in learn_issue"},
        "handled": {"SS": ["learn_issue"]},
        "holder": {"S": "0123456789abcdef"},
        "error_before": {"S": "TimeoutError in learn_issue"},
        "expires_at": {"N": "1701296000"},
    }
    gone = st.sets(st.sampled_from(["tries", "last_error", "handled", "holder", "error_before", "expires_at"]))
    unknown = st.dictionaries(strategies.texts, st.fixed_dictionaries({"S": strategies.texts}), max_size=3)

    def check(drawn: tuple[set[str], dict[str, Any], bool, str]) -> None:
        gone, unknown, refused, progress = drawn
        item = {name: value for name, value in {**unknown, **whole}.items() if name not in gone}
        log = DynamoDeliveryLog(_OneItem({**item, "progress": {"S": progress}}, refused=refused), "deliveries")
        claim = log.begin("tenant-1", "d1", now=1_700_000_000, lease=60)
        assert claim.progress is (
            Progress.BEGUN if not refused else Progress.DONE if progress == "done" else Progress.RUNNING
        )

    fuzz(st.tuples(gone, unknown, st.booleans(), st.sampled_from(["running", "done"])), check)


class _OneItem:
    """DynamoDB with one item, which it lets be written, or not."""

    def __init__(self, item: dict[str, Any], *, refused: bool) -> None:
        self._item = item
        self._refused = refused

    def update_item(self, **_: Any) -> dict[str, Any]:
        if self._refused:
            raise AwsError(REFUSED, {"Item": self._item})
        # What the update itself sets is there afterwards, whatever the item was before.
        updated = {"tries": {"N": "1"}, "error_before": {"S": ""}, "holder": {"S": "fedcba9876543210"}}
        return {"Attributes": {**self._item, **updated}}


def test_what_a_record_of_the_app_holds_can_be_shown(fuzz: Fuzz) -> None:
    moves = st.lists(st.tuples(*(st.sampled_from("123"),) * 4).map(list), min_size=1, max_size=3)
    told = st.tuples(st.integers(0, 2**50), moves).map(list)
    entries = st.one_of(told, told.map(lambda entry: [*entry, "rest"]))
    stored = st.fixed_dictionaries(
        {"histories": st.dictionaries(st.text(max_size=5), entries, max_size=4)},
        optional={"created": st.integers(0, 2**50), "deleted": st.booleans()},
    )

    def check(known: dict[str, Any]) -> None:
        with suppress(HttpError):
            found = way(known, 2**50)
            assert all(visit.milliseconds >= 0 for visit in found.visits)

    fuzz(stored, check)
