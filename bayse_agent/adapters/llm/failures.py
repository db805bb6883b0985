"""The ways in which a call to a provider fails, by what it cost and whether to try again."""

from __future__ import annotations

from bayse_agent.domain.question import Silence


class CallFailed(Exception):
    """A call that brought no reply that can be used.

    `is_free`: the provider surely charged nothing. Otherwise nobody knows, and it counts in full.
    """

    why = Silence.UNREACHABLE
    is_free = False

    def __init__(self, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_s = retry_after_s


class Busy(CallFailed):
    """The provider is overloaded, wants to be asked less often, or broke down: try again."""

    is_free = True


class NeverSent(CallFailed):
    """There was no connection: try again."""

    is_free = True


class Lost(CallFailed):
    """The connection ended in the middle: try again, though it may have been charged."""


class Rejected(CallFailed):
    """The provider will not take the request, today or ever: a wrong key, an unknown model."""

    is_free = True


class Late(CallFailed):
    """No reply came in time."""

    why = Silence.TIMEOUT


class Declined(CallFailed):
    """The model, or its provider, refuses to answer."""

    why = Silence.REFUSED


class Garbled(CallFailed):
    """The reply as a whole cannot be read."""

    why = Silence.MALFORMED


class OverBudget(CallFailed):
    """A cap would be passed by the most that the call can cost."""

    why = Silence.BUDGET
    is_free = True


TRY_AGAIN = (Busy, NeverSent, Lost)
