"""The error tree. The docstring of a class is its message when none is given.

BayseAgentError
├── InvalidValue                a number or a text that cannot be what it is said to be
│   └── CurrencyMismatch        naira and dollars in one sum
├── BrokenInvariant             our own books contradict themselves: trading must stop
├── TradingStopped              a stop came before the order: it was not sent
├── LeaseHeld                   another process trades with these books
├── StoreUnavailable            the books cannot be read or written now: no order may go out
├── CommandRefused              what a person asked for cannot be done
├── VenueError                  a read from the venue failed; never an empty answer
│   ├── VenueUnreachable        no answer: nothing may be concluded
│   ├── VenueMalformed          an answer that cannot be read: nothing may be concluded
│   └── VenueRejected           the venue answered, and said no
│       ├── VenueNotFound       it does not know what was asked for
│       └── VenueRateLimited    it wants us to come back later
├── SourceUnavailable           a source of news cannot be asked: nothing may be concluded
├── FeedStale                   the price feed has nothing fresh enough to show
└── ConfigurationError          what the user asked for cannot be done
"""

from __future__ import annotations


class BayseAgentError(Exception):
    """Something went wrong in bayse-agent."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class InvalidValue(BayseAgentError, ValueError):
    """A value is out of its range or of the wrong kind."""


class CurrencyMismatch(InvalidValue):
    """Naira and dollars cannot be put into one sum."""


class BrokenInvariant(BayseAgentError):
    """The books contradict themselves."""


class TradingStopped(BayseAgentError):
    """Trading was stopped before the order was written down."""


class LeaseHeld(BayseAgentError):
    """Another process trades with these books."""


class StoreUnavailable(BayseAgentError):
    """The books cannot be read or written now."""


class CommandRefused(BayseAgentError):
    """What was asked for cannot be done."""


class VenueError(BayseAgentError):
    """The venue could not be read."""


class VenueUnreachable(VenueError):
    """The venue did not answer."""


class VenueMalformed(VenueError):
    """The venue's answer could not be read."""


class VenueRejected(VenueError):
    """The venue refused the request."""

    def __init__(
        self, message: str | None = None, *, status: int | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class VenueNotFound(VenueRejected):
    """The venue does not know what was asked for."""


class VenueRateLimited(VenueRejected):
    """The venue asked to be called less often."""

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = 429,
        code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code)
        self.retry_after_s = retry_after_s


class SourceUnavailable(BayseAgentError):
    """The source of news cannot be asked."""


class FeedStale(BayseAgentError):
    """The price feed has nothing fresh enough to show."""


class ConfigurationError(BayseAgentError):
    """The configuration cannot be used."""
