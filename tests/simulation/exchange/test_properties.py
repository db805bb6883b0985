"""Random programs of operations: what must hold holds after each of them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.simulation.exchange.ledger import CASH
from bayse_agent.simulation.exchange.switches import Books, Policy, SellUnit, Switches
from tests.simulation.exchange.invariants import Replay, check, digest
from tests.simulation.exchange.programs import Program

STEPS = 260
seeds = st.integers(min_value=0, max_value=2**48)
switches = st.builds(
    Switches,
    books=st.sampled_from(Books),
    sell_unit=st.sampled_from(SellUnit),
    quote_sell_unit=st.sampled_from(SellUnit),
    both_sides=st.sampled_from([Policy.ALLOW] * 5 + [Policy.REJECT]),
    dust=st.sampled_from([Decimal(0), Decimal("0.0001")]),
    fee_floor=st.sampled_from([Decimal("0.3"), Decimal("0.5")]),
)


@given(seed=seeds, switches=switches)
def test_exchange_after_every_operation_keeps_its_invariants(seed: int, switches: Switches) -> None:
    program = Program(seed, switches)
    replay = Replay(program.journal)
    before = digest(program.exchange)
    for _ in range(STEPS):
        refusal = program.step()
        check(program.exchange, replay, program.amended)
        after = digest(program.exchange)
        assert refusal is None or after == before, f"a refusal changed something: {refusal}"
        before = after
    program.settle_all()
    check(program.exchange, replay, program.amended)
    for market in program.exchange.state.markets:
        for cash in CASH.values():
            assert market.collateral.holds(cash) == 0
        assert not any(market.issuance.balances.values())


@given(seed=seeds)
def test_exchange_run_twice_from_one_seed_is_the_same(seed: int) -> None:
    programs = [Program(seed, Switches()) for _ in range(2)]
    for program in programs:
        for _ in range(100):
            program.step()
    one, other = programs
    assert digest(one.exchange) == digest(other.exchange)
    assert one.journal == other.journal
