"""Which secrets and passwords can be guessed."""

from __future__ import annotations

SHORTEST_SECRET = 32
"""In bytes."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
_WEAK = ("change", "secret", "example", "password", "default", "replace", "your")
_FEWEST_CHARACTERS = 10
_FEWEST_LETTERS = 5
_COMMON = frozenset(
    {
        "passwordpassword",
        "password1234",
        "passw0rd1234",
        "123456789012",
        "qwertyuiop12",
        "qwerty123456",
        "letmeinletmein",
        "administrator",
        "adminadminadmin",
        "changemechangeme",
        "bayseagentbayse",
        "iloveyou1234",
        "welcome12345",
        "abcdefghijkl",
        "abc123abc123",
        "correcthorsebatterystaple",
        "trustno1trustno1",
        "monkey123456",
        "dragon123456",
    }
)


def why_guessable(secret: str) -> str | None:
    """What is wrong with a secret that signs things, or None."""
    folded = secret.casefold()
    if len(secret.encode(errors="surrogatepass")) < SHORTEST_SECRET:
        return f"it must have {SHORTEST_SECRET} bytes or more"
    if len(set(secret)) < _FEWEST_CHARACTERS:
        return "it must not repeat the same few characters"
    if any(word in folded for word in _WEAK):
        return "it must not be an example"
    return None


def why_easy(password: str, name: str = "") -> str | None:
    """What is wrong with a person's password, or None."""
    folded = password.casefold()
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; 15 are better"
    is_simple = folded in _COMMON or len(set(folded)) < _FEWEST_LETTERS
    if is_simple or (name and name.casefold() in folded):
        return "this password is too easy to guess"
    return None
