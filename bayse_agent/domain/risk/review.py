"""The gate before every order: a proposal is approved, or refused with every reason.

Buying is limited; getting out is not, but it can only give up what is held. The review is total
and fails closed: what is missing, unreadable or of another market refuses the proposal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from itertools import chain

from bayse_agent.domain.books import Books
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Bet, ByHand, Exit, Proposal, Reason
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.money import ZERO
from bayse_agent.domain.order import Sell
from bayse_agent.domain.portfolio import Portfolio, Position
from bayse_agent.domain.risk import readable
from bayse_agent.domain.risk.checks import CHECKS
from bayse_agent.domain.risk.limits import Limits
from bayse_agent.domain.risk.verdict import Finding, Refusal, Refused, told
from bayse_agent.domain.risk.view import View, ground_of

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A proposal that passed the review: the only thing that execution takes.

    `inputs` are the numbers that the review looked at, by name. Only `review` can make one;
    raises BrokenInvariant for anyone else.
    """

    proposal: Proposal
    reviewed_at: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise BrokenInvariant("only the risk review approves")


def review(
    proposal: Proposal, context: Context, books: Books, limits: Limits
) -> Approved | Refused:
    """Approve a proposal or refuse it with every reason. Never raises, whatever it is given."""
    try:
        findings = _findings(proposal, context, books, limits)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The types say that this cannot be. Should it, no order goes out.
        findings = [_unreadable([f"{type(error).__name__}: {error}"])]
    refusals = tuple(
        Refusal(check=one.check, inputs=one.inputs, limit=one.limit)
        for one in findings
        if not one.holds
    )
    if refusals:
        return Refused(proposal=proposal, reasons=refusals)
    inputs = {name: value for one in findings for name, value in one.inputs.items()}
    return Approved(proposal=proposal, reviewed_at=context.now, inputs=inputs, seal=_SEAL)


def _findings(proposal: Proposal, context: Context, books: Books, limits: Limits) -> list[Finding]:
    if isinstance(proposal, Exit):
        return _findings_of_exit(proposal, context, books)
    if not isinstance(proposal, Bet | ByHand):
        return [_unreadable(["proposal"])]
    problems = list(_problems(proposal, context, books))
    # The sums of the checks mean nothing while their inputs do not.
    if problems:
        return [_unreadable(problems)]
    ground = ground_of(context, books, limits)
    view = View(proposal=proposal, context=context, ground=ground)
    return [found for check in CHECKS if (found := check(view)) is not None]


def _problems(proposal: Bet | ByHand, context: Context, books: Books) -> readable.Problems:
    wish = proposal.wish
    return chain(
        readable.problems_of_buy(proposal),
        readable.problems_of_match(
            wish.market_id, wish.outcome_id, wish.stake.currency, context, books.portfolio
        ),
        readable.problems_of_context(context),
        readable.problems_of_books(books),
    )


def _findings_of_exit(proposal: Exit, context: Context, books: Books) -> list[Finding]:
    """Getting out needs no more than numbers to trade with, shares, and leave to trade at all."""
    wish, portfolio = proposal.wish, books.portfolio
    problems = [
        *readable.problems_of_exit(proposal),
        *readable.problems_of_match(
            wish.market_id, wish.outcome_id, wish.currency, context, portfolio
        ),
        *readable.problems_of_positions(portfolio),
        *([] if readable.is_moment(context.now) else ["now"]),
    ]
    if problems:
        return [_unreadable(problems)]
    return [_exit_state(books), _held(wish, portfolio)]


def _exit_state(books: Books) -> Finding:
    return Finding(
        check=Reason.REFUSED_HALTED,
        holds=books.state in (TradingState.ARMED, TradingState.REDUCING),
        inputs={"state": told(books.state)},
        limit=f"{TradingState.ARMED} or {TradingState.REDUCING}",
    )


def _held(wish: Sell, portfolio: Portfolio) -> Finding:
    """No more is sold than is held and not on sale already."""
    held = sum((p.shares for p in portfolio.positions if _is_of(p, wish)), ZERO)
    sales = (i.wish for i in portfolio.live if isinstance(i.wish, Sell))
    selling = sum((sale.shares for sale in sales if _is_of(sale, wish)), ZERO)
    return Finding(
        check=Reason.REFUSED_NOT_HELD,
        holds=wish.shares <= held - selling,
        inputs={"shares": told(wish.shares), "held": told(held), "on_sale": told(selling)},
        limit=told(max(ZERO, held - selling)),
    )


def _is_of(one: Sell | Position, wish: Sell) -> bool:
    return one.market_id == wish.market_id and one.outcome_id == wish.outcome_id


def _unreadable(names: list[str]) -> Finding:
    return Finding(
        check=Reason.REFUSED_INPUT,
        holds=False,
        inputs={"unreadable": ", ".join(dict.fromkeys(names))},
        limit="readable",
    )
