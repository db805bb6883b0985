"""How each underlying asset moves: volatilities, jumps, times of day, and what moves together.

Where the numbers come from; all are orders of magnitude, not fits:
- yearly volatility: about 50 % for BTC in 2026, more for ETH and SOL; 6 to 10 % for major
  currencies, about 18 % for gold and 35 % for silver;
- log volatility is close to normal and mean-reverting on a short and a long scale: Andersen,
  Bollerslev, Diebold and Ebens (2001), "The distribution of realized stock return volatility";
- jumps of BTC come about daily and are some times the size of an ordinary five-minute move:
  Scaillet, Treccani and Trevisan (2020), "High-frequency jump analysis of the bitcoin market";
- bounce: one-minute returns of BTC in 2026 show variance ratios of .97, .94 and .93 at 5, 15 and
  60 minutes. A passing part with 6 % of a minute's variance and a half-life of one minute gives
  .966, .951 and .945;
- currencies are busiest around 14 UTC: Dacorogna et al. (1993), "A geographical model for the
  daily and weekly seasonal volatility in the foreign exchange market".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

BOUNCE_SHARE = 0.06
BOUNCE_DECAY = log(2) / 60
SLOW_HALF_LIFE_H = 48.0
FAST_HALF_LIFE_MIN = 45.0
_WEEKEND_CALM = 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """How one symbol moves. `yearly` is volatility in a year of `days` days; `loading` is the
    correlation with its family's shared shock; `swing` and `peak_hour` give the time of day.
    """

    places: int
    first_price: float
    yearly: float
    days: int
    family: str
    loading: float
    swing: float
    peak_hour: float
    slow_sd: float = 0.25
    fast_sd: float = 0.30
    jumps_a_day: float = 1.0
    jump_sd: float = 0.001

    @property
    def base(self) -> float:
        """Volatility of one second."""
        return self.yearly / sqrt(self.days * 86_400)

    @property
    def rests_at_weekends(self) -> bool:
        return self.days < 365


def _crypto(first_price: float, yearly: float, loading: float) -> Law:
    return Law(
        places=2,
        first_price=first_price,
        yearly=yearly,
        days=365,
        family="crypto",
        loading=loading,
        swing=0.25,
        peak_hour=15.0,
        jumps_a_day=2.0,
        jump_sd=0.005 * yearly,
    )


def _currency(places: int, first_price: float, yearly: float, loading: float) -> Law:
    return Law(
        places=places,
        first_price=first_price,
        yearly=yearly,
        days=260,
        family="dollar",
        loading=loading,
        swing=0.5,
        peak_hour=14.0,
        jump_sd=0.01 * yearly,
    )


LAWS: Mapping[str, Law] = {
    "BTCUSDT": _crypto(96_250.50, 0.50, 0.90),
    "ETHUSDT": _crypto(3_310.00, 0.65, 0.85),
    "SOLUSDT": _crypto(142.00, 0.80, 0.80),
    "BNBUSDT": _crypto(884.00, 0.50, 0.75),
    "USDNGN": _currency(2, 1_452.00, 0.05, 0.0),
    "GBPUSD": _currency(5, 1.32150, 0.07, 0.80),
    "EURUSD": _currency(5, 1.15840, 0.065, 0.85),
    "USDJPY": _currency(3, 152.400, 0.09, -0.60),
    "XAUUSD": _currency(2, 4_080.00, 0.18, 0.40),
    "XAGUSD": _currency(3, 50.250, 0.35, 0.35),
}
CROSSES: Mapping[str, tuple[str, str]] = {
    "GBPJPY": ("GBPUSD", "USDJPY"),
    "EURJPY": ("EURUSD", "USDJPY"),
}
CROSS_PLACES = 3


def is_weekend(second: float) -> bool:
    """Currencies and metals rest from Friday 22:00 to Sunday 22:00 UTC."""
    hour_of_week = (second / 3600 + 72) % 168  # 1970 began on a Thursday; 0 is Monday midnight
    return 4 * 24 + 22 <= hour_of_week < 6 * 24 + 22


def busyness(law: Law, second: float) -> float:
    """The time of day's factor on volatility; its square averages one over a working day."""
    angle = 2 * pi * (second / 3600 - law.peak_hour) / 24
    factor = (1 + law.swing * cos(angle)) / sqrt(1 + law.swing**2 / 2)
    if law.rests_at_weekends and is_weekend(second):
        return factor * _WEEKEND_CALM
    return factor


def busy_hour(law: Law, index: int) -> Floats:
    """`busyness` of each minute of an hour; weekends begin and end on the hour."""
    hours = index % 24 + np.arange(60) / 60
    swing = 1 + law.swing * np.cos(2 * pi * (hours - law.peak_hour) / 24)
    calm = _WEEKEND_CALM if law.rests_at_weekends and is_weekend(index * 3600) else 1.0
    busy: Floats = swing * (calm / sqrt(1 + law.swing**2 / 2))
    return busy
