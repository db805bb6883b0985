"""Settings of the service: who may log in, from where, and what comes in and goes out."""

from __future__ import annotations

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bayse_agent.domain.notice import Level
from bayse_agent.settings.kinds import Key, folded, items, setting, stripped

_A_SECRET = "32 random bytes or more, as text"
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


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)]
Addresses = Annotated[SecretStr, BeforeValidator(stripped)]
LongKey = Annotated[SecretStr, BeforeValidator(_long)]
LevelName = Annotated[Level, BeforeValidator(folded)]
Word = Annotated[str, BeforeValidator(stripped), Field(min_length=1, max_length=64)]
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

    app_secret: Key | None = setting("APP_SECRET_KEY", None, _A_SECRET)
    admin_name: Word = setting("ADMIN_USERNAME", "admin", "a name of up to 64 characters")
    admin_password: Key | None = setting(
        "ADMIN_PASSWORD", None, "12 characters or more, 15 are better"
    )
    jwt_issuer: Word = setting("JWT_ISSUER", "bayse-agent", "a name of up to 64 characters")
    jwt_audience: Word = setting("JWT_AUDIENCE", "bayse-agent", "a name of up to 64 characters")
    access_minutes: Annotated[int, Field(ge=1, le=15)] = setting(
        "ACCESS_TOKEN_EXPIRE_MINUTES", 15, "a whole number of minutes from 1 to 15"
    )
    frontend_origins: Origins = setting("FRONTEND_ORIGIN", ("http://localhost:5173",), _ORIGINS)
    app_hosts: Hosts = setting("APP_HOSTS", (), _HOSTS)
    trusts_proxy: bool = setting("APP_BEHIND_PROXY", False, "true or false")
    webhook_secret: LongKey | None = setting("WEBHOOK_SECRET", None, _A_WEBHOOK_KEY)
    webhook_next: LongKey | None = setting("WEBHOOK_SECRET_NEXT", None, _A_WEBHOOK_KEY)
    webhook_static: bool = setting("WEBHOOK_STATIC_HEADER", False, "true or false")
    metrics_token: LongKey | None = setting("METRICS_TOKEN", None, _A_WEBHOOK_KEY)
    notify_urls: Addresses | None = setting(
        "NOTIFY_URLS", None, "addresses as apprise takes them, with commas between them"
    )
    notify_level: LevelName = setting("NOTIFY_LEVEL", Level.WARNING, "info, warning or alarm")
