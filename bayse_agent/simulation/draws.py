"""Chance without state: the same name under the same key always draws the same numbers.

Nothing that is drawn depends on what was drawn before, so looking at a market changes nothing.
"""

from __future__ import annotations

from hashlib import blake2b
from math import exp
from statistics import NormalDist
from struct import Struct

DRAWS = 16
_UNPACK = Struct(f"<{DRAWS}I").unpack
_SCALE = 2.0**-32
_NORMAL = NormalDist()


def key_of(seed: int) -> bytes:
    """The key that all draws of a world share."""
    return str(seed).encode()[:64]


def uniforms(key: bytes, name: str) -> list[float]:
    """Sixteen numbers strictly between 0 and 1."""
    digest = blake2b(name.encode(), key=key, digest_size=4 * DRAWS).digest()
    return [(number + 0.5) * _SCALE for number in _UNPACK(digest)]


def normal(uniform: float) -> float:
    """A standard normal number from a uniform one."""
    return _NORMAL.inv_cdf(uniform)


def log_normal(uniform: float, spread: float) -> float:
    """A factor around a median of one; `spread` is the standard deviation of its logarithm."""
    return exp(spread * _NORMAL.inv_cdf(uniform))


def resolution_delay_ms(key: bytes, slug: str) -> int:
    """How long after its close a market is resolved: 120 to 150 s, median 133, 99 % within 145.

    Measured at the venue over 818 windows.
    """
    seconds = 133 + 5.1 * normal(uniforms(key, f"resolution|{slug}")[0])
    return round(1000 * min(max(seconds, 120.0), 150.0))
