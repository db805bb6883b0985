"""What one look found: how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How it is. Only FAILED keeps an agent from working."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `advice`: what to do about it, empty where nothing is to do.

    Neither holds a secret.
    """

    name: str
    outcome: Outcome
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Finding:
    return Finding(name=name, outcome=Outcome.OK, detail=detail)


def warning(name: str, detail: str, advice: str) -> Finding:
    return Finding(name=name, outcome=Outcome.WARNING, detail=detail, advice=advice)


def failed(name: str, detail: str, advice: str) -> Finding:
    return Finding(name=name, outcome=Outcome.FAILED, detail=detail, advice=advice)


def not_checked(name: str, detail: str, advice: str = "") -> Finding:
    return Finding(name=name, outcome=Outcome.NOT_CHECKED, detail=detail, advice=advice)
