"""The model of a day loses nothing, lets nobody have more than there is, and makes the same day of the same seed."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devkit.cost import prices
from devkit.simulate.assumptions import Assumptions
from devkit.simulate.model import Model
from devkit.simulate.outcome import Outcome, quantiles
from devkit.simulate.section import simulated

SMALL = Assumptions(tenants=20, webhooks=300, bursts=2, bulk=200)

days = st.builds(
    Assumptions,
    tenants=st.integers(1, 30),
    webhooks=st.integers(0, 200),
    bursts=st.integers(0, 2),
    bulk=st.integers(0, 400),
    busiest=st.floats(1, 4),
    gateway=st.integers(1, 50),
    workers=st.integers(2, 8),
    account=st.integers(1, 12),
    table_writes=st.integers(5, 200),
    tenant_writes=st.integers(2, 50),
    failing=st.floats(0, 0.5),
    poison=st.floats(0, 0.1),
    handler=st.floats(0, 2),
)


@settings(max_examples=25)
@given(days, st.integers(0, 5))
def test_every_webhook_ends_in_one_place_whatever_is_short(assumed: Assumptions, seed: int) -> None:
    day = Model(assumed, seed).run()

    assert day.happened == day.number_handled + day.dead + day.swept
    assert day.accepted == day.number_handled + day.dead
    assert len(day.queue) == 0
    assert day.route.running == day.worker.running == 0


@settings(max_examples=25)
@given(days)
def test_nobody_has_more_than_there_is(assumed: Assumptions) -> None:
    day = Model(assumed).run()

    assert max(day.worker.peaks.values(), default=0) <= min(assumed.workers, assumed.account)
    assert max(day.route.peaks.values(), default=0) <= assumed.account


@settings(max_examples=25)
@given(days)
def test_work_is_conserved(assumed: Assumptions) -> None:
    day = Model(replace(assumed, cold_worker=assumed.worker_seconds)).run()

    assert day.worker.seconds == pytest.approx(day.tries * day_seconds(assumed))
    assert day.requests - day.refused - day.route.throttled == day.route.calls == day.accepted
    assert day.batches == day.worker.calls <= day.tries


def day_seconds(assumed: Assumptions) -> float:
    """What a worker takes for one try."""
    return assumed.worker_seconds


def figures(day: Outcome) -> tuple[object, ...]:
    """All that a day is judged by."""
    return day.dollars(), [list(quantiles(ages)) for ages in day.ages.values()], day.queue.longest


def test_the_same_seed_makes_the_same_day_and_another_one_another() -> None:
    assert figures(Model(SMALL, 1).run()) == figures(Model(SMALL, 1).run())
    assert figures(Model(SMALL, 1).run()) != figures(Model(SMALL, 2).run())


def test_a_bulk_edit_delays_its_own_site_and_hardly_any_other() -> None:
    day = Model(replace(SMALL, tenants=500, webhooks=8_000, bursts=0, bulk=3_000, handler=2.0)).run()

    middle, *_ = quantiles(day.ages["noisy"])
    *_, worst, _ = quantiles(day.ages["others"])
    assert middle > 60
    assert worst < middle / 2


def test_without_enough_workers_the_queue_grows() -> None:
    slow = replace(SMALL, webhooks=0, bursts=0, bulk=2_000, handler=1.0, failing=0.0, poison=0.0)
    few, many = (Model(replace(slow, workers=workers)).run() for workers in (2, 20))

    assert few.queue.longest > many.queue.longest
    assert max(few.ages["noisy"]) > 2 * max(many.ages["noisy"])


def test_what_no_handler_can_handle_ends_among_the_dead_letters_after_all_tries() -> None:
    day = Model(replace(SMALL, poison=1.0)).run()

    assert day.dead == day.happened > 0
    assert day.tries == 8 * day.dead


def test_more_requests_than_api_gateway_lets_through_come_again_later() -> None:
    day = Model(replace(SMALL, webhooks=0, bursts=0, gateway=10)).run()

    assert day.refused > 0
    assert day.requests == day.happened + day.refused - day.swept
    assert max(day.delays["noisy"]) > 300


def test_the_day_has_as_many_webhooks_as_it_is_given_however_busy_its_noon_is() -> None:
    for busiest in (1.0, 2.5, 4.0):
        day = Model(Assumptions(tenants=50, webhooks=4_000, bursts=0, bulk=0, busiest=busiest)).run()
        assert day.happened == pytest.approx(4_000, rel=0.06)


def test_what_happens_in_jira_does_not_hang_on_how_the_app_copes() -> None:
    quick, slow = (Model(replace(SMALL, handler=handler)).run() for handler in (0.0, 1.0))
    assert quick.happened == slow.happened
    assert figures(quick) != figures(slow)


def test_the_section_says_what_came_of_both_days_and_all_that_was_assumed() -> None:
    section = simulated(SMALL, seed=1)

    assert all(aim.is_met for aim in section.aims)
    assert len(section.tables[-1].rows) == len(fields(SMALL))
    assert {row[0]: row[1:] for row in section.tables[0].rows}["handled"] != ["0", "0"]
    assert all(len(points) in (96, 101) for lines in section.lines for points in lines.lines.values())


def test_measured_figures_take_the_place_of_assumed_ones() -> None:
    known = SMALL.measured({"cold_route_share_ms": 200.0, "warm_worker_ms": 1.0})

    assert known.cold_route == 0.2
    assert known.worker_cpu == pytest.approx(0.001 * 1_769 / 512)
    assert known.cold_worker == SMALL.cold_worker


def test_a_webhook_of_the_day_costs_at_sqs_what_it_costs_in_the_cost_table() -> None:
    day = Model(SMALL).run()
    calls = day.accepted + 2 * day.batches
    day.batches = day.accepted = 0
    empty = day.dollars()["SQS"]
    assert Model(SMALL).run().dollars()["SQS"] == pytest.approx(empty + calls * prices.SQS_FAIR)
