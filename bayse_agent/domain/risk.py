"""The gate before every order: named limits, small checks, and the approval that execution needs.

Buying is limited; selling is not, for getting out must always be possible. The review is total and
fails closed: what is missing, not finite or of another market refuses the proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from decimal import Decimal
from math import isfinite

from bayse_agent.domain.decision import Bet, ByHand, Exit, Proposal, Reason
from bayse_agent.domain.errors import BrokenInvariant, InvalidValue
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, MarketStatus
from bayse_agent.domain.money import ONE, ZERO, Currency, Money
from bayse_agent.domain.order import Buy
from bayse_agent.domain.portfolio import Portfolio


def _default_stakes() -> Mapping[Currency, Money]:
    return {
        Currency.NGN: Money.of(5000, Currency.NGN),
        Currency.USD: Money.of(50, Currency.USD),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What no buy may pass. Ages and times in seconds, confidence in percent, the rest parts of 1.

    `reserve`: part of the bankroll that is never spent. `max_exposure`: part of it that positions
    and live orders may cost together. `max_spread`: best ask less best bid.
    """

    max_stake: Mapping[Currency, Money] = field(default_factory=_default_stakes)
    reserve: Decimal = Decimal("0.30")
    max_exposure: Decimal = Decimal("0.50")
    max_open_markets: int = 3
    min_confidence: float = 65.0
    min_edge: Decimal = Decimal("0.01")
    max_data_age_s: float = 10.0
    max_spread: Decimal = Decimal("0.10")
    min_seconds_left: float = 20.0
    max_seconds_left: float = 30 * 86_400.0

    def __post_init__(self) -> None:
        parts = (self.reserve, self.max_exposure, self.min_edge, self.max_spread)
        if not all(part.is_finite() and ZERO <= part <= ONE for part in parts):
            raise InvalidValue(f"a limit that is a part of 1 is not: {parts!r}")
        times = (self.max_data_age_s, self.min_seconds_left, self.max_seconds_left)
        if not all(isfinite(time) and time >= 0 for time in times):
            raise InvalidValue(f"a limit in seconds is not: {times!r}")
        if not (isfinite(self.min_confidence) and 0 <= self.min_confidence <= 100):
            raise InvalidValue(f"min_confidence: {self.min_confidence!r}")
        if self.max_open_markets < 0:
            raise InvalidValue(f"max_open_markets: {self.max_open_markets!r}")
        if any(stake.currency is not currency for currency, stake in self.max_stake.items()):
            raise InvalidValue(f"max_stake: {self.max_stake!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One check that said no: what it looked at, and the limit that it held against."""

    check: Reason
    inputs: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Every check that said no, in the order of CHECKS. The first one is the funnel's reason."""

    proposal: Proposal
    reasons: tuple[Refusal, ...]

    @property
    def reason(self) -> Reason:
        return self.reasons[0].check


_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A proposal that passed the review: the only thing that execution takes.

    Only `review` can make one; raises BrokenInvariant for anyone else.
    """

    proposal: Proposal
    reviewed_at: datetime
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise BrokenInvariant("only the risk review approves")


def deployable(portfolio: Portfolio, limits: Limits) -> Money:
    """Money that may still be staked: bankroll x (1 - reserve) - invested - reserved, not below 0.

    7,000 in cash and 3,000 invested, reserve 0.30: 10,000 x 0.7 - 3,000 is 4,000.
    """
    spare = portfolio.bankroll * (ONE - limits.reserve) - portfolio.invested - portfolio.reserved
    return max(Money.zero(portfolio.currency), spare)


def headroom(portfolio: Portfolio, limits: Limits) -> Money:
    """The largest stake that the money limits would let through now; zero when there is none."""
    nothing = Money.zero(portfolio.currency)
    most = limits.max_stake.get(portfolio.currency, nothing)
    cap = portfolio.bankroll * limits.max_exposure - portfolio.invested - portfolio.reserved
    return max(nothing, min(most, cap, deployable(portfolio, limits))).rounded_down()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a check may look at. `buy` is the proposal's wish."""

    proposal: Bet | ByHand
    buy: Buy
    context: Context
    portfolio: Portfolio
    limits: Limits


Check = Callable[[View], Refusal | None]


def review(
    proposal: Proposal, context: Context, portfolio: Portfolio, limits: Limits
) -> Approved | Refused:
    """Approve a proposal or refuse it with every reason. Never raises for what it is given.

    A sell passes: getting out is always possible.
    """
    if isinstance(proposal, Exit):
        return Approved(proposal=proposal, reviewed_at=context.now, seal=_SEAL)
    view = View(
        proposal=proposal,
        buy=proposal.wish,
        context=context,
        portfolio=portfolio,
        limits=limits,
    )
    # The sums of the other checks mean nothing while their inputs do not.
    unreadable = check_input(view)
    reasons = (unreadable,) if unreadable else tuple(r for c in CHECKS if (r := c(view)))
    if reasons:
        return Refused(proposal=proposal, reasons=reasons)
    return Approved(proposal=proposal, reviewed_at=context.now, seal=_SEAL)


def check_input(view: View) -> Refusal | None:
    """Numbers are finite and in range; proposal, context and portfolio speak of the same thing."""
    buy, market = view.buy, view.context.market
    numbers = _numbers(view.proposal)
    problems = [name for name, value in numbers.items() if not _is_number(value)]
    if buy.market_id != market.id or market.outcome(buy.outcome_id) is None:
        problems.append("market")
    if buy.stake.currency is not view.portfolio.currency:
        problems.append("currency")
    if not problems and not (buy.stake.amount > ZERO and ZERO < buy.worst_price < ONE):
        problems.append("stake or price")
    if not problems:
        return None
    return Refusal(check=Reason.REFUSED_INPUT, inputs=", ".join(problems), limit="readable")


def _is_number(value: object) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int | float) and isfinite(value)


def _numbers(proposal: Bet | ByHand) -> dict[str, Decimal | float]:
    buy = proposal.wish
    numbers: dict[str, Decimal | float] = {
        "stake": buy.stake.amount,
        "worst_price": buy.worst_price,
    }
    if isinstance(proposal, Bet):
        numbers |= {
            "probability": proposal.probability,
            "belief": proposal.belief,
            "standard_error": proposal.standard_error,
            "effective_price": proposal.effective_price,
            "edge": proposal.edge,
            "raw_edge": proposal.raw_edge,
            "confidence": proposal.confidence,
        }
    return numbers


def check_status(view: View) -> Refusal | None:
    """Event and market are open for trading."""
    words = (view.context.event.status, view.context.market.status)
    if words == (MarketStatus.OPEN, MarketStatus.OPEN):
        return None
    return Refusal(check=Reason.REFUSED_STATUS, inputs=f"{words[0]}, {words[1]}", limit="open")


def check_data_age(view: View) -> Refusal | None:
    """Every price that the case rests on is fresh, by the source's clock and by ours."""
    moments = _moments(view)
    if not moments or any(moment.tzinfo is None for moment in moments):
        return Refusal(check=Reason.REFUSED_DATA_AGE, inputs="nothing dated", limit="some data")
    ages = [(view.context.now - moment).total_seconds() for moment in moments]
    limit = view.limits.max_data_age_s
    # A time in the future is a clock that cannot be trusted.
    worst = max(ages, key=abs)
    if abs(worst) <= limit:
        return None
    return Refusal(check=Reason.REFUSED_DATA_AGE, inputs=f"{worst:.3f} s", limit=f"{limit:.3f} s")


def _moments(view: View) -> list[datetime]:
    context, outcome_id = view.context, view.buy.outcome_id
    moments: list[datetime] = []
    if context.event.engine is Engine.AMM:
        moments += [q.received_at for q in context.quotes if q.outcome_id == outcome_id]
    for book in (context.book1, context.book2):
        if book is not None and book.outcome_id == outcome_id:
            moments += [book.source_at, book.received_at]
    # A window's price goes stale with the asset's: then the forecast's own age counts as well.
    if moments and context.underlying is not None:
        moments += [context.underlying.last.at, context.underlying.last.received_at]
        if isinstance(view.proposal, Bet):
            moments.append(view.proposal.forecast_made_at)
    return moments


def check_spread(view: View) -> Refusal | None:
    """On a book, both sides are there and close enough to make a price."""
    if view.context.event.engine is Engine.AMM:
        return None
    books = (view.context.book1, view.context.book2)
    mine = next((b for b in books if b is not None and b.outcome_id == view.buy.outcome_id), None)
    spread = None if mine is None else mine.spread
    if spread is not None and spread.is_finite() and ZERO <= spread <= view.limits.max_spread:
        return None
    return Refusal(
        check=Reason.REFUSED_SPREAD, inputs=f"{spread}", limit=f"{view.limits.max_spread}"
    )


def check_time_left(view: View) -> Refusal | None:
    """The market closes neither too soon to trade nor too late to wait for."""
    left = view.context.time_left_s
    low, high = view.limits.min_seconds_left, view.limits.max_seconds_left
    if left is not None and low <= left <= high:
        return None
    return Refusal(
        check=Reason.REFUSED_TIME_LEFT, inputs=f"{left} s", limit=f"{low:g} to {high:g} s"
    )


def check_edge(view: View) -> Refusal | None:
    """The edge after fees is above the floor, and above zero once pulled to the market."""
    if isinstance(view.proposal, ByHand):
        return None
    bet, floor = view.proposal, view.limits.min_edge
    if bet.raw_edge > floor and bet.edge > ZERO:
        return None
    return Refusal(
        check=Reason.REFUSED_EDGE,
        inputs=f"{bet.raw_edge} raw, {bet.edge} pulled to the market",
        limit=f"above {floor}",
    )


def check_confidence(view: View) -> Refusal | None:
    """The measured chance that the edge after fees is above zero is high enough."""
    if isinstance(view.proposal, ByHand):
        return None
    found, floor = view.proposal.confidence, view.limits.min_confidence
    if floor <= found <= 100:
        return None
    return Refusal(check=Reason.REFUSED_CONFIDENCE, inputs=f"{found:.2f} %", limit=f"{floor:g} %")


def check_stake(view: View) -> Refusal | None:
    """The stake is not above the largest that is allowed in its currency."""
    stake = view.buy.stake
    most = view.limits.max_stake.get(stake.currency, Money.zero(stake.currency))
    if stake <= most:
        return None
    return Refusal(check=Reason.REFUSED_STAKE, inputs=f"{stake}", limit=f"{most}")


def check_market_held(view: View) -> Refusal | None:
    """Nothing is held or ordered in the market yet."""
    if not view.portfolio.holds(view.buy.market_id):
        return None
    return Refusal(check=Reason.REFUSED_MARKET_HELD, inputs=view.buy.market_id, limit="one")


def check_open_markets(view: View) -> Refusal | None:
    """One more market stays within the number that may be open together."""
    found, most = view.portfolio.open_markets(), view.limits.max_open_markets
    if found < most:
        return None
    return Refusal(check=Reason.REFUSED_OPEN_POSITIONS, inputs=f"{found}", limit=f"{most}")


def check_reserve(view: View) -> Refusal | None:
    """The stake comes out of free cash and leaves the reserve alone."""
    spare = min(deployable(view.portfolio, view.limits), view.portfolio.free_cash)
    if view.buy.stake <= spare:
        return None
    return Refusal(check=Reason.REFUSED_RESERVE, inputs=f"{view.buy.stake}", limit=f"{spare}")


def check_exposure(view: View) -> Refusal | None:
    """Positions, live orders and this stake together stay within their part of the bankroll."""
    found = view.portfolio.invested + view.portfolio.reserved + view.buy.stake
    most = view.portfolio.bankroll * view.limits.max_exposure
    if found <= most:
        return None
    return Refusal(check=Reason.REFUSED_EXPOSURE, inputs=f"{found}", limit=f"{most}")


CHECKS: tuple[Check, ...] = (
    check_status,
    check_data_age,
    check_spread,
    check_time_left,
    check_edge,
    check_confidence,
    check_stake,
    check_market_held,
    check_open_markets,
    check_reserve,
    check_exposure,
)
"""Every limit, in the order in which its reasons are told."""
