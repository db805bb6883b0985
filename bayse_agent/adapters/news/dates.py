"""When something was published: dates as the web writes them, never later than now."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST = 1990
_AGO = re.compile(r"(\d{1,4}|an?)\s+(minute|min|hour|day|week|month|year)s?\s+ago")
_PLAIN = (
    "%m/%d/%Y, %I:%M %p, %z UTC",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
)
_UNITS = {
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


def moment(text: str | None, now: datetime) -> datetime | None:
    """The moment that a text names, in UTC; None when it names none, or one that is not yet.

    What comes without a zone is taken as UTC, a day as its beginning.
    """
    plain = (text or "").strip()[:60]
    found = _ago(plain, now) or _standard(plain) or _mail(plain) or _written(plain)
    if found is None or found.year < _EARLIEST:
        return None
    in_utc = found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return in_utc if in_utc <= now else None


def in_words(day: datetime | date) -> str:
    """A day as people write it: 22 November 2026."""
    return f"{day.day} {day:%B %Y}"


def _ago(text: str, now: datetime) -> datetime | None:
    match = _AGO.search(text.lower())
    if match is None:
        return None
    count = 1 if match.group(1).startswith("a") else int(match.group(1))
    return now - count * _UNITS[match.group(2)]


def _standard(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def _written(text: str) -> datetime | None:
    for form in _PLAIN:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a zone is given to it above
        except ValueError:
            continue
    return None
