"""Fault plans: what they accept, when they fire, and that they count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.simulation.faults import (
    STREAM_KINDS,
    STREAM_ROUTES,
    VENUE_ROUTES,
    FaultKind,
    FaultPlan,
    hit,
    parse_faults,
)

BATCH = "POST /v1/pm/orders/batch"


def plan(**entry: object) -> FaultPlan:
    return parse_faults([{"route": BATCH, "kind": "delay", "nth": 1, **entry}])


def firings(faults: FaultPlan, route: str, calls: int) -> list[int]:
    """The calls, from 1, at which something fired."""
    return [n for n in range(1, calls + 1) if faults.strike(route)]


def test_nth_fires_at_the_calls_it_names_and_at_no_other() -> None:
    assert firings(plan(nth=[2, 5]), BATCH, 8) == [2, 5]


def test_nth_of_one_number_fires_once() -> None:
    assert firings(plan(nth=3), BATCH, 8) == [3]


def test_calls_of_other_routes_do_not_count() -> None:
    faults = plan(nth=2)
    faults.strike("GET /v1/pm/orders")
    faults.strike(BATCH)
    assert firings(faults, BATCH, 2) == [1]


def test_a_pattern_covers_every_route_that_it_matches() -> None:
    faults = parse_faults([{"route": "* /v1/pm/orders/{orderId}", "kind": "delay", "nth": [1, 2]}])
    assert faults.strike("GET /v1/pm/orders/{orderId}")
    assert faults.strike("DELETE /v1/pm/orders/{orderId}")
    assert not faults.strike("GET /v1/pm/orders")


def test_a_star_for_the_path_covers_all_of_a_method() -> None:
    faults = parse_faults([{"route": "GET *", "kind": "delay", "p": 1}])
    covered = [route for route in VENUE_ROUTES if faults.strike(route)]
    assert covered == [route for route in VENUE_ROUTES if route.startswith("GET ")]


def test_request_faults_leave_streams_alone_and_stream_faults_requests() -> None:
    faults = parse_faults(
        [{"route": "* *", "kind": "delay", "p": 1}, {"route": "* *", "kind": "drop_stream", "p": 1}]
    )
    assert [fault.kind for fault in faults.strike(BATCH)] == [FaultKind.DELAY]
    assert [fault.kind for fault in faults.strike(STREAM_ROUTES[0])] == [FaultKind.DROP_STREAM]


@given(seed=st.integers(0, 2**63), p=st.floats(0, 1))
def test_the_same_seed_fires_at_the_same_calls(seed: int, p: float) -> None:
    entry = {"route": BATCH, "kind": "delay", "p": p, "seed": seed}
    first, second = parse_faults([entry]), parse_faults([entry])
    assert firings(first, BATCH, 30) == firings(second, BATCH, 30)


def test_another_seed_fires_at_other_calls() -> None:
    runs = {
        tuple(
            firings(
                parse_faults([{"route": BATCH, "kind": "delay", "p": 0.5, "seed": seed}]), BATCH, 40
            )
        )
        for seed in range(10)
    }
    assert len(runs) == 10


def test_a_chance_fires_about_that_often() -> None:
    faults = parse_faults([{"route": BATCH, "kind": "delay", "p": 0.25, "seed": 1}])
    assert 200 < len(firings(faults, BATCH, 1000)) < 300


@pytest.mark.parametrize(("p", "expected"), [(0, 0), (1, 20)])
def test_chances_of_nothing_and_certainty_are_exact(p: float, expected: int) -> None:
    faults = parse_faults([{"route": BATCH, "kind": "delay", "p": p}])
    assert len(firings(faults, BATCH, 20)) == expected


def test_every_entry_counts_what_it_saw_and_what_it_did() -> None:
    faults = parse_faults(
        [
            {"route": BATCH, "kind": "delay", "nth": [1, 3]},
            {"route": "GET *", "kind": "empty_list", "p": 1},
        ]
    )
    for _ in range(4):
        faults.strike(BATCH)
    assert [(count.seen, count.fired) for count in faults.counts] == [(4, 2), (0, 0)]


def test_several_entries_may_hit_one_call() -> None:
    faults = parse_faults(
        [
            {"route": BATCH, "kind": "accept_late", "nth": 1, "seconds": 5},
            {"route": BATCH, "kind": "accept_then_lose_reply", "nth": 1},
        ]
    )
    hits = faults.strike(BATCH)
    late = hit(hits, FaultKind.ACCEPT_LATE)
    assert late is not None
    assert late.seconds == 5
    assert hit(hits, FaultKind.ACCEPT_THEN_LOSE_REPLY) is not None
    assert hit(hits, FaultKind.DELAY) is None


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_kind_can_be_planned(kind: FaultKind) -> None:
    route = STREAM_ROUTES[0] if kind in STREAM_KINDS else BATCH
    faults = parse_faults([{"route": route, "kind": kind, "nth": 1}])
    assert [fault.kind for fault in faults.strike(route)] == [kind]


@pytest.mark.parametrize(
    ("kind", "status"), [("refuse_before", 503), ("accept_then_5xx", 502), ("html_body", 200)]
)
def test_a_status_that_is_not_given_is_the_usual_one(kind: str, status: int) -> None:
    assert plan(kind=kind).faults[0].status == status


@pytest.mark.parametrize("value", ["soon", -1, 1e9])
def test_retry_after_goes_out_as_it_is_written(value: object) -> None:
    assert plan(kind="rate_limited", retry_after=value).faults[0].retry_after == str(value)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("not an object", "fault 1 is not an object"),
        ({"route": BATCH, "nth": 1}, "fault 1 has no known kind"),
        ({"kind": "explode", "route": BATCH, "nth": 1}, "fault 1 has no known kind: 'explode'"),
        ({"kind": ["delay"], "route": BATCH, "nth": 1}, "fault 1 has no known kind"),
        ({"kind": "delay", "nth": 1}, "fault 1 needs a route"),
        ({"kind": "delay", "route": "batch", "nth": 1}, "fault 1 needs a route"),
        ({"kind": "delay", "route": "GET /nowhere", "nth": 1}, "covers no route"),
        ({"kind": "delay", "route": "WS /ws/v1/user", "nth": 1}, "covers no route"),
        ({"kind": "drop_stream", "route": BATCH, "nth": 1}, "covers no route"),
        ({"kind": "delay", "route": BATCH}, "needs either p"),
        ({"kind": "delay", "route": BATCH, "nth": 1, "p": 0.5}, "needs either p"),
        ({"kind": "delay", "route": BATCH, "nth": []}, "needs either p"),
        ({"kind": "delay", "route": BATCH, "nth": 0}, "nth that is not a call number"),
        ({"kind": "delay", "route": BATCH, "nth": [1, True]}, "nth that is not a call number"),
        ({"kind": "delay", "route": BATCH, "nth": "1"}, "nth that is not a call number"),
        ({"kind": "delay", "route": BATCH, "p": 1.5}, "a p out of range"),
        ({"kind": "delay", "route": BATCH, "p": float("nan")}, "a p out of range"),
        ({"kind": "delay", "route": BATCH, "p": "0.5"}, "a p that is not a number"),
        ({"kind": "delay", "route": BATCH, "p": True}, "a p that is not a number"),
        ({"kind": "delay", "route": BATCH, "nth": 1, "seed": 1.5}, "seed that is not a whole"),
        ({"kind": "delay", "route": BATCH, "nth": 1, "seconds": -1}, "a seconds out of range"),
        ({"kind": "delay", "route": BATCH, "nth": 1, "seconds": 1e9}, "a seconds out of range"),
        ({"kind": "delay", "route": BATCH, "nth": 1, "status": 500}, "does not take status"),
        ({"kind": "html_body", "route": BATCH, "nth": 1, "status": 42}, "cannot have the status"),
        ({"kind": "accept_then_5xx", "route": BATCH, "nth": 1, "status": 404}, "cannot have the"),
        ({"kind": "forget_order", "route": BATCH, "nth": 1, "minutes": 0}, "minutes out of range"),
        ({"kind": "delay", "route": BATCH, "nth": 1, "oops": 1}, "does not take oops"),
        ({"kind": "rate_limited", "route": BATCH, "nth": 1, "retry_after": "a\r\nb"}, "header"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(entry: object, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        parse_faults([entry])


def test_the_complaint_names_the_entry_that_is_wrong() -> None:
    good = {"route": BATCH, "kind": "delay", "nth": 1}
    with pytest.raises(ConfigurationError, match="fault 3 "):
        parse_faults([good, good, {}])


@pytest.mark.parametrize("plan", [None, {}, "[]", 7])
def test_a_plan_that_is_not_a_list_is_refused(plan: object) -> None:
    with pytest.raises(ConfigurationError, match="JSON list"):
        parse_faults(plan)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["route", "kind", "p", "nth", "seed", "status", "seconds", "factor"]),
            json_values | st.sampled_from([BATCH, "delay", "GET *", 0.5, 1]),
        ),
        max_size=3,
    )
)
def test_any_json_is_a_plan_or_a_complaint(entries: object) -> None:
    complaint = ""
    kinds: list[FaultKind] = []
    try:
        kinds = [fault.kind for fault in parse_faults(entries).faults]
    except ConfigurationError as error:
        complaint = str(error)
    assert "fault" in complaint or (not complaint and set(kinds) <= set(FaultKind))
