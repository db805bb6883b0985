"""Rate limits by an injected clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.simulation.server.buckets import Buckets, Throttle, Traffic


def test_twenty_writes_at_once_are_allowed_and_no_more() -> None:
    buckets = Buckets()
    answers = [buckets.take("key", Traffic.WRITE, 1, 0.0) for _ in range(21)]
    assert answers == [None] * 20 + [1]


def test_thirty_reads_at_once_are_allowed_and_no_more() -> None:
    buckets = Buckets()
    answers = [buckets.take("key", Traffic.READ, 1, 0.0) for _ in range(31)]
    assert answers == [None] * 30 + [1]


def test_reads_writes_and_keys_do_not_share_a_bucket() -> None:
    buckets = Buckets()
    buckets.take("key", Traffic.WRITE, 20, 0.0)
    assert buckets.take("key", Traffic.READ, 30, 0.0) is None
    assert buckets.take("other", Traffic.WRITE, 20, 0.0) is None


def test_tokens_come_back_evenly() -> None:
    buckets = Buckets()
    buckets.take("key", Traffic.WRITE, 20, 0.0)
    assert buckets.take("key", Traffic.WRITE, 6, 0.25) == 1
    assert buckets.take("key", Traffic.WRITE, 5, 0.25) is None


def test_a_batch_that_is_too_large_takes_nothing() -> None:
    buckets = Buckets()
    buckets.take("key", Traffic.WRITE, 5, 0.0)
    assert buckets.take("key", Traffic.WRITE, 16, 0.0) == 1
    assert buckets.take("key", Traffic.WRITE, 15, 0.0) is None


def test_a_hundred_cancels_need_a_full_bucket_and_get_through() -> None:
    buckets = Buckets()
    assert buckets.take("key", Traffic.WRITE, 100, 0.0) is None
    assert buckets.take("key", Traffic.WRITE, 1, 0.0) == 1


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 20)), max_size=60))
def test_no_more_goes_through_than_the_bucket_and_the_time_allow(
    requests: list[tuple[float, int]],
) -> None:
    buckets, now_s, taken = Buckets(), 0.0, 0
    for pause_s, count in requests:
        now_s += pause_s
        if buckets.take("key", Traffic.WRITE, count, now_s) is None:
            taken += count
    assert taken <= 20 + 20 * now_s + 0.001


def test_a_clock_that_jumps_back_does_not_fill_the_bucket() -> None:
    buckets = Buckets()
    buckets.take("key", Traffic.WRITE, 20, 100.0)
    assert buckets.take("key", Traffic.WRITE, 1, 50.0) == 1


def test_a_throttle_lets_one_through_and_says_how_long_to_wait() -> None:
    throttle = Throttle(1, 120)
    assert throttle.take("a@b.c", 0.0) is None
    assert throttle.take("a@b.c", 30.0) == 90
    assert throttle.take("a@b.c", 120.0) is None


def test_a_throttle_counts_each_name_for_itself() -> None:
    throttle = Throttle(2, 60)
    assert [throttle.take(name, 0.0) for name in "aabab"] == [None, None, None, 60, None]
