"""The store of idempotency keys."""

from __future__ import annotations

import pytest

from bayse_agent.simulation.server.idempotency import KEPT_S, IdempotencyStore, Ticket
from bayse_agent.simulation.server.problem import Problem
from bayse_agent.simulation.server.reply import Reply

ROUTE = "POST /v1/pm/orders/batch"


def begin(
    store: IdempotencyStore,
    key: str = "k",
    *,
    user: str = "u",
    route: str = ROUTE,
    body_hash: str = "b",
    now_s: float = 0.0,
) -> Ticket | Reply | str:
    try:
        return store.begin(user, route, key, body_hash=body_hash, now_s=now_s)
    except Problem as problem:
        return f"{problem.status} {problem.code}"


def answered(status: int = 200, body: bytes = b"{}") -> IdempotencyStore:
    store = IdempotencyStore()
    begin(store)
    store.finish("u", ROUTE, "k", Reply(status=status, body=body))
    return store


def test_a_new_key_begins_a_ticket() -> None:
    assert isinstance(begin(IdempotencyStore()), Ticket)


def test_the_same_request_again_gets_the_same_answer_marked_as_replayed() -> None:
    reply = begin(answered(body=b'{"id":1}'))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (200, b'{"id":1}')
    assert reply.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_422() -> None:
    assert begin(answered(), body_hash="other") == "422 validation_error"


def test_the_same_key_while_the_first_is_in_flight_is_409() -> None:
    store = IdempotencyStore()
    begin(store)
    assert begin(store) == "409 conflict"


def test_another_body_while_the_first_is_in_flight_is_422() -> None:
    store = IdempotencyStore()
    begin(store)
    assert begin(store, body_hash="other") == "422 validation_error"


@pytest.mark.parametrize("other", [{"user": "v"}, {"route": ROUTE + "/amend"}, {"key": "j"}])
def test_a_key_means_something_only_to_its_account_and_route(other: dict[str, str]) -> None:
    assert isinstance(begin(answered(), **other), Ticket)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_reply_that_may_be_tried_again_is_not_kept(status: int) -> None:
    assert isinstance(begin(answered(status)), Ticket)


@pytest.mark.parametrize("status", [200, 400, 404, 422])
def test_a_definite_reply_is_kept(status: int) -> None:
    reply = begin(answered(status))
    assert isinstance(reply, Reply)
    assert reply.status == status


def test_a_key_is_kept_for_24_hours_and_not_longer() -> None:
    store = answered()
    assert isinstance(begin(store, now_s=KEPT_S - 1), Reply)
    assert isinstance(begin(store, now_s=KEPT_S), Ticket)


@pytest.mark.parametrize("key", ["", "a b", "a/b", "\u00e9", "x" * 256, "a\n", "\u0661"])
def test_a_key_that_is_none_is_400(key: str) -> None:
    assert begin(IdempotencyStore(), key) == "400 bad_request"


@pytest.mark.parametrize("key", ["a", "A-z_09", "x" * 255])
def test_a_key_of_the_right_letters_is_taken(key: str) -> None:
    assert isinstance(begin(IdempotencyStore(), key), Ticket)
