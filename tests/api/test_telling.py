"""What people are told: each thing once, an incident by its changes, many things in few words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bayse_agent.api.telling import Teller, gathered
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.notice import Level, Notice
from bayse_agent.domain.order import Buy, IntentSource
from bayse_agent.domain.signal import Signal
from tests.api.stage import Stage

_NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


@dataclass
class _Messenger:
    sent: list[Notice] = field(default_factory=list)
    refuses: int = 0

    async def send(self, notice: Notice) -> bool:
        if self.refuses:
            self.refuses -= 1
            return False
        self.sent.append(notice)
        return True


def _teller(stage: Stage, messenger: _Messenger, least: Level = Level.WARNING) -> Teller:
    parts = stage.parts
    return Teller(
        reader=parts.reader,
        access=parts.access,
        notifier=messenger,
        timer=parts.timer,
        least=least,
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
