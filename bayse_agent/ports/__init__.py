"""What the agent needs from a world, real or pretend. `adapters/` and `simulation/` answer these.

Conventions: a failed read raises, it never answers empty; times are aware UTC; `currency` is
always named.
"""

from bayse_agent.ports.mind import (
    AnswerArchive,
    Experience,
    KeptAnswer,
    LanguageModel,
    Library,
    NewsSource,
    Spending,
    SpendingCaps,
    Spent,
)
from bayse_agent.ports.plugins import Forecaster, Strategy
from bayse_agent.ports.store import Store
from bayse_agent.ports.world import Clock, KillSwitch, MarketData, PriceFeed, Venue

__all__ = [
    "AnswerArchive",
    "Clock",
    "Experience",
    "Forecaster",
    "KeptAnswer",
    "KillSwitch",
    "LanguageModel",
    "Library",
    "MarketData",
    "NewsSource",
    "PriceFeed",
    "Spending",
    "SpendingCaps",
    "Spent",
    "Store",
    "Strategy",
    "Venue",
]
