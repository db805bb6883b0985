"""Settings of the service: who may log in, from where, and what comes in and goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bayse_agent.adapters.notify import addresses_of
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.notice import OFF, USUAL, Kind, Level, levels_of
from bayse_agent.domain.secrecy import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    SHORTEST_SECRET,
    why_easy,
    why_guessable,
)
from bayse_agent.settings.kinds import folded, items, setting, stripped, visible
from bayse_agent.settings.logs import LogFormat, LogLevel

_A_SECRET = f"{SHORTEST_SECRET} random bytes or more, as text, and no example"
_ORIGINS = "addresses of sites with commas between them, such as https://agent.example.com"
_HOSTS = "names with commas between them, such as agent.example.com"
_LEAST_WEBHOOK_KEY = 24


def _origins(value: object) -> object:
    found = items(value)
    if isinstance(found, tuple):
        for one in found:
            parts = urlsplit(str(one))
            is_origin = parts.scheme in ("http", "https") and parts.netloc and not parts.path
            if not is_origin or parts.query or parts.fragment or "@" in parts.netloc:
                raise ValueError("not origins")
    return found


def _hosts(value: object) -> object:
    found = items(folded(value))
    if isinstance(found, tuple) and any(not _is_host(str(one)) for one in found):
        raise ValueError("not names of hosts")
    return found


def _is_host(text: str) -> bool:
    return text.replace("-", "").replace(".", "").replace(":", "").isalnum() and text.isascii()


def _long(value: object) -> object:
    text = stripped(value)
    secret = text.get_secret_value() if isinstance(text, SecretStr) else str(text)
    if len(secret) < _LEAST_WEBHOOK_KEY:
        raise ValueError("too short")
    return text


def _notified(value: object) -> object:
    """Addresses of notifications, by their looks; what they lead to is found out by a try."""
    text = stripped(value)
    found = addresses_of(text.get_secret_value() if isinstance(text, SecretStr) else str(text))
    if not found or not all(_is_address(one) for one in found):
        raise ValueError("not addresses")
    return text


def _events(value: object) -> object:
    """Kinds of events with their levels, each as kind=level."""
    found = items(folded(value))
    if isinstance(found, tuple):
        try:
            levels_of(str(one) for one in found)
        except InvalidValue as error:
            raise ValueError(str(error)) from error
    return found


def _is_address(text: str) -> bool:
    scheme, mark, rest = text.partition("://")
    return bool(mark and rest) and text.isprintable() and scheme.isascii() and scheme.isalnum()


def _hard(check: Callable[[str], str | None]) -> Callable[[object], object]:
    """A check that refuses what can be guessed."""

    def hard(value: object) -> object:
        text = stripped(value)
        secret = text.get_secret_value() if isinstance(text, SecretStr) else str(text)
        if (why := check(secret)) is not None:
            raise ValueError(why)
        return text

    return hard


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)]
Addresses = Annotated[SecretStr, BeforeValidator(_notified)]
SigningKey = Annotated[SecretStr, BeforeValidator(_hard(why_guessable))]
Events = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_events)]
LogForm = Annotated[LogFormat, BeforeValidator(folded)]
LogLeast = Annotated[LogLevel, BeforeValidator(folded)]
Password = Annotated[SecretStr, BeforeValidator(_hard(why_easy))]
LongKey = Annotated[SecretStr, BeforeValidator(_long)]
LevelName = Annotated[Level, BeforeValidator(folded)]
Word = Annotated[str, BeforeValidator(visible), Field(min_length=1, max_length=64)]
_A_WEBHOOK_KEY = f"{_LEAST_WEBHOOK_KEY} characters or more that nobody can guess"


class WebSettings(BaseSettings):
    """How the service guards its doors, and whom it tells."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)
    WEB_SECRETS: ClassVar = frozenset(
        {
            "APP_SECRET_KEY",
            "ADMIN_PASSWORD",
            "WEBHOOK_SECRET",
            "WEBHOOK_SECRET_NEXT",
            "METRICS_TOKEN",
            "NOTIFY_URLS",
        }
    )

    app_secret: SigningKey | None = setting(
        "APP_SECRET_KEY",
        None,
        _A_SECRET,
        "Signs the tokens of logins; serve and api need it for paper and live, a demo"
        " makes a passing one. A new one ends every login",
    )
    admin_name: Word = setting(
        "ADMIN_USERNAME",
        "admin",
        "a name of up to 64 characters",
        "Who may log in first; counts at the first start of new books",
    )
    admin_password: Password | None = setting(
        "ADMIN_PASSWORD",
        None,
        f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters that are hard to guess",
        "His password; counts at the first start of new books. Without one, a "
        "password is made and printed once",
    )
    jwt_issuer: Word = setting(
        "JWT_ISSUER",
        "bayse-agent",
        "a name of up to 64 characters",
        "Who signs the tokens",
    )
    jwt_audience: Word = setting(
        "JWT_AUDIENCE",
        "bayse-agent",
        "a name of up to 64 characters",
        "Whom the tokens are for",
    )
    access_minutes: Annotated[int, Field(ge=1, le=15)] = setting(
        "ACCESS_TOKEN_EXPIRE_MINUTES",
        15,
        "a whole number of minutes from 1 to 15",
        "How long a token is good; logins are renewed",
    )
    frontend_origins: Origins = setting(
        "FRONTEND_ORIGIN",
        ("http://localhost:5173",),
        _ORIGINS,
        "Other sites whose pages may use the service, such as a dashboard in development",
    )
    app_hosts: Hosts = setting(
        "APP_HOSTS",
        (),
        _HOSTS,
        "Names that the service is called by, besides localhost",
    )
    trusts_proxy: bool = setting(
        "APP_BEHIND_PROXY",
        False,
        "true or false",
        "A proxy of ours stands in front: what it says of addresses and TLS is believed",
    )
    is_enclosed: bool = setting(
        "APP_ENCLOSED_NETWORK",
        False,
        "true or false",
        "The address that is listened at is inside of a container, and only 127.0.0.1 of its "
        "computer leads there: TLS is not asked for. Nothing that a proxy says is believed",
    )
    webhook_secret: LongKey | None = setting(
        "WEBHOOK_SECRET",
        None,
        _A_WEBHOOK_KEY,
        "Key of incoming webhooks; without one they are off",
    )
    webhook_next: LongKey | None = setting(
        "WEBHOOK_SECRET_NEXT",
        None,
        _A_WEBHOOK_KEY,
        "A second key, while the two sides exchange theirs",
    )
    webhook_static: bool = setting(
        "WEBHOOK_STATIC_HEADER",
        False,
        "true or false",
        "Also take the original's X-Webhook-Secret header, which proves less",
    )
    metrics_token: LongKey | None = setting(
        "METRICS_TOKEN",
        None,
        _A_WEBHOOK_KEY,
        "Bearer token for /metrics; without one only this computer may read it",
    )
    notify_urls: Addresses | None = setting(
        "NOTIFY_URLS",
        None,
        "addresses as apprise takes them, with commas between them",
        "Whom to tell: tgram://, discord://, mailto://, slack://, json:// and all "
        "others that apprise knows",
    )
    notify_level: LevelName = setting(
        "NOTIFY_LEVEL",
        Level.WARNING,
        "info, warning or alarm",
        "What they are told: info (bets, settlements), warning (signals that wait, "
        "limits, a stop to buying) or alarm (a halt), and all above",
    )
    log_format: LogForm | None = setting(
        "LOG_FORMAT",
        None,
        "json or text",
        "The form of the log on stderr",
        shown="json for serve and api, text for run",
    )
    log_level: LogLeast | None = setting(
        "LOG_LEVEL",
        None,
        "info, warning or error",
        "The least level that is written to stderr; the pages of the service can see "
        "info and above whatever this is",
        shown="warning for serve and api, info for run",
    )
    notify_events: Events = setting(
        "NOTIFY_EVENTS",
        (),
        "kinds with a level each and commas between them, such as fill=info,halt=alarm; "
        f"kinds are {', '.join(Kind)}; levels are {OFF}, {', '.join(Level)}",
        "How loudly each kind of event is told, where it is not as usual. What is below "
        "NOTIFY_LEVEL is not told",
        shown=", ".join(f"{kind}={level or OFF}" for kind, level in USUAL.items()),
    )


def web_problems(settings: WebSettings) -> Iterator[str]:
    """What is sound by itself and impossible together."""
    password = settings.admin_password
    if password is not None and why_easy(password.get_secret_value(), settings.admin_name):
        yield "  ADMIN_PASSWORD is (hidden): it must not have ADMIN_USERNAME in it"
