"""The system's clock tells aware time and wakes sleepers."""

from __future__ import annotations

from datetime import UTC, timedelta

from bayse_agent.adapters.clock import SystemClock


def test_now_when_asked_then_is_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


async def test_sleep_until_when_the_moment_has_passed_then_returns_at_once() -> None:
    clock = SystemClock()
    before = clock.monotonic_s()

    await clock.sleep_until(clock.now() - timedelta(hours=1))

    assert clock.monotonic_s() - before < 1


async def test_sleep_until_when_the_moment_is_ahead_then_returns_after_it() -> None:
    clock = SystemClock()
    moment = clock.now() + timedelta(milliseconds=5)

    await clock.sleep_until(moment)

    assert clock.now() >= moment


async def test_sleep_s_when_negative_then_returns() -> None:
    clock = SystemClock()
    before = clock.monotonic_s()

    await clock.sleep_s(-5)

    assert clock.monotonic_s() - before < 1


async def test_actor_when_held_then_time_goes_on() -> None:
    clock = SystemClock()

    async with clock.actor():
        before = clock.monotonic_s()
        await clock.sleep_s(0.001)
        assert clock.monotonic_s() > before
