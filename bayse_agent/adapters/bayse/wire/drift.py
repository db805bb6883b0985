"""Counts what the venue sends that we did not expect, so that a changed wire format shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bayse_agent.adapters.bayse.secrets import redact

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """What was unexpected, and how often. Keys are `shape.field` or `shape: reason`.

    `unknown_fields` were not read; `unknown_words` were read as UNKNOWN; `left_out` are rows of
    listings that could not be read and were passed over; `contradictions` are orders that the
    venue took for something else than was asked. `uncounted` is what found no room.
    """

    unknown_fields: dict[str, int]
    unknown_words: dict[str, int]
    left_out: dict[str, int]
    contradictions: dict[str, int]
    uncounted: int

    @property
    def is_clean(self) -> bool:
        tallies = (self.unknown_fields, self.unknown_words, self.left_out, self.contradictions)
        return not any(tallies) and self.uncounted == 0


class Drift:
    """A bounded tally: a venue that sends new names for ever cannot fill the memory."""

    def __init__(self, *, names_max: int = 300) -> None:
        self._names_max = names_max
        self._fields: Counter[str] = Counter()
        self._words: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._contradictions: Counter[str] = Counter()
        self._uncounted = 0

    def unknown_field(self, shape: str, field: str) -> None:
        self._count(self._fields, f"{shape}.{redact(field)[:_LONGEST_NAME]}")

    def unknown_word(self, shape: str, field: str, word: str) -> None:
        self._count(self._words, f"{shape}.{field}: {redact(word)[:_LONGEST_NAME]}")

    def left_out(self, shape: str, reason: str) -> None:
        self._count(self._left_out, f"{shape}: {redact(reason)[:_LONGEST_NAME]}")

    def contradiction(self, shape: str, what: str) -> None:
        self._count(self._contradictions, f"{shape}: {what}")

    def report(self) -> DriftReport:
        """A copy of the tally as it stands."""
        return DriftReport(
            unknown_fields=dict(self._fields),
            unknown_words=dict(self._words),
            left_out=dict(self._left_out),
            contradictions=dict(self._contradictions),
            uncounted=self._uncounted,
        )

    def _count(self, tally: Counter[str], name: str) -> None:
        if name in tally or len(tally) < self._names_max:
            tally[name] += 1
        else:
            self._uncounted += 1
