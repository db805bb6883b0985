"""Settings: defaults, names, the modes, and a long table of what is refused and how it is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.settings import Mode, Settings, variable

KEYS = {"BAYSE_PUBLIC_KEY": "pk_live_public", "BAYSE_PRIVATE_KEY": "sk_live_geheim"}


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(variable(field), raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def test_settings_when_nothing_is_set_then_demo_without_keys_and_nothing_automatic() -> None:
    settings = Settings.read()
    assert settings.mode is Mode.DEMO
    assert (settings.public_key, settings.private_key) == (None, None)
    assert settings.auto_trade is False
    assert settings.currency is Currency.NGN
    assert settings.max_position == Money.of(5000, Currency.NGN)
    assert settings.paper_bankroll == Money.of(100_000, Currency.NGN)
    assert settings.balance_floor == Money.zero(Currency.NGN)
    assert (settings.max_open_positions, settings.min_confidence) == (3, Decimal(65))
    assert (settings.balance_reserve, settings.stop_loss) == (Decimal("0.30"), Decimal("0.35"))
    assert (settings.scan_interval_s, settings.reanalyze_minutes) == (900, 50)
    assert (settings.snipe_observe_s, settings.snipe_min_s) == (300, 8)
    assert str(settings.timezone) == "Africa/Lagos"
    assert settings.api_address == "https://relay.bayse.markets"
    assert settings.sockets_address == "wss://socket.bayse.markets"
    assert settings.categories == ()


def test_settings_when_no_series_are_named_then_all_of_the_original_are_scanned() -> None:
    series = Settings.read().series
    assert len(series) == len(set(series)) == 18
    assert {"crypto-bnb-5min", "crypto-sol-1h", "fx-usdjpy-1h", "commodity-xagusd-1h"} < {*series}
    assert Settings.read().snipe_series == (
        "crypto-sol-5min",
        "crypto-btc-5min",
        "crypto-eth-5min",
        "fx-usdngn-1h",
        "fx-gbpusd-1h",
    )


@pytest.mark.parametrize(
    ("mode", "mock", "expected"),
    [
        (None, None, Mode.DEMO),
        (None, "true", Mode.DEMO),
        (None, "false", Mode.PAPER),
        ("demo", None, Mode.DEMO),
        ("demo", "true", Mode.DEMO),
        ("paper", None, Mode.PAPER),
        ("PAPER", None, Mode.PAPER),
        (" paper ", "false", Mode.PAPER),
        ("live", None, Mode.LIVE),
        ("live", "false", Mode.LIVE),
        ("demo", "false", None),
        ("paper", "true", None),
        ("live", "true", None),
    ],
)
def test_mode_when_named_in_two_ways_then_they_agree_or_are_refused(
    monkeypatch: pytest.MonkeyPatch, mode: str | None, mock: str | None, expected: Mode | None
) -> None:
    named = {"AGENT_MODE": mode, "MOCK_MODE": mock}
    environment = {name: value for name, value in named.items() if value is not None}
    if expected is None:
        with pytest.raises(ConfigurationError, match=r"MOCK_MODE is .*, and AGENT_MODE "):
            read(monkeypatch, **environment, **KEYS)
    else:
        assert read(monkeypatch, **environment, **KEYS).mode is expected


@pytest.mark.parametrize("missing", sorted(KEYS))
def test_live_when_a_key_is_missing_then_that_is_named(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    keys = {name: key for name, key in KEYS.items() if name != missing}
    with pytest.raises(ConfigurationError, match=f"{missing} is not set: it must be"):
        read(monkeypatch, AGENT_MODE="live", **keys)


def test_paper_when_no_key_is_set_then_it_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, AGENT_MODE="paper").mode is Mode.PAPER


@pytest.mark.parametrize("name", ["BAYSE_API_BASE_URL", "BAYSE_BASE_URL"])
@pytest.mark.parametrize("text", ["http://127.0.0.1:9100", "http://127.0.0.1:9100/v1/"])
def test_address_when_set_under_either_name_then_it_has_an_effect(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    assert read(monkeypatch, **{name: text}).api_address == "http://127.0.0.1:9100"


def test_address_when_two_are_named_then_they_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    here = "http://127.0.0.1:9100"
    same = read(monkeypatch, BAYSE_API_BASE_URL=here, BAYSE_BASE_URL=f"{here}/v1")
    assert same.api_address == here
    with pytest.raises(ConfigurationError, match="set one of them"):
        read(monkeypatch, BAYSE_BASE_URL="https://relay.bayse.markets")


@pytest.mark.parametrize("mode", list(Mode))
def test_database_when_not_named_then_each_mode_has_its_own_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: Mode
) -> None:
    settings = read(monkeypatch, AGENT_MODE=mode, AGENT_DATA_DIR=str(tmp_path), **KEYS)
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/{mode}.db"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://a:b@db/x", "postgresql+asyncpg://a:b@db/x"),
        ("postgresql://a:b@db:5432/x?ssl=true", "postgresql+asyncpg://a:b@db:5432/x?ssl=true"),
        ("postgresql+asyncpg://a:b@db/x", "postgresql+asyncpg://a:b@db/x"),
        ("sqlite:///books.db", "sqlite:///books.db"),
        ("sqlite+aiosqlite:////tmp/books.db", "sqlite+aiosqlite:////tmp/books.db"),
    ],
)
def test_database_when_named_then_it_is_for_the_driver_that_we_use(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    assert read(monkeypatch, DATABASE_URL=text).database_url.get_secret_value() == expected


def test_directory_when_it_begins_with_a_tilde_then_it_is_the_home_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings.read().data_dir == tmp_path / ".bayse-agent"
    assert read(monkeypatch, AGENT_DATA_DIR="~/elsewhere").data_dir == tmp_path / "elsewhere"


def test_defaults_when_the_currency_is_the_dollar_then_they_are_as_many_payouts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read(monkeypatch, BAYSE_DEFAULT_CURRENCY="usd", AGENT_BALANCE_FLOOR="5")
    assert settings.max_position == Money.of(50, Currency.USD)
    assert settings.paper_bankroll == Money.of(1000, Currency.USD)
    assert settings.balance_floor == Money.of(5, Currency.USD)


def test_lists_when_set_then_spaces_doubles_and_empty_items_do_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read(
        monkeypatch,
        AGENT_SERIES_SLUGS=" crypto-btc-5min, ,Fx-USDNGN-1h,crypto-btc-5min,",
        SNIPE_SERIES_SLUGS="crypto-eth-5min",
        AGENT_CATEGORIES="crypto, Sports",
    )
    assert settings.series == ("crypto-btc-5min", "fx-usdngn-1h")
    assert settings.snipe_series == ("crypto-eth-5min",)
    assert settings.categories == ("CRYPTO", "SPORTS")


def test_variable_when_empty_then_its_default_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [variable(field) for field in Settings.model_fields.values()]
    assert read(monkeypatch, **dict.fromkeys(names, "")) == Settings.read()


def test_file_when_named_then_it_is_read_below_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("AGENT_MODE=paper\nSTOP_LOSS_PCT=0.2\nSOMETHING_ELSE=another's\n")
    monkeypatch.setenv("STOP_LOSS_PCT", "0.5")
    settings = Settings.read(file)
    assert (settings.mode, settings.stop_loss) == (Mode.PAPER, Decimal("0.5"))


def test_file_when_not_named_then_it_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("AGENT_MODE=paper\n")
    monkeypatch.chdir(tmp_path)
    assert Settings.read().mode is Mode.DEMO


def test_file_when_it_cannot_be_read_then_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read the settings in"):
        Settings.read(tmp_path / "missing.env")


def test_settings_when_shown_then_no_secret_is_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, DATABASE_URL="postgresql://a:geheim@db/x", **KEYS)
    shown = f"{settings!r} {settings} {settings.model_dump()!r} {settings.model_dump_json()}"
    assert "geheim" not in shown
    assert "pk_live_public" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://a:geheim@db/x"),
        ("BAYSE_PUBLIC_KEY", "sk_live_geheim"),
        ("BAYSE_PRIVATE_KEY", "pk_live_geheim"),
        ("BAYSE_API_BASE_URL", "https://a:geheim@relay.bayse.markets"),
        ("AGENT_MODE", "sk_live_geheim"),
    ],
)
def test_problem_when_a_secret_is_wrong_or_has_strayed_then_it_is_not_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        read(monkeypatch, **{name: value})
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_problems_when_there_are_several_then_all_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(
            monkeypatch,
            AGENT_BALANCE_RESERVE_PCT="1.5",
            AGENT_MAX_OPEN_POSITIONS="-1",
            AGENT_TIMEZONE="Mars/Base",
            SNIPE_MIN_SECONDS="300",
            AGENT_MODE="live",
        )
    problems = str(caught.value).splitlines()[1:]
    assert [problem.split()[0] for problem in problems] == [
        "AGENT_MAX_OPEN_POSITIONS",
        "AGENT_BALANCE_RESERVE_PCT",
        "AGENT_TIMEZONE",
        "BAYSE_PUBLIC_KEY",
        "BAYSE_PRIVATE_KEY",
        "SNIPE_MIN_SECONDS",
    ]


def test_settings_when_made_then_they_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.read().auto_trade = True


_NOT_NUMBERS = ("much", "NaN", "sNaN", "inf", "-Infinity", "1,5", "0x10", "--1", "5 %")
_NOT_WHOLE = (*_NOT_NUMBERS, "-1", "2.5", "1e400", "9999999")
_BAD: dict[str, tuple[str, ...]] = {
    "AGENT_MODE": ("live!", "mock", "1", "demo,paper", "production"),
    "MOCK_MODE": ("maybe", "2", "demo", "None"),
    "AGENT_AUTO_TRADE": ("perhaps", "2", "-1"),
    "AGENT_APPROVAL": ("on", "true", "auto", "delay 5m", "off,manual"),
    "AGENT_APPROVAL_TTL_SECONDS": (*_NOT_WHOLE, "0", "9"),
    "AGENT_APPROVAL_DELAY_SECONDS": (*_NOT_WHOLE, "0", "9"),
    "AGENT_IGNORE_BALANCE_CHECK": ("true", "always"),
    "AGENT_DATA_DIR": (__file__, "~nobody-at-all/x"),
    "DATABASE_URL": ("books.db", "mysql://h/x", "postgresql+psycopg2://h/x", "sqlite:", "://x"),
    "AGENT_TIMEZONE": ("Mars/Base", "Lagos", "UTC+1", "../../etc/passwd", "Africa", "/etc/passwd"),
    "BAYSE_API_BASE_URL": (
        "relay.bayse.markets",
        "ftp://relay.bayse.markets",
        "https://",
        "https://h:port/",
        "https://h?x=1",
        "http://relay.bayse.markets",
    ),
    "BAYSE_BASE_URL": ("relay", "https://", "https://h#x", "http://example.com"),
    "BAYSE_WS_BASE_URL": ("https://socket.bayse.markets", "ws://example.com", "socket"),
    "BAYSE_DEFAULT_CURRENCY": ("EUR", "naira", "NG N", "$"),
    "AGENT_MAX_OPEN_POSITIONS": _NOT_WHOLE,
    "AGENT_MAX_DAILY_TRADES": _NOT_WHOLE,
    "AGENT_SCAN_INTERVAL_SECONDS": (*_NOT_WHOLE, "0", "4"),
    "AGENT_REANALYZE_MINUTES": _NOT_WHOLE,
    "AGENT_EVENT_PAGE_SIZE": (*_NOT_WHOLE, "0", "101"),
    "SNIPE_OBSERVE_SECONDS": (*_NOT_WHOLE, "0"),
    "SNIPE_MIN_SECONDS": (*_NOT_WHOLE, "300"),
    "AGENT_MIN_CONFIDENCE": (*_NOT_NUMBERS, "-1", "100.1", "165"),
    "AGENT_BALANCE_RESERVE_PCT": (*_NOT_NUMBERS, "-0.1", "1", "1.5", "30"),
    "STOP_LOSS_PCT": (*_NOT_NUMBERS, "-0.35", "0", "1.01", "35"),
    "AGENT_MAX_POSITION_SIZE": (*_NOT_NUMBERS, "0", "-5000", "1e13"),
    "AGENT_BALANCE_FLOOR": (*_NOT_NUMBERS, "-1", "1e13"),
    "PAPER_BANKROLL": (*_NOT_NUMBERS, "0", "-1", "1e13"),
    "AGENT_SERIES_SLUGS": ("crypto btc", "crypto-btc-5min;fx", "crypto--btc", "-btc", "btc_5"),
    "SNIPE_SERIES_SLUGS": ("crypto btc", "https://x", "btc-", "₿-5min"),
}
_CASES = [(name, value) for name, values in _BAD.items() for value in values]


def test_table_when_counted_then_it_has_two_hundred_cases() -> None:
    assert len(_CASES) >= 200


@pytest.mark.parametrize(("name", "value"), _CASES)
def test_value_when_bad_then_the_variable_the_value_and_what_is_allowed_are_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **{name: value})
    [problem] = str(caught.value).splitlines()[1:]
    assert problem.strip().startswith(f"{name} is ")
    assert "must be" in problem
    assert value[:80].casefold() in problem.casefold() or "(hidden)" in problem
