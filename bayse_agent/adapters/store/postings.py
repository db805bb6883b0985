"""The ledger's rows: entries to rows and back, in the order they were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection, and_, func, insert, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.recent import DAYS_SPAN
from bayse_agent.adapters.store.rows import AnyRow, Values
from bayse_agent.domain.ledger import Account, Cause, Entry, Posting
from bayse_agent.domain.market import MarketId, OutcomeId
from bayse_agent.domain.money import Currency, Money

_postings = tables.postings
_INSERT = insert(_postings)
_IN_ORDER = select(_postings).order_by(_postings.c.entry, _postings.c.line)
_EARNING = (Cause.SALE.value, Cause.SETTLEMENT.value)


def add_entries(connection: Connection, entries: Sequence[Entry], number: int) -> None:
    """Write entries down, the first one under `number`."""
    values = [
        _values(entry, posting, one, line)
        for one, entry in enumerate(entries, start=number)
        for line, posting in enumerate(entry.postings)
    ]
    if values:
        connection.execute(_INSERT, values)


def all_entries(connection: Connection) -> Iterator[tuple[int, Entry]]:
    """Every entry with its number. Raises BrokenInvariant at one that does not sum to zero."""
    return _entries(connection.execute(_IN_ORDER))


def earnings(connection: Connection, currency: Currency) -> list[Entry]:
    """A currency's sales and settlements of the two days before the last one."""
    columns = _postings.c
    earning = and_(columns.cause.in_(_EARNING), columns.currency == currency.value)
    last = connection.execute(select(func.max(columns.at)).where(earning)).scalar()
    if last is None:
        return []
    query = _IN_ORDER.where(earning, columns.at >= last - DAYS_SPAN)
    return [entry for _, entry in _entries(connection.execute(query))]


def order_of_acts(connection: Connection) -> dict[tuple[str, str], int]:
    """The number of each entry, by its cause and subject."""
    columns = (_postings.c.entry, _postings.c.cause, _postings.c.subject)
    query = select(*columns).where(_postings.c.line == 0)
    return {(row.cause, row.subject): row.entry for row in connection.execute(query)}


def last_number(connection: Connection) -> int:
    return connection.execute(select(func.max(_postings.c.entry))).scalar() or 0


def _values(entry: Entry, posting: Posting, number: int, line: int) -> Values:
    market_id, outcome_id = posting.place or (None, None)
    return {
        "entry": number,
        "line": line,
        "cause": entry.cause.value,
        "subject": entry.subject,
        "account": posting.account.value,
        "market_id": market_id,
        "outcome_id": outcome_id,
        "currency": posting.amount.currency.value,
        "amount": posting.amount.amount,
        "at": entry.at,
    }


def _entries(rows: Iterable[AnyRow]) -> Iterator[tuple[int, Entry]]:
    for number, lines in groupby(rows, key=lambda row: int(row.entry)):
        several = list(lines)
        first = several[0]
        yield (
            number,
            Entry(
                cause=Cause(first.cause),
                subject=first.subject,
                at=first.at,
                postings=tuple(_posting(row) for row in several),
            ),
        )


def _posting(row: AnyRow) -> Posting:
    place = None
    if row.market_id is not None and row.outcome_id is not None:
        place = (MarketId(row.market_id), OutcomeId(row.outcome_id))
    return Posting(
        account=Account(row.account),
        amount=Money(row.amount, Currency(row.currency)),
        place=place,
    )
