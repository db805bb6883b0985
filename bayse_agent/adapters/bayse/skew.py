"""How far the computer's clock is off the venue's, judged from the dates of its replies."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median

_SAMPLES = 9
_HALF_A_SECOND = timedelta(milliseconds=500)


class Skew:
    """The median of the last replies, so that one wrong date moves nothing."""

    def __init__(self, *, max_s: float) -> None:
        self._max_s = max_s
        self._samples: deque[float] = deque(maxlen=_SAMPLES)

    @property
    def seconds(self) -> float:
        """What to add to the computer's time to have the venue's. 0 before the first reply."""
        return median(self._samples) if self._samples else 0.0

    @property
    def is_known(self) -> bool:
        """Whether any reply has told the venue's time."""
        return bool(self._samples)

    def learn(self, date: str | None, *, sent_at: datetime, received_at: datetime) -> None:
        """Take the `Date` of a reply in. One that is missing, unreadable or absurd is ignored.

        The date is cut to whole seconds, so half a second is added to it on the average.
        """
        if date is None:
            return
        try:
            told = parsedate_to_datetime(date)
        except (ValueError, TypeError):
            return
        if told.tzinfo is None:
            told = told.replace(tzinfo=UTC)
        middle = sent_at + (received_at - sent_at) / 2
        seconds = (told + _HALF_A_SECOND - middle).total_seconds()
        if abs(seconds) <= self._max_s:
            self._samples.append(seconds)
