"""The page on parity: it names every setting, table, message and route of the original."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayse_agent.api.access import ACCESS
from bayse_agent.settings import Settings, variable

_PAGE = (Path(__file__).parent.parent / "docs" / "parity.md").read_text()
_REPLACED = {"JWT_ALGORITHM", "AGENT_EVENT_PAGES"}
_SETTINGS = """
APP_SECRET_KEY ADMIN_USERNAME ADMIN_PASSWORD JWT_ISSUER JWT_AUDIENCE JWT_ALGORITHM
ACCESS_TOKEN_EXPIRE_MINUTES BAYSE_BASE_URL BAYSE_API_BASE_URL BAYSE_PUBLIC_KEY BAYSE_PRIVATE_KEY
BAYSE_DEFAULT_CURRENCY AI_PROVIDER GEMINI_API_KEY GEMINI_MODEL GROQ_API_KEY GROQ_MODEL
ANTHROPIC_API_KEY OPENAI_API_KEY SEARCH_PROVIDER TAVILY_API_KEY SERPAPI_KEY SEARCH_DEPTH
SEARCH_MAX_RESULTS SEARCH_TIME_RANGE SEARCH_INCLUDE_DOMAINS SEARCH_EXCLUDE_DOMAINS
AGENT_AUTO_TRADE AGENT_MAX_POSITION_SIZE AGENT_SCAN_INTERVAL_SECONDS AGENT_MAX_DAILY_TRADES
AGENT_MIN_CONFIDENCE AGENT_MAX_OPEN_POSITIONS AGENT_BALANCE_RESERVE_PCT
AGENT_IGNORE_BALANCE_CHECK AGENT_EVENT_PAGE_SIZE AGENT_EVENT_PAGES AGENT_REANALYZE_MINUTES
AGENT_SERIES_SLUGS DATABASE_URL FRONTEND_ORIGIN WEBHOOK_SECRET MOCK_MODE SNIPE_OBSERVE_SECONDS
SNIPE_MIN_SECONDS SNIPE_SERIES_SLUGS STOP_LOSS_PCT
"""
_ROUTES = """
POST /auth/token;GET /auth/me;GET /markets;GET /markets/trending;GET /markets/series
GET /markets/orderbook;GET /markets/slug/{slug};GET /markets/{event_id}/price-history
GET /markets/{market_id}/ticker;GET /markets/{market_id}/trades;GET /markets/{event_id}
POST /trades;GET /trades;DELETE /trades/{order_id};GET /portfolio;GET /portfolio/orders
GET /portfolio/activities;GET /portfolio/positions;GET /portfolio/assets;POST /agent/analyze
GET /agent/signals;POST /agent/approve;POST /agent/trades/clear-stale;GET /agent/status
GET /agent/config;POST /agent/config;POST /agent/signals/clear;GET /search;WS /ws/live
POST /webhook/order;GET /health
""".replace("\n", ";").strip(";")


@pytest.mark.parametrize("name", _SETTINGS.split())
def test_setting_of_the_original_when_looked_up_then_read_or_told_to_be_replaced(
    name: str,
) -> None:
    known = {variable(field) for field in Settings.model_fields.values()}
    assert name in known or name in _REPLACED
    assert f"`{name}`" in _PAGE


@pytest.mark.parametrize("route", _ROUTES.split(";"))
def test_route_of_the_original_when_looked_up_then_it_is_there_for_whoever_may(
    route: str,
) -> None:
    assert route in ACCESS


@pytest.mark.parametrize(
    "name",
    [
        *("signals", "trades", "agent_config", "analysis_state", "event_markets"),
        *("market_snapshots", "portfolio_snapshots", "new_signal", "snipe_executed"),
        *("stop_loss_triggered", "order_resolved", "heartbeat"),
    ],
)
def test_table_or_message_of_the_original_when_looked_up_then_it_is_told(name: str) -> None:
    assert f"`{name}`" in _PAGE
