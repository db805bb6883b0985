"""When a day begins, for the limits that are counted by the day."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


def day_start(now: datetime, time_zone: str) -> datetime:
    """The last midnight in a zone, as UTC: in Africa/Lagos, 23:00 UTC of the day before.

    Where a change of clocks skips midnight, the day begins at the change; where midnight comes
    twice, at the first one: no hour belongs to two days, and none to no day.
    """
    zone = ZoneInfo(time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    return midnight.astimezone(UTC)
