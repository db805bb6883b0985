"""From what a model answered to a probability: by arithmetic, with a bound on every publisher.

The log-odds of a base answer, plus one contribution for each publisher, each cut to +-0.4. So
whatever one publisher writes, and whatever a model makes of it, moves the log-odds by 0.4 at most.
A publisher that is not trusted adds nothing: what it says is kept and shown, and that is all.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bayse_agent.domain.forecast import Evidence
from bayse_agent.domain.news import Snippet
from bayse_agent.domain.pooling import logit
from bayse_agent.domain.question import BaseAnswer, Claim

MOST_OF_A_PUBLISHER = 0.4
"""Log-odds that everything of one publisher may add up to."""

_STEP = 0.2  # log-odds of one step of stance
_MOST_INCOHERENT = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A claim that was found in a snippet, word for word."""

    snippet: Snippet
    claim: Claim


def base_odds(answer: BaseAnswer) -> float | None:
    """Log-odds of outcome1 by both numbers of an answer; None when they contradict each other.

    0.70 and 0.34 are (0.8473 + 0.6633) / 2 = 0.7553.
    """
    yes, no = answer.probability_yes, answer.probability_no
    if abs(yes + no - 1.0) > _MOST_INCOHERENT:
        return None
    return (logit(yes) - logit(no)) / 2


def trimmed_mean(values: Sequence[float]) -> float:
    """The mean without a fifth of the values at either end; from three on, at least one each.

    Of (0, 1, 5) it is 1. There must be one value at least.
    """
    count = len(values)
    cut = 0 if count < 3 else max(1, count // 5)
    kept = sorted(values)[cut : count - cut]
    return sum(kept) / len(kept)


def verified(snippet: Snippet, claims: Iterable[Claim], now: datetime) -> tuple[Found, ...]:
    """The claims whose quote stands in the snippet word for word, each quote once.

    A claim that is dated later than now is left out, and one with a date that is none.
    """
    text = _plain(f"{snippet.title} {snippet.text}")
    kept: dict[str, Found] = {}
    for claim in claims:
        quote = _plain(claim.quote)
        if quote and quote in text and _is_past(claim.date, now):
            kept.setdefault(quote, Found(snippet=snippet, claim=claim))
    return tuple(kept.values())


def weigh(found: Iterable[Found], trusted: Container[str]) -> tuple[Evidence, ...]:
    """What each claim adds to the log-odds, with its publisher's sum cut to the bound.

    Two strong claims of one publisher (0.4 each) become 0.2 each. The same words told by several
    claims or articles of a publisher count once. Those of one that is not trusted add nothing.
    """
    by_publisher: dict[str, dict[str, Evidence]] = {}
    for one in found:
        mine = by_publisher.setdefault(one.snippet.domain, {})
        mine.setdefault(_plain(one.claim.quote), _evidence(one))
    return tuple(
        line
        for domain, mine in by_publisher.items()
        for line in _cut(tuple(mine.values()), MOST_OF_A_PUBLISHER if domain in trusted else 0.0)
    )


def contributions(evidence: Iterable[Evidence]) -> Mapping[str, float]:
    """Log-odds by publisher, each within its bound."""
    sums: dict[str, float] = {}
    for line in evidence:
        sums[line.domain] = sums.get(line.domain, 0.0) + line.contribution
    return sums


def _evidence(found: Found) -> Evidence:
    snippet, claim = found.snippet, found.claim
    return Evidence(
        snippet_id=snippet.id,
        url=snippet.url,
        domain=snippet.domain,
        title=snippet.title,
        published_at=snippet.published_at,
        retrieved_at=snippet.retrieved_at,
        found_by=snippet.found_by,
        claim=claim.claim,
        quote=claim.quote,
        stance=claim.stance,
        contribution=_STEP * claim.stance,
    )


def _cut(lines: Sequence[Evidence], most: float) -> tuple[Evidence, ...]:
    total = abs(sum(line.contribution for line in lines))
    if total <= most:
        return tuple(lines) if most else tuple(replace(line, contribution=0.0) for line in lines)
    share = most / total
    return tuple(replace(line, contribution=line.contribution * share) for line in lines)


def _is_past(text: str | None, now: datetime) -> bool:
    if text is None:
        return True
    try:
        return date.fromisoformat(text) <= now.date()
    except ValueError:
        return False


def _plain(text: str) -> str:
    return " ".join(text.split())
