"""Typed settings, read once: the environment, a `.env` file when asked, and nothing else.

Every problem is told at once, with the variable, its value and what is allowed; keys and passwords
never appear. What each setting does is in docs/configuration.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import (
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import SettingsConfigDict

from bayse_agent.adapters.bayse.address import PRODUCTION, PRODUCTION_SOCKETS
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.settings.kinds import (
    HIDDEN,
    Cash,
    CurrencyCode,
    Database,
    Folder,
    Key,
    ModeName,
    Sockets,
    WebAddress,
    Zone,
    has_secret,
    setting,
)
from bayse_agent.settings.mind import MIND_VARIABLES, MindSettings, mind_problems
from bayse_agent.settings.mode import Mode
from bayse_agent.settings.trading import SERIES_SLUGS, TradingSettings, trading_problems
from bayse_agent.settings.web import WebSettings, web_problems

_NAIRA_A_DOLLAR = 100
"""Only for defaults: what is NGN 5,000 by default is USD 50, the same number of payouts."""


_AN_AMOUNT = "an amount above 0"
_A_DATABASE = "sqlite:///file or postgresql://user:password@host/name"
_AN_ADDRESS = "such as https://relay.bayse.markets/v1, or an http address of this computer"
_SOCKETS = "such as wss://socket.bayse.markets, or a ws address of this computer"


__all__ = ["SERIES_SLUGS", "Mode", "Settings", "check_readable", "variable"]


class Settings(TradingSettings, MindSettings, WebSettings):
    """What a user has set. Make it with `Settings.read`; it never changes afterwards."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)
    SECRETS: ClassVar = (
        MindSettings.MIND_SECRETS
        | WebSettings.WEB_SECRETS
        | {
            "BAYSE_PUBLIC_KEY",
            "BAYSE_PRIVATE_KEY",
            "DATABASE_URL",
        }
    )

    # -- which world ---------------------------------------------------------------------------

    asked_mode: ModeName | None = setting(
        "AGENT_MODE",
        None,
        "demo, paper or live",
        "demo: a pretend world. paper: the real venue is seen, the money is play "
        "money. live: real money; that also needs both keys, and --live on the "
        "command line",
        shown="demo",
    )
    mock_mode: bool | None = setting(
        "MOCK_MODE",
        None,
        "true or false",
        "The original system's word for the mode: true is demo, false is paper and "
        "never live. Together with AGENT_MODE it must say the same",
    )
    data_dir: Folder = setting(
        "AGENT_DATA_DIR",
        "~/.bayse-agent",
        "a directory",
        "Where books, logs and the kill file are; ~ is the home of the user. It is "
        "made when needed",
    )
    asked_database: Database | None = setting(
        "DATABASE_URL",
        None,
        _A_DATABASE,
        "Where the books are. The books of another place are not moved",
        shown="a file for each mode in AGENT_DATA_DIR",
    )
    timezone: Zone = setting(
        "AGENT_TIMEZONE",
        "Africa/Lagos",
        "a zone such as Africa/Lagos",
        "The zone whose midnight ends a day, for limits of a day",
    )
    asked_paper_bankroll: Cash | None = setting(
        "PAPER_BANKROLL",
        None,
        _AN_AMOUNT,
        "What a new paper account begins with; one that is there keeps its own, and "
        "refuses another",
        shown="100000 for NGN, 1000 for USD",
    )

    # -- the venue -----------------------------------------------------------------------------

    public_key: Key | None = setting(
        "BAYSE_PUBLIC_KEY",
        None,
        "a public key of the venue's, in one word",
        "Public key, pk_...; needed for live, and for orders that rest on paper",
    )
    private_key: Key | None = setting(
        "BAYSE_PRIVATE_KEY",
        None,
        "a secret key of the venue's, in one word",
        "Secret key, sk_...; needed for live, and never for anything else",
    )
    asked_address: WebAddress | None = setting(
        "BAYSE_API_BASE_URL",
        None,
        _AN_ADDRESS,
        "Address of the venue, with or without /v1; http:// only for this computer "
        "and its own network",
        shown="https://relay.bayse.markets",
    )
    other_address: WebAddress | None = setting(
        "BAYSE_BASE_URL",
        None,
        _AN_ADDRESS,
        "Another name of BAYSE_API_BASE_URL; when both are set they must be the same",
    )
    sockets_address: Sockets = setting(
        "BAYSE_WS_BASE_URL",
        PRODUCTION_SOCKETS,
        _SOCKETS,
        "Address of the venue's websockets",
    )
    currency: CurrencyCode = setting(
        "BAYSE_DEFAULT_CURRENCY",
        Currency.NGN,
        "NGN or USD",
        "The wallet that is traded with",
    )

    @classmethod
    def read(cls, env_file: Path | None = None) -> Self:
        """Read the environment, and below it a `.env` file where one is named.

        Raises ConfigurationError that tells every problem at once.
        """
        if env_file is not None:
            check_readable(env_file)
        return cls(_env_file=env_file)  # type: ignore[call-arg]

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems_at_once(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Check the fields, then how the sound ones fit together, and tell everything."""
        wrong: dict[str, str] = {}
        try:
            settings = handler(data)
        except ValidationError as error:
            wrong = dict(_problems(cls, error, data))
            settings = handler({name: data[name] for name in data if name not in wrong})
        problems = [*wrong.values(), *_contradictions(settings, frozenset(wrong))]
        if problems:
            raise ConfigurationError("these settings cannot be used:\n" + "\n".join(problems))
        return settings

    # -- what follows from them ----------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """The world to trade in. Live is never a default, and never follows from MOCK_MODE."""
        if self.asked_mode is not None:
            return self.asked_mode
        return Mode.PAPER if self.mock_mode is False else Mode.DEMO

    @property
    def database_url(self) -> SecretStr:
        """Where the books of the mode are: a file of its own unless another place is named."""
        if self.asked_database is not None:
            return self.asked_database
        return SecretStr(f"sqlite:///{self.data_dir / self.mode.value}.db")

    @property
    def api_address(self) -> str:
        return self.asked_address or self.other_address or PRODUCTION

    @property
    def series(self) -> tuple[str, ...]:
        """The series that are scanned."""
        return self.asked_series or SERIES_SLUGS

    @property
    def max_position(self) -> Money:
        return self._money(self.asked_max_position, naira=5_000)

    @property
    def balance_floor(self) -> Money:
        return Money(self.asked_floor, self.currency)

    @property
    def paper_bankroll(self) -> Money:
        return self._money(self.asked_paper_bankroll, naira=100_000)

    def _money(self, asked: Decimal | None, *, naira: int) -> Money:
        if asked is not None:
            return Money(asked, self.currency)
        usual = naira if self.currency is Currency.NGN else naira // _NAIRA_A_DOLLAR
        return Money.of(usual, self.currency)


def variable(field: FieldInfo) -> str:
    """The name of a setting's variable."""
    return str(field.validation_alias)


def check_readable(file: Path) -> None:
    """Raises ConfigurationError for a file that cannot be read."""
    try:
        file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read the settings in {file}: {error}") from error


def _problems(
    cls: type[Settings], error: ValidationError, data: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """(variable, problem) of each field that is wrong, with what was typed."""
    fields = {variable(field): field for field in cls.model_fields.values()}
    for each in error.errors(include_url=False, include_context=False):
        name = str(each["loc"][0])
        extra = fields[name].json_schema_extra
        allowed = extra["allowed"] if isinstance(extra, dict) else ""
        shown = HIDDEN if name in cls.SECRETS else _shown(str(data.get(name, each["input"])))
        yield name, f"  {name} is {shown}: it must be {allowed}"


def _shown(value: str) -> str:
    """A value in a message: cut, and hidden where a key or a password may have strayed into it."""
    return HIDDEN if has_secret(value) else repr(value[:80])


def _contradictions(settings: Settings, wrong: frozenset[str]) -> Iterator[str]:
    """Settings that are sound by themselves, and impossible together."""
    yield from _mode_problems(settings)
    yield from _key_problems(settings, wrong)
    yield from web_problems(settings)
    yield from trading_problems(settings)
    if not wrong & MIND_VARIABLES:
        yield from mind_problems(settings)
        yield from _model_problems(settings)
    one, other = settings.asked_address, settings.other_address
    if one is not None and other is not None and one != other:
        yield f"  BAYSE_API_BASE_URL is {one!r}, and BAYSE_BASE_URL {other!r}: set one of them"
    if (
        not wrong & {"SNIPE_MIN_SECONDS", "SNIPE_OBSERVE_SECONDS"}
        and settings.snipe_min_s >= settings.snipe_observe_s
    ):
        yield (
            f"  SNIPE_MIN_SECONDS is {settings.snipe_min_s}: it must be less than "
            f"SNIPE_OBSERVE_SECONDS, which is {settings.snipe_observe_s}"
        )
    if settings.ignore_balance_check:
        yield "  AGENT_IGNORE_BALANCE_CHECK is true: it must be false, nothing is bet unseen"


def _mode_problems(settings: Settings) -> Iterator[str]:
    mode, mock = settings.asked_mode, settings.mock_mode
    if mode is not None and mock is not None and mock is not (mode is Mode.DEMO):
        yield (
            f"  MOCK_MODE is {str(mock).lower()}, and AGENT_MODE {mode.value}: "
            "leave out MOCK_MODE, true of it is demo and false anything else"
        )


def _model_problems(settings: Settings) -> Iterator[str]:
    """A script that stands in for a model would bet real money on nothing."""
    if settings.ai_provider == "mock" and settings.mode is not Mode.DEMO:
        yield f"  AI_PROVIDER is mock: it must be a real one, for AGENT_MODE is {settings.mode}"


def _key_problems(settings: Settings, wrong: frozenset[str]) -> Iterator[str]:
    """Live needs both keys; a secret in the place of the public one would be sent about."""
    for name, key, prefix in (
        ("BAYSE_PUBLIC_KEY", settings.public_key, "sk_"),
        ("BAYSE_PRIVATE_KEY", settings.private_key, "pk_"),
    ):
        if key is not None and key.get_secret_value().startswith(prefix):
            yield f"  {name} is {HIDDEN}: it begins with {prefix}, so it is the other key"
        if key is None and name not in wrong and settings.mode is Mode.LIVE:
            yield f"  {name} is not set: it must be, for AGENT_MODE is live"
