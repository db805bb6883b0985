"""Numbers off the wire: exact, finite and of a sane size, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.money import ZERO

_DIGITS_MAX = 34
_EXPONENT_MAX = 24
_EARLIEST_YEAR = 2000
_LATEST_YEAR = 2200


def checked(number: Decimal, what: str) -> Decimal:
    """The number itself, or VenueMalformed when it is not finite or of an absurd size.

    A number with a huge exponent is legal JSON, and would fill the memory when it is printed.
    """
    if not number.is_finite():
        raise VenueMalformed(f"{what} is not finite")
    if number == ZERO:
        return ZERO
    digits = len(number.as_tuple().digits)
    if digits > _DIGITS_MAX or abs(number.adjusted()) > _EXPONENT_MAX:
        raise VenueMalformed(f"{what} is a number of an absurd size")
    return number


def from_json(value: object, what: str) -> Decimal:
    """A JSON number as a Decimal. Booleans, texts and the rest raise VenueMalformed."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise VenueMalformed(f"{what} is not a number")
    return checked(Decimal(value), what)


def from_text(value: object, what: str) -> Decimal:
    """A number that the venue writes as a text, as on its activities; JSON numbers pass too."""
    if not isinstance(value, str):
        return from_json(value, what)
    if not value.isascii() or len(value) > 2 * _DIGITS_MAX or "_" in value:
        raise VenueMalformed(f"{what} is not a number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise VenueMalformed(f"{what} is not a number") from error
    return checked(number, what)


def moment(value: object, what: str) -> datetime | None:
    """An ISO time with a zone, or milliseconds since 1970; None for "" and for the year 1.

    Raises VenueMalformed for a time without a zone: a guess could be hours wrong.
    """
    if value == "":
        return None
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
        else:
            found = datetime.fromtimestamp(int(from_json(value, what)) / 1000, UTC)
        if found.tzinfo is None:
            raise VenueMalformed(f"{what} is a time without a zone")
        found = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        return _zero_time(value, what, error)
    return _in_range(found, what)


def _in_range(found: datetime, what: str) -> datetime | None:
    if found.year == 1:  # the zero time of the language the venue seems to be written in
        return None
    if not _EARLIEST_YEAR <= found.year <= _LATEST_YEAR:
        raise VenueMalformed(f"{what} is a time out of range")
    return found


def _zero_time(value: object, what: str, error: Exception) -> datetime | None:
    if isinstance(value, str) and value.startswith("0001-01-01T00:00:00"):
        return None
    raise VenueMalformed(f"{what} is not a time") from error
