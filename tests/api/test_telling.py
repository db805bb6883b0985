"""What people are told: each thing once, an incident by its changes, many things in few words."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from bayse_agent.adapters.store import audit
from bayse_agent.api.telling import Teller, gathered
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.notice import MEANINGS, USUAL, Kind, Level, Loudness, Notice, levels_of
from bayse_agent.domain.order import Buy, IntentSource
from bayse_agent.domain.signal import Signal
from bayse_agent.wiring.resuming import BOOKS
from tests.api.stage import Stage

_NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
_UNREADABLE = audit.Note(kind="fill", subject="of another program", body="{}", at=_NOON)


@dataclass
class _Messenger:
    """Ways to people: `deaf` ones never take anything, the first refuses a few times."""

    schemes: tuple[str, ...] = ("json",)
    sent: list[Notice] = field(default_factory=list)
    refuses: int = 0
    deaf: frozenset[int] = frozenset()
    asked: list[int] = field(default_factory=list)

    async def reach(self, notice: Notice, *, skip: Collection[int] = ()) -> frozenset[int]:
        wanted = [place for place in range(len(self.schemes)) if place not in skip]
        self.asked += wanted
        if self.refuses:
            self.refuses -= 1
            return frozenset()
        taken = frozenset(wanted) - self.deaf
        self.sent += [notice] * len(taken)
        return taken


def _teller(
    stage: Stage, messenger: _Messenger, least: Level = Level.WARNING, *kinds: str
) -> Teller:
    parts = stage.parts
    return Teller(
        reader=parts.reader,
        access=parts.access,
        notifier=messenger,
        timer=parts.timer,
        loudness=Loudness(levels=levels_of(kinds), least=least),
    )


async def _set(stage: Stage, state: TradingState, reason: str = "a test") -> None:
    before = await stage.parts.store.control()
    at = stage.parts.clock.now()
    change = Control(epoch=before.epoch + 1, state=state, reason=reason, by="test", at=at)
    await stage.parts.store.set_control(change)


async def test_incident_when_it_goes_on_then_told_once_and_once_more_when_it_is_over(
    stage: Stage,
) -> None:
    messenger = _Messenger()
    teller = _teller(stage, messenger, Level.INFO)
    await teller.read_on()
    for number in range(5):
        await _set(stage, TradingState.HALTED, f"difference {number}")
        await teller.read_on()
    await _set(stage, TradingState.ARMED)
    await teller.read_on()
    assert [one.title for one in messenger.sent] == ["[demo] HALTED", "[demo] trading again"]
    assert messenger.sent[0].level is Level.ALARM
    assert "difference 0" in messenger.sent[0].text


async def test_teller_when_begun_again_then_nothing_is_told_twice_or_missed(
    stage: Stage,
) -> None:
    messenger = _Messenger()
    await _teller(stage, messenger).read_on()
    await _set(stage, TradingState.HALTED)
    await _teller(stage, messenger).read_on()
    await _teller(stage, messenger).read_on()
    await _set(stage, TradingState.REDUCING)
    await _teller(stage, messenger).read_on()
    assert [one.level for one in messenger.sent] == [Level.ALARM, Level.WARNING]


async def test_message_when_it_is_refused_then_tried_again(stage: Stage) -> None:
    messenger = _Messenger(refuses=2)
    teller = _teller(stage, messenger)
    await teller.read_on()
    await _set(stage, TradingState.HALTED)
    await teller.read_on()
    assert len(messenger.sent) == 1


async def test_halt_when_a_row_before_it_cannot_be_read_then_told_all_the_same(
    stage: Stage, tmp_path: Path
) -> None:
    messenger = _Messenger()
    teller = _teller(stage, messenger)
    await teller.read_on()
    engine = create_engine(f"sqlite:///{tmp_path / 'demo' / BOOKS}")
    with engine.begin() as connection:
        audit.append(connection, "demo", [_UNREADABLE])
    engine.dispose()
    await _set(stage, TradingState.HALTED)
    with capture_logs() as logs:
        await teller.read_on()
    assert [one.title for one in messenger.sent] == ["[demo] HALTED"]
    assert [one["event"] for one in logs] == ["row_not_told"]


async def test_halt_when_a_way_to_people_breaks_then_the_teller_lives_and_tells_it(
    stage: Stage,
) -> None:
    class Breaking(_Messenger):
        breaks = 2

        async def reach(self, notice: Notice, *, skip: Collection[int] = ()) -> frozenset[int]:
            if self.breaks:
                self.breaks -= 1
                raise RuntimeError("the way is broken")
            reached = await super().reach(notice, skip=skip)
            told.set()
            return reached

    told, messenger = asyncio.Event(), Breaking()
    teller = _teller(stage, messenger)
    await teller.read_on()
    await _set(stage, TradingState.HALTED)
    with capture_logs():
        running = asyncio.create_task(teller.run())
        async with asyncio.timeout(10):
            await told.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [one.title for one in messenger.sent] == ["[demo] HALTED"]


async def test_history_when_everything_of_it_is_told_then_in_few_messages(stage: Stage) -> None:
    await stage.parts.access.follow("notify", 0, "")
    messenger = _Messenger()
    teller = _teller(stage, messenger, Level.INFO)
    while await teller.read_on():
        pass
    words = " ".join(one.title + one.text for one in messenger.sent)
    assert "BUY in" in words
    assert "won:" in words or "lost:" in words
    assert len(messenger.sent) < 20


def test_gathered_when_there_are_many_then_alarms_stay_and_the_rest_is_one() -> None:
    quiet = Notice(level=Level.INFO, title="a bet", text="")
    alarm = Notice(level=Level.ALARM, title="HALTED", text="")
    found = gathered([quiet] * 30 + [alarm])
    assert [one.title for one in found] == ["HALTED", "30 things happened"]


async def _signal(stage: Stage, name: str, places_at: datetime | None) -> None:
    await stage.parts.store.add_signal(
        Signal(
            id=name,
            source=IntentSource.SCAN,
            event_id=EventId("event"),
            engine=Engine.CLOB,
            wish=Buy(
                market_id=MarketId("market"),
                outcome_id=OutcomeId("up"),
                stake=Money.of(500, Currency.NGN),
                worst_price=Price(Decimal("0.5")),
            ),
            forecast_id=None,
            made_at=_NOON,
            expires_at=_NOON + timedelta(minutes=32),
            places_at=places_at,
        )
    )


async def test_signal_when_it_waits_then_told_until_when_and_for_what(stage: Stage) -> None:
    messenger = _Messenger()
    teller = _teller(stage, messenger)
    await teller.read_on()
    await _signal(stage, "by-hand", None)
    await _signal(stage, "delayed", _NOON + timedelta(minutes=30))
    await teller.read_on()
    assert [(one.title, one.text) for one in messenger.sent] == [
        ("[demo] waits for your word: market", "BUY 500 NGN; it lapses at 2026-06-10 12:32 UTC"),
        (
            "[demo] places at 12:30 unless you cancel: market",
            "BUY 500 NGN; placed at 2026-06-10 12:30 UTC unless you cancel",
        ),
    ]


async def test_incident_when_over_then_told_without_being_asked_for(stage: Stage) -> None:
    """Who was woken by an alarm hears that it is over, at the usual levels."""
    messenger = _Messenger()
    teller = _teller(stage, messenger)
    await teller.read_on()
    await _set(stage, TradingState.HALTED)
    await _set(stage, TradingState.ARMED)
    await teller.read_on()
    assert [one.title for one in messenger.sent] == ["[demo] HALTED", "[demo] trading again"]


async def test_alarm_when_it_reaches_nobody_then_told_once_somebody_is_there(
    stage: Stage,
) -> None:
    messenger = _Messenger(deaf=frozenset({0}))
    teller = _teller(stage, messenger)
    await teller.read_on()
    await _set(stage, TradingState.REDUCING)
    await _set(stage, TradingState.HALTED)
    for _ in range(3):
        assert not await teller.read_on()
    assert messenger.sent == []
    messenger.deaf = frozenset()
    await _teller(stage, messenger).read_on()
    # The warning before it was given up, the alarm was not.
    assert [one.title for one in messenger.sent] == ["[demo] HALTED"]
    await teller.read_on()
    assert len(messenger.sent) == 1


async def test_message_when_one_way_of_two_is_deaf_then_nobody_hears_it_twice(
    stage: Stage,
) -> None:
    messenger = _Messenger(schemes=("json", "tgram"), deaf=frozenset({0}))
    teller = _teller(stage, messenger)
    await teller.read_on()
    await _set(stage, TradingState.HALTED)
    assert await teller.read_on()
    assert not await teller.read_on()
    assert len(messenger.sent) == 1
    assert messenger.asked == [0, 1, 0, 0]


async def test_kinds_when_set_then_each_is_told_at_its_own_level(stage: Stage) -> None:
    messenger = _Messenger()
    teller = _teller(stage, messenger, Level.WARNING, "halt=warning", "resume=off")
    await teller.read_on()
    await _set(stage, TradingState.HALTED)
    await _set(stage, TradingState.ARMED)
    await _set(stage, TradingState.HALTED)
    await teller.read_on()
    assert [one.level for one in messenger.sent] == [Level.WARNING, Level.WARNING]


async def test_history_when_every_kind_is_wanted_then_each_of_its_rows_can_be_told(
    stage: Stage,
) -> None:
    await stage.parts.access.follow("notify", 0, "")
    messenger = _Messenger()
    teller = _teller(stage, messenger, Level.INFO, "fill=info", "answer=info", "start=alarm")
    while await teller.read_on():
        pass
    words = " ".join(one.title + one.text for one in messenger.sent)
    for told in ("filled: BUY in", "started", "cash put in", "limits version"):
        assert told in words


@given(st.dictionaries(st.sampled_from(Kind), st.none() | st.sampled_from(Level)))
def test_levels_when_named_then_the_others_are_as_usual(named: dict[Kind, Level | None]) -> None:
    texts = [f" {kind.upper()} = {level or 'off'}" for kind, level in named.items()]
    assert levels_of(texts) == {**USUAL, **named}
    assert set(MEANINGS) == set(USUAL) == set(Kind)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["hult=alarm"], "there is no kind 'hult': there are halt, reduce"),
        (["halt=loud"], "halt may be off, info, warning, alarm, not 'loud'"),
        (["halt"], "not ''"),
        (["halt=off", "halt=info"], "halt is named twice"),
    ],
)
def test_levels_when_they_cannot_be_then_it_is_said_why(texts: list[str], told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        levels_of(texts)
