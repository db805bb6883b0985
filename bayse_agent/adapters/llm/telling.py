"""What may be told of a provider's failure: short, on one line, without keys."""

from __future__ import annotations

import re

_LONGEST = 300
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SECRETS = re.compile(
    r"\b(?:sk|gsk|pk|rk|xai|key)[-_][A-Za-z0-9_*-]{6,}|\bAIza[A-Za-z0-9_*-]{10,}|"
    r"\b(?:bearer|api[-_ ]?key|x-api-key|x-goog-api-key|authorization)\b[\"']?\s*[:=]?\s*"
    r"[\"']?(?:bearer\s+)?[A-Za-z0-9_.*/+=-]{6,}|\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*",
    re.IGNORECASE,
)


def told(text: str, *, key: str = "") -> str:
    """A foreign text made fit for a log: no key, no line breaks, at most 300 characters."""
    # What is cut off is looked at no further; a key must not be cut in half before it is found.
    plain = text[:20_000]
    if key:
        plain = plain.replace(key, "***")
    hidden = _SECRETS.sub("***", _UNPRINTABLE.sub(" ", plain))
    return hidden if len(hidden) <= _LONGEST else f"{hidden[:_LONGEST]}\u2026"
