"""The clock's error as the venue's replies show it."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.skew import Skew
from tests.adapters.bayse.timers import START


def learn(skew: Skew, ahead_s: float, delay_s: float = 0.0) -> None:
    told = START + timedelta(seconds=ahead_s + delay_s / 2)
    date = format_datetime(told.replace(microsecond=0), usegmt=True)
    skew.learn(date, sent_at=START, received_at=START + timedelta(seconds=delay_s))


@given(ahead_s=st.floats(-3000, 3000), delay_s=st.floats(0, 10))
def test_seconds_when_a_reply_was_dated_then_is_right_to_half_a_second(
    ahead_s: float, delay_s: float
) -> None:
    skew = Skew(max_s=3600)

    learn(skew, ahead_s, delay_s)

    assert abs(skew.seconds - ahead_s) <= 0.51


def test_seconds_when_one_date_is_wrong_then_the_others_prevail() -> None:
    skew = Skew(max_s=3600)
    for ahead_s in (10, 10, 10, 3000):
        learn(skew, ahead_s)

    assert 9 <= skew.seconds <= 11


def test_seconds_when_the_clock_is_set_right_then_follows() -> None:
    skew = Skew(max_s=3600)
    for ahead_s in [100] * 9 + [0] * 5:
        learn(skew, ahead_s)

    assert abs(skew.seconds) <= 1


def test_seconds_when_nothing_was_learnt_then_is_none_at_all() -> None:
    assert Skew(max_s=3600).seconds == 0
