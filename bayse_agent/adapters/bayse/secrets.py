"""Keys and tokens, wrapped so that they never show; and texts with such things taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import SecretStr

_SECRETS = re.compile(r"\b([ps]k_)[A-Za-z0-9_-]+|\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The pair of keys of an account. The public one alone opens reads: it is a secret too."""

    public_key: SecretStr
    secret_key: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a login gives: it opens the management of keys, and nothing that trades."""

    token: SecretStr
    device_id: SecretStr
    user_id: str


def redact(text: str) -> str:
    """A foreign text made fit for logs and messages: no keys, no tokens, one short line."""
    visible = _UNPRINTABLE.sub("�", text)
    hidden = _SECRETS.sub(lambda found: f"{found.group(1) or 'token_'}***", visible)
    return hidden if len(hidden) <= _LONGEST_TEXT else f"{hidden[:_LONGEST_TEXT]}…"
